"""Check 2: hundreds of deaths and partitions between a box and its city.

Nobody waits for anything to be ready again: the next blow falls while the last is being survived.
After each stretch of rounds the line is mended, and both ends must hold exactly what was promised.
`POSKO_BLOWS` gives another number of rounds, `POSKO_SEED` repeats a run.
"""

import os

import pytest

from tests.e2e.blows import survive
from tests.e2e.conftest import RunningHouse
from tests.support.proxy import Proxy

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


BLOWS = int(os.environ.get("POSKO_BLOWS", "252"))


def test_whatever_dies_or_breaks_both_ends_hold_exactly_what_was_promised(
    ends_on_a_faulty_line: RunningHouse, faulty_line: Proxy
) -> None:
    survive(ends_on_a_faulty_line, faulty_line, BLOWS)
