"""The part of `posko-center`'s command line that orders boxes about.

Parses words and prints answers; the transactions are in `commanding`.
"""

import argparse
import json
import sys
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import Engine

from appliance.domain.city import remote_command
from appliance.domain.errors import BadInput
from command_center import report
from command_center.sending import commanding
from command_center.store.database import reading
from command_center.store.sending import commands
from command_center.store.sending.commands import Issued
from command_center.subcommands import Subcommands

LISTED = 200
DETAIL_SHOWN_CHARS = 60


def add(commands: Subcommands) -> None:
    """Register the commands."""
    command = commands.add(
        "command", "order a box to do something, once; the box answers when it can"
    )
    command.add_argument("site", metavar="SITE", help="14.71.07, or all")
    command.add_argument("name", metavar="NAME", help=", ".join(remote_command.NAMES))
    command.add_argument("args", metavar="KEY=VALUE", nargs="*", help="e.g. lane=p1 from=120")
    command.add_argument(
        "--expires", default="24h", help="not executed later than this: 90s, 30m, 24h (default), 7d"
    )
    listing = commands.add("commands", "list the commands given to boxes and what became of them")
    listing.add_argument("site", metavar="SITE", nargs="?", default=commanding.EVERYWHERE)
    listing.add_argument("--json", action="store_true", help="for scripts")


def run(engine: Engine, args: argparse.Namespace, now: datetime, new_id: Callable[[], str]) -> None:
    """Do one of them; raises BadInput with what to do about it."""
    if args.command == "command":
        _give(engine, args, now, new_id)
    else:
        _list(engine, args, now)


def _give(
    engine: Engine, args: argparse.Namespace, now: datetime, new_id: Callable[[], str]
) -> None:
    """Put it into the downlink; a running posko-center sends it within a second."""
    to = commanding.sites(engine, args.site)
    if args.name not in remote_command.NAMES:
        known = ", ".join(remote_command.NAMES)
        print(f"warning: this release knows no {args.name!r} ({known})", file=sys.stderr)
    ids = commanding.issue(
        engine,
        to,
        args.name,
        _pairs(args.args),
        expires_s=commanding.duration_s(args.expires),
        now=now,
        new_id=new_id,
    )
    for site, command_id in zip(to, ids, strict=True):
        print(f"{command_id}  {site}  {args.name}")
    print("see what becomes of it with: posko-center commands", file=sys.stderr)


def _list(engine: Engine, args: argparse.Namespace, now: datetime) -> None:
    """The newest, oldest first."""
    site = None
    if args.site != commanding.EVERYWHERE:
        [site] = commanding.sites(engine, args.site)
    with reading(engine) as connection:
        found = commands.every(connection, site, limit=LISTED)
    if args.json:
        print(json.dumps([_record(one, now) for one in found], ensure_ascii=False, indent=1))
        return
    head = ("ID", "SITE", "COMMAND", "ISSUED", "STATE", "DETAIL")
    print(report.table(head, [_row(one, now) for one in found]))


def _pairs(words: list[str]) -> dict[str, str]:
    pairs = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not equals or name in pairs:
            raise BadInput(f"{word!r} is not KEY=VALUE, or is given twice")
        pairs[name] = value
    return pairs


def state(command: Issued, now: datetime) -> str:
    """How far a command is: its outcome, or where it waits."""
    if command.outcome is not None:
        return command.outcome
    if command.is_refused:
        return "refused"
    if command.is_delivered:
        return "delivered"
    return "waiting, expired" if now >= command.expires_at else "waiting"


def _record(command: Issued, now: datetime) -> dict[str, object]:
    times = {
        name: report.iso(getattr(command, name))
        for name in ("issued_at", "expires_at", "answered_at")
    }
    return {**asdict(command), **times, "site": str(command.site), "state": state(command, now)}


def _row(command: Issued, now: datetime) -> tuple[str, ...]:
    words = " ".join([command.name, *(f"{name}={value}" for name, value in command.args.items())])
    detail = " ".join(command.detail.split())
    if command.duplicates:
        detail = f"{detail} (seen again {command.duplicates} times)"
    return (
        command.command_id,
        str(command.site),
        words[:DETAIL_SHOWN_CHARS],
        report.iso(command.issued_at) or "",
        state(command, now),
        detail[:DETAIL_SHOWN_CHARS],
    )
