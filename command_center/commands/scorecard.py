"""`posko-center scorecard`: what an outsider needs to compute the report card again."""

import argparse
import csv
import json
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from command_center.public.cards import end_of, last_midnight
from command_center.public.scorecard import exported, figures, scorecard
from command_center.store.database import reading
from command_center.store.public import scorecards
from command_center.subcommands import Subcommands

EVENTS, EVENTS_CSV, FIGURES = "events.json", "events.csv", "figures.json"
_COLUMNS = ("case", "matter", "agency", "kind", "category", "at_ms", "status", "is_mass")


def add(commands: Subcommands) -> None:
    """Register the command."""
    words = "the public report card"
    actions = commands.group("scorecard", words)
    words = "write its events and its figures into a folder, without personal data"
    export = actions.add("export", words)
    export.add_argument("folder", type=Path, metavar="FOLDER")
    export.add_argument(
        "--until",
        type=date.fromisoformat,
        metavar="DAY",
        help="the last day that counts, 2026-11-30 (default: yesterday)",
    )


def run(engine: Engine, args: argparse.Namespace, now: datetime) -> None:
    """Write the files."""
    until = last_midnight(now)
    if args.until is not None:
        until = min(until, end_of(args.until))
    with reading(engine) as connection:
        given = scorecards.given(connection, until)
    folder: Path = args.folder
    folder.mkdir(parents=True, exist_ok=True)
    events = exported(given)
    _write(folder / EVENTS, events)
    _write(folder / FIGURES, figures(scorecard(given)))
    with (folder / EVENTS_CSV).open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, _COLUMNS, extrasaction="ignore", lineterminator="\n")
        writer.writeheader()
        writer.writerows(case | move for case in events["cases"] for move in case["moves"])
    print("written:", *(folder / name for name in (EVENTS, EVENTS_CSV, FIGURES)))


def _write(path: Path, content: Any) -> None:  # noqa: ANN401
    path.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
