"""The tests as code: what several of them need has a place of its own."""

import re

from tests.support.repository import ROOT

_FROM_A_TEST = re.compile(r"^\s*from tests\.(\w+\.)*test_\w+ import", re.MULTILINE)


def test_no_test_imports_from_another_test() -> None:
    written = [path for folder in ("tests", "bench") for path in (ROOT / folder).rglob("*.py")]
    assert len(written) > 500
    assert [str(path) for path in written if _FROM_A_TEST.search(path.read_text("utf-8"))] == []
