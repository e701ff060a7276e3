"""docs/checks.md and its like say which test shows what; both name each other."""

import re
from pathlib import Path

import pytest

from tests.support.repository import ROOT, read

NUMBERS = r"([0-9]+(?:(?:, | and )[0-9]+)*)"
PAGES = {
    "docs/checks.md": re.compile(rf"(?<!SMS )(?<!WiFi )(?<![Bb]ox )\b[Cc]hecks? {NUMBERS}"),
    "docs/sms-checks.md": re.compile(rf"\bSMS checks? {NUMBERS}"),
    "docs/wifi-checks.md": re.compile(rf"\bWiFi checks? {NUMBERS}"),
    "docs/box-checks.md": re.compile(rf"\b[Bb]ox checks? {NUMBERS}"),
}
"""The one form in which a test names checks: `check 13`, `Checks 20 and 21`, `WiFi check 5`,
`box check 13`."""
CLAIMS = [
    (page, int(number), path)
    for page in PAGES
    for number, shown_by in re.findall(r"^\| ([0-9]+) \| .* \| (.*) \|$", read(page), re.MULTILINE)
    for path in re.findall(r"`(tests/[^`]+)`", shown_by)
]
TESTS = sorted(set(ROOT.glob("tests/**/test_*.py")) - {Path(__file__)})


@pytest.mark.parametrize(("page", "number", "path"), CLAIMS, ids=str)
def test_the_test_that_shows_a_check_names_it(page: str, number: int, path: str) -> None:
    assert number in checks_named_by(ROOT / path, page)


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("path", TESTS, ids=str)
def test_a_check_that_a_test_names_lists_it(page: str, path: Path) -> None:
    name = path.relative_to(ROOT).as_posix()
    listed = {number for where, number, test in CLAIMS if (where, test) == (page, name)}
    assert checks_named_by(path, page) == listed, f"{page} must list this test"
    assert ".md check" not in path.read_text(encoding="utf-8")


@pytest.mark.parametrize("page", PAGES)
def test_each_check_has_one_row_in_order(page: str) -> None:
    numbers = [int(n) for n in re.findall(r"^\| ([0-9]+) \|", read(page), re.MULTILINE)]
    assert numbers == list(range(1, len(numbers) + 1))


def checks_named_by(path: Path, page: str) -> set[int]:
    named = " ".join(PAGES[page].findall(path.read_text(encoding="utf-8")))
    return {int(number) for number in re.findall(r"[0-9]+", named)}
