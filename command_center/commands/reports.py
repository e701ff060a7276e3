"""`posko-center requests` and `posko-center status`: what the city has stored."""

import argparse
import json
from datetime import datetime

from sqlalchemy import Connection, Engine

from command_center import report
from command_center.cases import worklist
from command_center.cases.worklist import Due
from command_center.store.cases import case_links, requests
from command_center.store.cases.requests import Filter
from command_center.store.database import reading
from command_center.subcommands import Subcommands


def add(commands: Subcommands) -> None:
    """Register both."""
    words = "print the service requests that the city has stored, oldest first"
    listed = commands.add("requests", words)
    words = "print streams, boxes and counters"
    told = commands.add("status", words)
    for command in (listed, told):
        command.add_argument("--json", action="store_true", help="for scripts")
    _add_due(listed)


def run(engine: Engine, args: argparse.Namespace, now: datetime) -> None:
    """Print one of the two."""
    with reading(engine) as connection:
        if args.command == "status":
            record = report.status_record(connection)
            print(json.dumps(record, indent=1) if args.json else report.status_text(record))
        elif args.due is not None:
            items = worklist.items(connection, Filter(), args.due, now)
            records = [report.item_record(item) for item in items]
            print(_json(records) if args.json else report.item_table(items))
        else:
            _print_all(connection, as_json=args.json)


def _add_due(command: argparse.ArgumentParser) -> None:
    chosen = command.add_mutually_exclusive_group()
    for option, due, words in (
        ("--overdue", Due.LATE, "only what is late, by working days"),
        ("--due-soon", Due.SOON, "only what is due today or on the next working day"),
    ):
        chosen.add_argument(option, dest="due", action="store_const", const=due, help=words)


def _print_all(connection: Connection, *, as_json: bool) -> None:
    found = requests.every(connection)
    if as_json:
        parents = case_links.parents(connection)
        print(_json([report.request_record(r, parents.get(r.request_id)) for r in found]))
    else:
        print(report.request_table(found))


def _json(records: list[dict[str, object]]) -> str:
    return json.dumps(records, ensure_ascii=False, indent=1)
