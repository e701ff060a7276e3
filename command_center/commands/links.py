"""The part of `posko-center`'s command line about requests that tell of the same matter.

Parses words and prints answers; the transactions are in `linking`.
"""

import argparse
from datetime import datetime

from sqlalchemy import Engine

from command_center import report
from command_center.cases import linking, tickets
from command_center.subcommands import Subcommands


def add(commands: Subcommands) -> None:
    """Register the commands."""
    words = "put a request, and all under it, under another that tells of the same matter"
    link = commands.add("link", words)
    words = "say that a request is a matter of its own; it stays so"
    unlink = commands.add("unlink", words)
    for command in (link, unlink):
        command.add_argument("ticket", metavar="TICKET")
        command.add_argument("--by", required=True, metavar="NAME", help="the officer who says so")
    link.add_argument("parent", metavar="PARENT", help="the ticket that leads")


def run(engine: Engine, args: argparse.Namespace, now: datetime) -> None:
    """Do one of them; raises BadInput with what to do about it."""
    request = tickets.only(engine, args.ticket)
    if args.command == "link":
        parent = tickets.only(engine, args.parent)
        linking.link(engine, request.request_id, parent.request_id, by=args.by, now=now)
        print(f"{report.grouped(request.ticket)}: under {report.grouped(parent.ticket)}")
    else:
        linking.unlink(engine, request.request_id, by=args.by, now=now)
        print(f"{report.grouped(request.ticket)}: of its own")
