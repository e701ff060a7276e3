"""Texts that are kept as files, to be read whole when they change; `make golden` writes them."""

import os
from pathlib import Path

FOLDER = Path(__file__).parents[1] / "golden"


def assert_golden(name: str, text: str) -> None:
    """Compare with tests/golden/NAME, or write it where POSKO_GOLDEN is set."""
    kept = FOLDER / name
    if os.environ.get("POSKO_GOLDEN"):
        kept.write_text(text)
    assert kept.read_text() == text, f"{name} has changed; look at it after `make golden`"
