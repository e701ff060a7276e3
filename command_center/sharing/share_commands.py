"""`posko-center receive` and `web`: the two halves of the center, for a city with PostgreSQL."""

import argparse

from command_center.sharing.share import Place

RECEIVE, WEB = "receive", "web"


def add(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", common: argparse.ArgumentParser
) -> None:
    """Give the command line these commands."""
    words = "run one of several receivers, without pages, until SIGTERM (needs PostgreSQL)"
    receive = commands.add_parser(RECEIVE, parents=[common], help=words, description=words)
    receive.add_argument(
        "--share",
        metavar="N/M",
        required=True,
        help="the N-th of M receivers; all of them give the same M",
    )
    words = "run the web pages alone, beside receivers, until SIGTERM (needs PostgreSQL)"
    commands.add_parser(WEB, parents=[common], help=words, description=words)


def place(args: argparse.Namespace) -> Place:
    """Which of the receivers this is to be; raises BadInput."""
    return Place.parse(args.share)
