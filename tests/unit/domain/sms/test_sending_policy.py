from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.domain.errors import BadInput
from appliance.domain.hours import DailyHours
from appliance.domain.sms.sending_policy import SendingPolicy

NOON = datetime(2026, 11, 21, 5, 0, tzinfo=UTC)
NIGHT = DailyHours.parse("21:00-06:00")


@pytest.mark.parametrize(
    ("wib_hour", "is_quiet"),
    [(20, False), (21, True), (23, True), (0, True), (5, True), (6, False)],
)
def test_quiet_hours_span_midnight_in_local_time(wib_hour: int, is_quiet: bool) -> None:
    at = datetime(2026, 11, 21, wib_hour, 0, tzinfo=UTC) - timedelta(hours=7)
    assert NIGHT.cover(at) is is_quiet


def test_quiet_hours_within_a_day_and_empty_ones() -> None:
    assert DailyHours.parse("11:00-13:00").cover(NOON)
    assert not DailyHours.parse("12:00-12:00").cover(NOON)


@given(st.text(max_size=14))
def test_any_text_is_quiet_hours_or_a_plain_mistake(text: str) -> None:
    try:
        assert DailyHours.parse(text).cover(NOON) in {True, False}
    except BadInput as error:
        assert "21:00-06:00" in str(error)


@pytest.mark.parametrize("sent", [0, 9, 10, 19, 20])
def test_emergencies_go_twice_as_far_as_everything_else(sent: int) -> None:
    policy = SendingPolicy(per_minute=10)
    assert policy.allows(lambda _since: sent, NOON, parts=1, is_emergency=False) is (sent < 10)
    assert policy.allows(lambda _since: sent, NOON, parts=1, is_emergency=True) is (sent < 20)


@pytest.mark.parametrize("parts", [1, 3, 10, 11])
@pytest.mark.parametrize("sent", [0, 7, 8, 9])
def test_all_parts_of_a_text_must_fit_or_the_window_be_empty(parts: int, sent: int) -> None:
    """SMS check 30."""
    is_allowed = sent + parts <= 10 or sent == 0
    policy = SendingPolicy(per_minute=10)
    assert policy.allows(lambda _: sent, NOON, parts=parts, is_emergency=False) is is_allowed


def test_each_window_counts_what_it_covers() -> None:
    """SMS check 30."""
    sent = {timedelta(minutes=1): 1, timedelta(hours=1): 5, timedelta(days=1): 9}
    counted = lambda since: sent[NOON - since]  # noqa: E731 - a table as a function
    assert SendingPolicy(per_minute=2, per_hour=6, per_day=10).allows(
        counted, NOON, parts=1, is_emergency=False
    )
    for limits in ({"per_minute": 1}, {"per_hour": 5}, {"per_day": 9}):
        policy = SendingPolicy(**limits)
        assert not policy.allows(counted, NOON, parts=1, is_emergency=False)
