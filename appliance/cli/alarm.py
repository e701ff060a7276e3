"""`posko alarm raise|review`: what units call when one of them keeps failing (docs/units.md)."""

import argparse
import re
import subprocess
import time
from contextlib import closing
from pathlib import Path

from appliance.actions.box import unit_alarms
from appliance.cli.subparsers import Subparsers
from appliance.domain.errors import BadInput
from appliance.runtime import clock, settings
from appliance.store.database import connect

_UNIT = re.compile(r"posko-[a-z0-9@_-]{1,50}")


def add(commands: Subparsers) -> None:
    """Register the commands."""
    command = commands.add_parser("alarm", help="tell the city of units that keep failing")
    actions = command.add_subparsers(dest="action", required=True, metavar="ACTION")
    raising = actions.add_parser("raise", help="a unit keeps failing; told once")
    raising.add_argument("unit", metavar="UNIT", help="without .service")
    raising.set_defaults(run=_raise)
    reviewing = actions.add_parser("review", help="clear alarms of units that run again")
    reviewing.add_argument("--steady", type=float, metavar="SECONDS", required=True)
    reviewing.set_defaults(run=_review)


def _raise(args: argparse.Namespace) -> None:
    if not _UNIT.fullmatch(args.unit):
        raise BadInput(f"{args.unit} is no unit of ours")
    path = _path(args.config)
    with closing(connect(path)) as db:
        is_new = unit_alarms.raise_alarm(db, path, args.unit, clock.now())
    print(f"{args.unit}: {'raised' if is_new else 'raised before'}")


def _review(args: argparse.Namespace) -> None:
    def is_steady(unit: str) -> bool:
        return _runs_since_s(unit) > steady_s

    steady_s: float = args.steady
    path = _path(args.config)
    with closing(connect(path)) as db:
        for unit in unit_alarms.review(db, path, is_steady, clock.now()):
            print(f"{unit}: cleared")


def _path(config: str | None) -> Path:
    """Of the database; a posko.toml that is wrong is one reason why a unit fails."""
    try:
        return settings.load(settings.find(config)).store.path
    except settings.ConfigError:
        return settings.Store().path


def _runs_since_s(unit: str) -> float:
    """How long systemd has had it running; 0 if it does not."""
    asked = ("systemctl", "show", "--property=ActiveState,ActiveEnterTimestampMonotonic", unit)
    done = subprocess.run(asked, capture_output=True, text=True, check=True)  # noqa: S603
    said = dict(line.split("=", 1) for line in done.stdout.splitlines() if "=" in line)
    if said.get("ActiveState") != "active":
        return 0.0
    return time.monotonic() - int(said["ActiveEnterTimestampMonotonic"]) / 1e6
