from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from appliance.domain.quota import Exceeded, Quota, check

QUOTA = Quota(limit=3, window=timedelta(hours=1))
NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
minutes_ago = st.lists(st.integers(-600, 600).map(lambda m: NOW - timedelta(minutes=m)))


def test_the_fourth_act_in_an_hour_waits_until_the_first_is_an_hour_old() -> None:
    history = [NOW - timedelta(minutes=m) for m in (50, 20, 10)]
    assert check(QUOTA, history, NOW) == Exceeded(retry_after_s=600)
    assert check(QUOTA, history[1:], NOW) is None


@given(minutes_ago)
def test_a_refusal_is_never_longer_than_the_window(history: list[datetime]) -> None:
    verdict = check(QUOTA, history, NOW)
    assert verdict is None or 0 < verdict.retry_after_s <= 3600


def test_a_clock_that_ran_a_year_ahead_locks_nobody_out() -> None:
    assert check(QUOTA, [NOW + timedelta(days=365)] * 9, NOW) is None


@given(minutes_ago)
def test_after_the_wait_the_act_is_allowed(history: list[datetime]) -> None:
    past = [at for at in history if at <= NOW]
    verdict = check(QUOTA, past, NOW)
    if verdict:
        later = NOW + timedelta(seconds=verdict.retry_after_s + 1)
        assert check(QUOTA, past, later) is None
