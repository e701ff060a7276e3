"""The part of `posko-center`'s command line that replaces tables at boxes.

Parses words and prints answers; the transactions are in `table_publishing`.
"""

import argparse
import json
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine

from appliance.domain.city.city_tables import NAMES as KNOWN
from appliance.domain.errors import BadInput
from command_center import report
from command_center.sending import commanding, table_publishing
from command_center.store.database import reading
from command_center.store.sending import tables
from command_center.store.sending.tables import SentTable
from command_center.subcommands import Subcommands

_NAMES = ", ".join(("announcements", "officials", *KNOWN))


def add(commands: Subcommands) -> None:
    """Register the commands."""
    words = "replace tables at boxes, list them, take a replacement back"
    actions = commands.group("tables", words)

    publish = actions.add("publish", "replace a table at boxes by the rows of a CSV file")
    listing = actions.add("list", "list the newest version of each table and what became of it")
    rollback = actions.add("rollback", "bring back the version of a table before the newest")
    for one in (publish, rollback):
        one.add_argument("site", metavar="SITE", help="14.71.07, or all")
        one.add_argument("name", metavar="NAME", help=f"{_NAMES}, or any name of a-z and _")
    publish.add_argument("file", metavar="FILE.csv", type=Path, help="UTF-8, names in line one")
    listing.add_argument("site", metavar="SITE", nargs="?", default=commanding.EVERYWHERE)
    listing.add_argument("--json", action="store_true", help="for scripts")
    rollback.add_argument("--to", metavar="VERSION", type=int, help="this version and no other")


def run(engine: Engine, args: argparse.Namespace, now: datetime) -> None:
    """Do one of them; raises BadInput with what to do about it."""
    if args.action == "list":
        _list(engine, args)
        return
    to = commanding.sites(engine, args.site)
    if args.action == "publish":
        rows = table_publishing.read_table(args.name, _text(args.file))
        version = table_publishing.publish(engine, to, args.name, rows, now)
        print(f"{args.name} version {version}: {len(rows)} rows for", *to)
    else:
        version = table_publishing.rollback(engine, to, args.name, now, version=args.to)
        print(f"{args.name} goes back, as version {version}, for", *to)
    print("see what becomes of it with: posko-center tables list")


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except OSError as error:
        raise BadInput(f"{file} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise BadInput(f"{file} is not UTF-8; save it as CSV UTF-8") from None


def _list(engine: Engine, args: argparse.Namespace) -> None:
    site = None
    if args.site != commanding.EVERYWHERE:
        [site] = commanding.sites(engine, args.site)
    with reading(engine) as connection:
        found = tables.newest(connection, site)
    records = [_record(table) for table in found]
    if args.json:
        print(json.dumps(records, ensure_ascii=False, indent=1))
        return
    head = ("SITE", "TABLE", "VERSION", "ROWS", "SENT", "STATE", "DETAIL")
    print(report.table(head, [[str(cell) for cell in record.values()] for record in records]))


def _record(table: SentTable) -> dict[str, object]:
    return {
        "site": str(table.site),
        "name": table.name,
        "version": table.version,
        "rows": len(table.rows),
        "sent_at": report.iso(table.sent_at),
        "state": _state(table),
        "detail": table.detail,
    }


def _state(table: SentTable) -> str:
    """`refused`: the box keeps the version it had."""
    if table.reject_code:
        return "refused"
    return "in force" if table.is_delivered else "waiting"
