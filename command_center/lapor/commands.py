"""`posko-center lapor`: how the bridge is, what waits, and taking over an export."""

import argparse
import sys
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine

from appliance.domain.errors import BadInput
from command_center import report
from command_center.cases import tickets
from command_center.commands import csv_import
from command_center.lapor import export, sending, taking_over, words
from command_center.lapor.taking import Outcome
from command_center.store.cases import requests
from command_center.store.database import reading, writing
from command_center.store.lapor import lapor_intake, lapor_links, lapor_outbox
from command_center.subcommands import Subcommands

BY = "posko-center lapor"
SHOWN = 50


def add(commands: Subcommands) -> None:
    """Register the commands."""
    actions = commands.group("lapor", "the bridge to SP4N-LAPOR!")
    actions.add("status", "print how the bridge is, what waits and what was left out")
    find = actions.add("find", "print which request has a tracking id")
    find.add_argument("tracking_id", metavar="TRACKING-ID", help="like 1916449")
    send = actions.add("send", "give a request to LAPOR!")
    send.add_argument("ticket", metavar="TICKET")
    send.add_argument("--with-name", action="store_true", help="tell the reporter's name too")
    send.add_argument("--confidential", action="store_true", help="although it is confidential")
    again = actions.add("again", "try one of `status` again now")
    drop = actions.add("drop", "give one of `status` up: it is never sent")
    for one in (again, drop):
        one.add_argument("id", metavar="ID", type=int)
    take = actions.add("import", "take over reports that LAPOR! has exported as CSV")
    take.add_argument("file", metavar="FILE.csv", type=Path)
    take.add_argument("--dry-run", action="store_true", help="say what would become of each line")


def run(engine: Engine, args: argparse.Namespace, keys: Mapping[str, str], now: datetime) -> None:
    """Do one of them; raises BadInput with what to do about it."""
    match args.action:
        case "status":
            print(_status(engine))
        case "find":
            print(_found(engine, args.tracking_id))
        case "send":
            case = tickets.only(engine, args.ticket)
            is_sure, is_anonymous = args.confidential, not args.with_name
            sending.queue(
                engine, case.request_id, is_anonymous=is_anonymous, is_sure=is_sure, by=BY, now=now
            )
            print("queued; see: posko-center lapor status")
        case "import":
            _import(engine, args, keys, now)
        case _:
            _settle(engine, args, now)


def _settle(engine: Engine, args: argparse.Namespace, now: datetime) -> None:
    with writing(engine) as connection:
        if args.action == "again":
            is_done = lapor_outbox.again(connection, args.id, now)
        else:
            is_done = lapor_outbox.drop(connection, args.id)
    if not is_done:
        raise BadInput("nothing of this id waits or has failed; see posko-center lapor status")
    print("it is tried again" if args.action == "again" else "it is never sent")


def _import(
    engine: Engine, args: argparse.Namespace, keys: Mapping[str, str], now: datetime
) -> None:
    rows = export.rows(csv_import.text_of(args.file))
    made = taking_over.take_over(engine, rows, keys, now, is_dry_run=args.dry_run)
    print("\n".join(made.lines))
    counts = ", ".join(f"{count} {outcome}" for outcome, count in made.counts.items() if count)
    print(f"{'would be' if args.dry_run else 'done'}: {counts or 'nothing'}", file=sys.stderr)
    if made.counts[Outcome.LEFT_OUT]:
        raise BadInput("put the lines that were left out right and read the file again")


def _status(engine: Engine) -> str:
    with reading(engine) as connection:
        state = lapor_intake.state(connection)
        unsent = lapor_outbox.unsent(connection, SHOWN)
        left_out = lapor_intake.left_out(connection, SHOWN)
    lines = [f"answered last: {report.iso(state.ok_at) or 'never'}"]
    if state.error:
        lines.append(f"trouble since {report.iso(state.error_at)}: {state.error}")
    rows = [
        (str(e.id), e.state, str(e.attempts), report.iso(e.next_at) or "", e.request_id, e.error)
        for e in unsent
    ]
    lines.append(report.table(("ID", "STATE", "TRIED", "NEXT", "REQUEST", "ERROR"), rows))
    lines += [f"left out {report.iso(o.at)}: #{o.tracking_id}: {o.problem}" for o in left_out]
    return "\n".join(lines)


def _found(engine: Engine, typed: str) -> str:
    with reading(engine) as connection:
        link = lapor_links.tracked(connection, words.tracking(typed) or "")
        case = requests.by_id(connection, link.request_id) if link else None
    if link is None or case is None:
        raise BadInput("no request here has this tracking id")
    return f"{case.ticket} {case.status} {case.request_id} ({link.origin})"
