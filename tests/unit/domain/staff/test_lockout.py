"""The rule by which guessing passwords costs ever more time."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.domain.moment import Moment
from appliance.domain.staff import lockout
from appliance.domain.staff.lockout import OF_ACCOUNT, OF_CLIENT, Failures, Rule
from tests.conftest import at

RULES = st.sampled_from([OF_ACCOUNT, OF_CLIENT])
PAUSES = st.lists(st.integers(0, 4000), max_size=60)


def fail(rule: Rule, times: int, now: Moment) -> Failures | None:
    failures = None
    for _ in range(times):
        failures = lockout.failed(rule, failures, now)
    return failures


@pytest.mark.parametrize(
    ("times", "wait_s"),
    [(0, 0), (4, 0), (5, 30), (6, 60), (7, 120), (8, 240), (9, 480), (10, 900), (1000, 900)],
)
def test_each_failure_beyond_the_free_ones_doubles_the_wait(times: int, wait_s: int) -> None:
    assert lockout.wait_s(OF_ACCOUNT, fail(OF_ACCOUNT, times, at()), at()) == wait_s


def test_a_day_without_failures_makes_a_clean_sheet() -> None:
    old = fail(OF_ACCOUNT, 50, at())
    assert lockout.failed(OF_ACCOUNT, old, at(hours=23)).count == 51
    assert lockout.failed(OF_ACCOUNT, old, at(hours=24)).count == 1


@settings(max_examples=80)
@given(rule=RULES, pauses=PAUSES)
def test_guesses_looked_at_are_bounded_however_they_are_spread(
    rule: Rule, pauses: list[int]
) -> None:
    """Within the time after which failures are forgotten: the free ones, and then one a wait."""
    failures, second, looked_at = None, 0, 0
    for pause in pauses:
        second += pause
        if second >= rule.forgotten_after_s:
            break
        if lockout.wait_s(rule, failures, at(seconds=second)) == 0:
            failures = lockout.failed(rule, failures, at(seconds=second))
            looked_at += 1
    waits = (rule.longest_wait_s // rule.first_wait_s).bit_length()
    assert looked_at <= rule.free + waits + second // rule.longest_wait_s + 1


@settings(max_examples=80)
@given(rule=RULES, times=st.integers(0, 40), later=st.integers(0, 10**6))
def test_nobody_waits_longer_than_the_longest_wait(rule: Rule, times: int, later: int) -> None:
    failures = fail(rule, times, at())
    wait = lockout.wait_s(rule, failures, at(seconds=later))
    assert 0 <= wait <= max(0, rule.longest_wait_s - later)
    assert lockout.wait_s(rule, failures, at(seconds=later + wait)) == 0


@settings(max_examples=80)
@given(
    rule=RULES,
    times=st.integers(1, 40),
    before_s=st.integers(0, 10**5),
    after_s=st.integers(0, 10**5),
    clock=st.integers(-(10**8), 10**8),
)
def test_a_restart_and_a_wrong_clock_shorten_no_wait(
    rule: Rule, times: int, before_s: int, after_s: int, clock: int
) -> None:
    """`after_s` after a boot that came at any time since the failure, at least so much is over."""
    failures = fail(rule, times, at(seconds=before_s))
    booted = replace(at(seconds=after_s), boot_id="another boot", wall=at(seconds=clock).wall)
    stayed_up = at(seconds=before_s + after_s)
    assert lockout.wait_s(rule, failures, booted) == lockout.wait_s(rule, failures, stayed_up)
