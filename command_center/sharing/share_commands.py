"""`posko-center receive` and `web`: the two halves of the center, for a city with PostgreSQL."""

import argparse

from command_center.sharing.share import Place
from command_center.subcommands import Subcommands

RECEIVE, WEB = "receive", "web"


def add(commands: Subcommands) -> None:
    """Give the command line these commands."""
    words = "run one of several receivers, without pages, until SIGTERM (needs PostgreSQL)"
    receive = commands.add(RECEIVE, words)
    receive.add_argument(
        "--share",
        metavar="N/M",
        required=True,
        help="the N-th of M receivers; all of them give the same M",
    )
    words = "run the web pages alone, beside receivers, until SIGTERM (needs PostgreSQL)"
    commands.add(WEB, words)


def place(args: argparse.Namespace) -> Place:
    """Which of the receivers this is to be; raises BadInput."""
    return Place.parse(args.share)
