"""`posko triage`: judge the messages of a CSV file, as intake would."""

import argparse
import csv
from pathlib import Path
from typing import Any

from appliance.cli.subparsers import Subparsers
from appliance.domain import reference
from appliance.domain.cases.service_request import Kind
from appliance.domain.errors import PoskoError
from appliance.domain.triage.judgement import classify
from appliance.domain.triage.verdict import Triage

_COLUMNS = ("id", "category", "kelurahan", "kind", "sensitive", "top3")
_NO_CATEGORY = (Kind.SPAM, Kind.STATUS)


class NoMessages(PoskoError, ValueError):
    """The file cannot be read as messages; the message says why."""


def add(commands: Subparsers) -> None:
    """Register the command."""
    command = commands.add_parser(
        "triage", help="judge the messages of a CSV file: kind, category, kelurahan, sensitivity"
    )
    command.add_argument("--input", required=True, type=Path, help="CSV with columns id and text")
    command.add_argument("--output", required=True, type=Path, help="CSV to write")
    command.add_argument("--reasons", action="store_true", help="add the words that decided")
    command.set_defaults(run=_run)


def _run(args: argparse.Namespace) -> None:
    columns = (*_COLUMNS, "reasons") if args.reasons else _COLUMNS
    try:
        with args.input.open(encoding="utf-8-sig", newline="") as messages:
            rows = [_row(row) for row in _messages(messages, args.input)]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise NoMessages(f"cannot read {args.input}: {error}") from None
    with args.output.open("w", encoding="utf-8", newline="") as judged:
        writer = csv.DictWriter(judged, columns, lineterminator="\n", extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)
    print(f"{len(rows)} messages judged: {args.output}")


def _messages(lines: Any, path: Path) -> "csv.DictReader[str]":  # noqa: ANN401 - a text file
    reader = csv.DictReader(lines)
    if missing := {"id", "text"} - set(reader.fieldnames or ()):
        raise NoMessages(f"{path} has no column {', '.join(sorted(missing))}")
    return reader


def _row(row: dict[str, str]) -> dict[str, object]:
    judged = classify(row["text"] or "")
    has_category = judged.kind not in _NO_CATEGORY
    return {
        "id": row["id"],
        "category": judged.category if has_category else "",
        "kelurahan": _kelurahan(judged),
        "kind": judged.kind.value,
        "sensitive": int(judged.is_secret),
        "top3": "|".join(judged.top3) if has_category else "",
        "reasons": "; ".join(judged.reasons),
    }


def _kelurahan(judged: Triage) -> str:
    return reference.kelurahan_by_code(judged.kelurahan).name if judged.kelurahan else ""
