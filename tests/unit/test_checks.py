"""docs/checks.md says which test shows what; both name each other, in one form."""

import re
from pathlib import Path

import pytest

from tests.unit.test_docs import ROOT, read

NAMED = re.compile(r"\b[Cc]hecks? ([0-9]+(?:(?:, | and )[0-9]+)*)")
"""The one form in which a test names checks: `check 13`, `Checks 20 and 21`."""
ROWS = re.findall(r"^\| ([0-9]+) \| .* \| (.*) \|$", read("docs/checks.md"), re.MULTILINE)
CLAIMS = [
    (int(number), path)
    for number, shown_by in ROWS
    for path in re.findall(r"`(tests/[^`]+)`", shown_by)
]
TESTS = sorted(set(ROOT.glob("tests/**/test_*.py")) - {Path(__file__)})


@pytest.mark.parametrize(("number", "path"), CLAIMS, ids=str)
def test_the_test_that_shows_a_check_names_it(number: int, path: str) -> None:
    assert number in checks_named_by(ROOT / path)


@pytest.mark.parametrize("path", TESTS, ids=str)
def test_a_check_that_a_test_names_lists_it(path: Path) -> None:
    name = path.relative_to(ROOT).as_posix()
    assert checks_named_by(path) == {number for number, listed in CLAIMS if listed == name}
    assert ".md check" not in path.read_text(encoding="utf-8")


def checks_named_by(path: Path) -> set[int]:
    named = " ".join(NAMED.findall(path.read_text(encoding="utf-8")))
    return {int(number) for number in re.findall(r"[0-9]+", named)}
