"""The table of chips: what the document says of them is so."""

from pathlib import Path

import pytest

from firmware_config import chips

DOCUMENT = Path(__file__).parents[3] / "docs/firmware.md"


@pytest.mark.parametrize("name", chips.table())
def test_the_document_has_the_chip(name: str) -> None:
    chip = chips.table()[name]
    wpa3 = "yes" if chip.wpa3 else "no"
    row = f"| `{name}` | {chip.what} | {', '.join(chip.bands)} | {chip.max_width} | "
    firmware = f"`{chip.firmware}`" if chip.firmware else ""
    row += f"{chip.max_bss} | {chip.max_stations} | {wpa3} | {firmware} |"
    assert row.replace("  ", " ") in DOCUMENT.read_text()


@pytest.mark.parametrize("name", chips.table())
def test_its_flags_fit_its_widths(name: str) -> None:
    chip = chips.table()[name]
    assert ("[SHORT-GI-40]" in chip.ht_capab) == (chip.max_width >= 40)
    assert ("5" in chip.bands) == bool(chip.vht_capab)
