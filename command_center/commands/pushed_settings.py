"""`posko-center settings`: set at boxes what the city may set, and see which box runs what.

They travel as the table `settings`, so that they are signed, versioned and refused like any other.
"""

import argparse
import json
import tomllib
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from appliance.domain.city import pushed_settings
from appliance.domain.errors import BadInput
from command_center import report
from command_center.fleet import listing
from command_center.fleet.listing import FleetBox
from command_center.sending import commanding, table_publishing
from command_center.store.database import reading
from command_center.subcommands import Subcommands

FILE_MAX_BYTES = 64 * 1024


def add(commands: Subcommands) -> None:
    """Register the commands."""
    words = "set at boxes what the city may set, and see which box runs what"
    actions = commands.group("settings", words)
    publish = actions.add(
        "publish",
        "set all that a file says, and nothing else",
        about="The file is written like posko.toml; a zone is [wifi.zones.NAME], or "
        '[wifi.zones."*"] for all. Keys that it may have: '
        + ", ".join(pushed_settings.PUSHABLE)
        + "; of zones: "
        + ", ".join(pushed_settings.OF_ZONES),
    )
    publish.add_argument("file", metavar="FILE.toml", type=Path)
    publish.add_argument("--to", metavar="SITE", nargs="+", default=[commanding.EVERYWHERE])
    listed = actions.add("list", "which box runs which revision")
    listed.add_argument("--json", action="store_true", help="for scripts")


def run(engine: Engine, args: argparse.Namespace, now: datetime) -> None:
    """Do one of them; raises BadInput with what to do about it."""
    if args.action == "publish":
        _publish(engine, args, now)
    else:
        _list(engine, now, as_json=args.json)


def _publish(engine: Engine, args: argparse.Namespace, now: datetime) -> None:
    to = list(dict.fromkeys(site for named in args.to for site in commanding.sites(engine, named)))
    layer = pushed_settings.of_file(_table(args.file))
    rows = pushed_settings.rows(layer)
    version = table_publishing.publish(engine, to, pushed_settings.TABLE, rows, now)
    print(f"settings revision {version}: {len(rows)} keys for", *to)
    print("see what becomes of it with: posko-center settings list")


def _table(file: Path) -> dict[str, Any]:
    try:
        raw = file.read_bytes()
        if len(raw) > FILE_MAX_BYTES:
            raise BadInput(f"{file} is too long")
        return tomllib.loads(raw.decode())
    except OSError as error:
        raise BadInput(f"{file} cannot be read: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadInput(f"{file} is not valid TOML: {error}") from None


def _list(engine: Engine, now: datetime, *, as_json: bool) -> None:
    with reading(engine) as connection:
        records = [_record(box) for box in listing.every(connection, now)]
    if as_json:
        print(json.dumps(records, ensure_ascii=False, indent=1))
        return
    head = ("SITE", "RUNS", "SENT", "STATE", "DETAIL")
    print(report.table(head, [[str(cell) for cell in one.values()] for one in records]))


def _record(box: FleetBox) -> dict[str, object]:
    sent = box.tables.get(pushed_settings.TABLE)
    kept = f"kept there: {box.settings_kept}" if box.settings_kept else ""
    detail = (sent.detail if sent else "") or box.settings_problem or kept
    return {
        "site": str(box.site),
        "runs": box.settings,
        "sent": sent.version if sent else "",
        "state": _state(box),
        "detail": detail,
    }


def _state(box: FleetBox) -> str:
    """`refused`: the box keeps what it had; `applied` once it has said that it runs it."""
    sent = box.tables.get(pushed_settings.TABLE)
    if sent is None:
        return ""
    if sent.state != "applied" or box.settings == str(sent.version):
        return sent.state
    return "taken back" if box.settings_problem else "delivered"
