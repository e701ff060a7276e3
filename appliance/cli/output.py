"""Printing rows for people (aligned columns) or for programs (`--json`)."""

import json
from collections.abc import Sequence
from typing import Any

_WIDEST_CELL = 48


def print_json(value: object) -> None:
    """Print one JSON document, in UTF-8 as it is."""
    print(json.dumps(value, ensure_ascii=False, indent=2))


def print_table(rows: Sequence[dict[str, Any]], columns: Sequence[str]) -> None:
    """Print the named columns, each as wide as its longest cell (bounded)."""
    cells = [[_cell(row[column]) for column in columns] for row in rows]
    header = [column.upper() for column in columns]
    widths = [max(len(line[i]) for line in [header, *cells]) for i in range(len(columns))]
    for line in [header, *cells]:
        print(
            "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        )


def _cell(value: object) -> str:
    if value is None:
        return "-"
    text = ("yes" if value else "no") if isinstance(value, bool) else " ".join(str(value).split())
    return text if len(text) <= _WIDEST_CELL else text[: _WIDEST_CELL - 2] + ".."
