"""Every layout gives always the same files, and nothing of the settings gets loose in them."""

import os
from pathlib import Path

import pytest

from firmware_config.checking import mistakes
from firmware_config.rendering import render, shown
from tests.support.golden import assert_golden
from tests.support.layouts import CASES, LAYOUTS, layout


def kept(case: str) -> set[str]:
    folder = LAYOUTS / case
    files = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    return files - {"posko.toml"}


@pytest.mark.parametrize("case", CASES)
def test_the_files_of_a_layout_are_these(case: str) -> None:
    """Box check 7."""
    files = render(layout(case))
    if os.environ.get("POSKO_GOLDEN"):
        for path in {*files, *kept(case)}:
            Path(LAYOUTS / case / path).parent.mkdir(parents=True, exist_ok=True)
            Path(LAYOUTS / case / path).unlink(missing_ok=True)
    for path, file in files.items():
        assert_golden(f"firmware/{case}/{path}", file.text)
    assert kept(case) == set(files)


@pytest.mark.parametrize("case", CASES)
def test_a_layout_has_no_mistake(case: str) -> None:
    assert [str(mistake) for mistake in mistakes(layout(case))] == []


def test_a_file_with_a_passphrase_is_for_root_alone_and_shown_without_it() -> None:
    file = render(layout("pi4-two-zones"))["hostapd/wlan1.conf"]
    assert file.mode == 0o600
    assert "pelayanan prima" in file.text
    assert "pelayanan prima" not in shown("hostapd/wlan1.conf", file.text)
