"""`posko tables`: which version of each table of the city is in force here."""

import argparse
import sqlite3
from datetime import datetime
from typing import Any

from appliance.actions.box import reporting
from appliance.cli.opening import database
from appliance.cli.output import print_json, print_table
from appliance.cli.subparsers import Subparsers
from appliance.domain.city.city_tables import NAMES, shipped
from appliance.store.city import city_tables

_COLUMNS = ("name", "version", "source", "rows", "received_at", "problem")


def add(commands: Subparsers) -> None:
    """Register the command."""
    words = "list the city's tables and the version of each that is in force"
    command = commands.add_parser("tables", help=words, description=words)
    command.add_argument("--json", action="store_true", help="print a JSON array")
    command.set_defaults(run=_run)


def _run(args: argparse.Namespace) -> None:
    with database(args.config) as db:
        rows = listed(db)
    if args.json:
        print_json(rows)
    else:
        print_table(rows, _COLUMNS)


def listed(db: sqlite3.Connection) -> list[dict[str, Any]]:
    """Every table that this release uses or the city has sent, by name.

    `source`: `city`; `shipped` with this release; `kept` for one that knows the table.
    """
    tables, versions = city_tables.in_force(db), city_tables.versions(db)
    received = city_tables.received(db)
    return [
        _row(name, tables.versions.get(name, versions.get(name)), received.get(name))
        | {"source": _source(name, versions, tables.problems)}
        | {"problem": tables.problems.get(name, "")}
        for name in sorted({*NAMES, *versions})
    ]


def _row(name: str, version: int | None, received: tuple[datetime, int] | None) -> dict[str, Any]:
    at, rows = received if received else (None, len(shipped(name)))
    return {
        "name": name,
        "version": version,
        "rows": rows,
        "received_at": at.isoformat(timespec="seconds") if at else None,
    }


def _source(name: str, versions: dict[str, int], problems: dict[str, str]) -> str:
    if name in problems or name not in versions:
        return "shipped"
    return "city" if name in reporting.USED_TABLES else "kept"
