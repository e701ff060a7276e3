"""`posko-center units`: the units of the agencies, with the ids that accounts and tables name."""

import argparse
import json
from dataclasses import asdict
from pathlib import Path

from command_center import report
from command_center.handling import files
from command_center.subcommands import Subcommands


def add(commands: Subcommands) -> None:
    """Register the command."""
    words = "list the units that cases of an agency can be handed to"
    command = commands.add("units", words)
    command.add_argument("agency", metavar="AGENCY", nargs="?", help="only those of one, e.g. DLHK")
    command.add_argument("--json", action="store_true", help="for scripts")


def run(args: argparse.Namespace, path: Path | None, city: str) -> None:
    """Print them; raises BadInput for a file that cannot be read."""
    known = files.load_units(path, city)
    found = [
        unit
        for agency, units in known.items()
        for unit in units.values()
        if args.agency in (None, agency)
    ]
    if args.json:
        print(json.dumps([asdict(unit) for unit in found], ensure_ascii=False, indent=1))
        return
    rows = [(unit.agency, unit.id, unit.name) for unit in found]
    print(report.table(("AGENCY", "UNIT", "NAME"), rows))
