"""Until when a request should be resolved."""

from collections.abc import Sequence
from datetime import date, datetime

import pytest

from appliance.domain.moment import WESTERN_INDONESIA
from appliance.domain.service_request import Status
from command_center.deadline import Deadline, deadline
from command_center.store.requests import HistoryEntry

CATEGORY = "pju"
"""Five working days."""


def november(day: int, hour: int = 9) -> datetime:
    return datetime(2026, 11, day, hour, tzinfo=WESTERN_INDONESIA)


def history(*entries: tuple[Status, int]) -> Sequence[HistoryEntry]:
    """From (status, day of November 2026)."""
    return [
        HistoryEntry(status=status, message="", agency=None, by="", at=november(day))
        for status, day in entries
    ]


def test_it_is_counted_from_the_arrival() -> None:
    lines = history((Status.RECEIVED, 2), (Status.IN_PROGRESS, 3))
    expected = Deadline(date(2026, 11, 9), is_standing=False, is_missed=False)
    assert deadline(CATEGORY, lines, november(9, 23)) == expected
    missed = Deadline(date(2026, 11, 9), is_standing=False, is_missed=True)
    assert deadline(CATEGORY, lines, november(10, 0)) == missed


def test_it_moves_while_the_resident_is_asked() -> None:
    asked = history((Status.RECEIVED, 2), (Status.NEEDS_DETAILS, 3), (Status.NEEDS_DETAILS, 6))
    later = deadline(CATEGORY, asked, november(17))
    assert later == Deadline(date(2026, 11, 23), is_standing=True, is_missed=False)
    answered = [*asked, *history((Status.VERIFIED, 17))]
    assert deadline(CATEGORY, answered, november(20)) == Deadline(
        date(2026, 11, 23), is_standing=False, is_missed=False
    )


def test_a_request_opened_again_has_its_days_anew() -> None:
    lines = history(
        (Status.RECEIVED, 2),
        (Status.RESOLVED, 4),
        (Status.REOPENED, 16),
        # A remark of the resident.
        (Status.REOPENED, 19),
    )
    assert deadline(CATEGORY, lines, november(20)) == Deadline(
        date(2026, 11, 23), is_standing=False, is_missed=False
    )


@pytest.mark.parametrize(
    "settled", [Status.RESOLVED, Status.CLOSED, Status.NOT_OURS, Status.MERGED, Status.ARCHIVED]
)
def test_what_is_settled_has_none(settled: Status) -> None:
    assert deadline(CATEGORY, history((Status.RECEIVED, 2), (settled, 3)), november(30)) is None


def test_a_category_of_a_newer_box_has_the_days_of_the_fallback() -> None:
    found = deadline("of_tomorrow", history((Status.RECEIVED, 2)), november(2))
    assert found is not None
    assert found.day == date(2026, 11, 20)


def test_a_clock_that_went_back_makes_no_pause() -> None:
    lines = history((Status.RECEIVED, 2), (Status.NEEDS_DETAILS, 5), (Status.VERIFIED, 3))
    found = deadline(CATEGORY, lines, november(4))
    assert found is not None
    assert found.day == date(2026, 11, 9)
