"""What `posko-update`, which runs as root, has left for others to read (docs/updates.md)."""

import json
from pathlib import Path
from typing import Any

FOLDER = Path("/var/lib/posko-update")
_SHOWN_CHARS = 200


def gauges(folder: Path = FOLDER) -> dict[str, str]:
    """The update under way, how the last one ended, what the last stick gave; nothing where there
    never was any.
    """
    update, history = _read(folder / "update.json"), _read(folder / "history.json")
    found = {}
    if history or update:
        found["under_way"] = f"{update['version']} {update['phase']}" if update else ""
    if history:
        last = history[-1]
        ended = f"{last['version']} {last['ended']}"
        is_well = last["ended"] == "kept" or last["why"] == "by hand"
        found["last"] = f"{ended} {last['at']}"
        found["problem"] = "" if is_well else f"{ended}: {last['why']}; see posko-update status"
    if (looked := _read(folder / "looked.json")) is not None:
        found["stick"] = "; ".join(looked)
    return {name: value[:_SHOWN_CHARS] for name, value in found.items()}


def _read(file: Path) -> Any:  # noqa: ANN401 - JSON of our own
    try:
        return json.loads(file.read_text("utf-8"))
    except (OSError, ValueError):
        return None
