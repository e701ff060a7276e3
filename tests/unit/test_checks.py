"""docs/checks.md says which test shows what; each test it names must name the check."""

import re

import pytest

from tests.unit.test_docs import ROOT, read

ROWS = re.findall(r"^\| ([0-9]+) \| .* \| (.*) \|$", read("docs/checks.md"), re.MULTILINE)
CLAIMS = [
    (int(number), path)
    for number, shown_by in ROWS
    for path in re.findall(r"`(tests/[^`]+)`", shown_by)
]


@pytest.mark.parametrize(("number", "path"), CLAIMS, ids=str)
def test_the_test_that_shows_a_check_names_it(number: int, path: str) -> None:
    text = (ROOT / path).read_text(encoding="utf-8")
    named = re.findall(r"[Cc]hecks? ([0-9]+(?:(?:, | and )[0-9]+)*)", text)
    assert str(number) in re.findall(r"[0-9]+", " ".join(named))
