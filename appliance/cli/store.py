"""`posko store check|repair`: is the database whole, is there room, and what was set aside."""

import argparse
import sqlite3
from pathlib import Path
from typing import Any

from appliance.actions.box import health
from appliance.cli.opening import Damaged, database
from appliance.cli.output import print_json
from appliance.cli.subparsers import Subparsers
from appliance.runtime import clock, ids, settings
from appliance.store import migrate, room
from appliance.store.files import size_bytes, wal
from appliance.store.repair import integrity, salvage


def add(commands: Subparsers) -> None:
    """Register the command."""
    command = commands.add_parser("store", help="check the database file, or repair it")
    command.add_argument("action", choices=("check", "repair"))
    command.add_argument("--json", action="store_true", help="print a JSON object")
    command.set_defaults(run=run)


def run(args: argparse.Namespace) -> None:
    """Read the whole file; `repair` sets a damaged one aside and salvages it, as a start does."""
    loaded = settings.load(settings.find(args.config))
    path = loaded.store.path
    if args.action == "repair":
        migrate.ensure(path, loaded.site.site_code, ids.new_epoch, is_thorough=True)
    fault = _fault(path)
    found = {
        "path": str(path),
        "fault": fault,
        "size_bytes": size_bytes(path),
        "wal_bytes": size_bytes(wal(path)),
        "disk_free_bytes": room.free_bytes(path),
        "has_ballast": room.ballast(path).exists(),
        "set_aside": [str(file) for file in salvage.damaged_files(path)],
    }
    if not fault and not found["set_aside"]:
        with database(args.config) as db:
            health.state(db, "store", {"problem": ""}, clock.now())
    if args.json:
        print_json(found)
    else:
        _print(found)
    if fault:
        raise Damaged.by(path, fault)


def _fault(path: Path) -> str | None:
    if salvage.is_pending(path):
        return "a salvage was begun and not finished"
    if not path.exists():
        return "there is no database"
    try:
        return integrity.inspect(path)
    except sqlite3.Error as error:
        raise Damaged(f"{path} cannot be read now: {error}") from error


def _print(found: dict[str, Any]) -> None:
    print(f"Database   {found['path']}: {found['fault'] or 'whole'}")
    print(f"Size       {found['size_bytes'] // 1024} kB and {found['wal_bytes'] // 1024} kB of WAL")
    ballast = "ballast in place" if found["has_ballast"] else "ballast released"
    print(f"Disk       {found['disk_free_bytes'] // 1024} kB free, {ballast}")
    for file in found["set_aside"]:
        print(f"Set aside  {file}")
