"""`posko doctor`: what of this box works, what does not, and what to do next."""

import argparse
from dataclasses import asdict
from pathlib import Path

from appliance.cli.output import print_json
from appliance.cli.subparsers import Subparsers
from appliance.doctor import case
from appliance.doctor.checks import PARTS, chosen
from appliance.doctor.examining import examine
from appliance.doctor.finding import Finding, Level, exit_status
from appliance.domain.errors import PoskoError
from appliance.runtime import settings


class NoSystem(PoskoError, NotADirectoryError):
    """There is nothing to look at; the message names it."""


_WORDS = {Level.OK: "ok", Level.WARN: "WARN", Level.FAULT: "FAULT", Level.ABSENT: "absent"}
_WIDTH = 18


def add(commands: Subparsers) -> None:
    """Register the command."""
    words = "look over every part of this box and say what to do (docs/install.md)"
    command = commands.add_parser("doctor", help=words, description=words)
    command.add_argument("--json", action="store_true", help="print a JSON object")
    command.add_argument(
        "--only",
        choices=PARTS,
        action="append",
        default=[],
        metavar="PART",
        help=f"{', '.join(PARTS)}; may be repeated",
    )
    command.add_argument(
        "--storage", action="store_true", help="also try whether the disk keeps its word (writes)"
    )
    command.add_argument(
        "--root", type=Path, default=Path("/"), metavar="DIR", help="the system to look at"
    )
    command.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print every finding; return 0 (all well), 1 (something to do) or 2 (something is broken)."""
    if not args.root.is_dir():
        raise NoSystem(f"there is no folder {args.root} (--root)")
    box = case.of(settings.find(args.config), args.root)
    found = examine(box, chosen(args.only, with_storage=args.storage))
    every = [finding for findings in found.values() for finding in findings]
    status = exit_status(every) or int(box.settings is None)
    if args.json:
        rows = [{"part": part, **asdict(f)} for part, fs in found.items() for f in fs]
        print_json({"status": status, "findings": rows})
    else:
        for finding in every:
            _print(finding)
        print(_summary(every, is_partial=box.settings is None))
    return status


def _print(finding: Finding) -> None:
    word = _WORDS.get(finding.level, "unseen")
    print(f"{word:<7}{finding.what:<{_WIDTH}} {finding.found}")
    if finding.to_do:
        print(f"{'':<7}{'':<{_WIDTH}} -> {finding.to_do}")


def _summary(every: list[Finding], *, is_partial: bool) -> str:
    counts = {level: sum(f.level is level for f in every) for level in Level}
    told = f"{counts[Level.FAULT]} faults, {counts[Level.WARN]} warnings"
    if counts[Level.UNSEEN]:
        told += f", {counts[Level.UNSEEN]} not seen by this user: run it as root"
    if is_partial:
        told += "; most was not looked at: mend the settings first"
    return f"\n{told}"
