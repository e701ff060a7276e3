from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.domain.errors import BadInput
from appliance.domain.hours import DailyHours
from appliance.domain.wifi import sessions as wifi
from appliance.domain.wifi.sessions import Grant, Refusal, Refused, Usage
from tests.builders import a_zone_policy

NOON = datetime(2026, 11, 28, 5, 0, tzinfo=UTC)
"""12:00 in WIB."""
POLICY = a_zone_policy(
    session_bytes=300_000_000,
    daily_s=3 * 3600,
    max_sessions=100,
    opening_hours=DailyHours.parse("06:00-22:00"),
)
FRESH = Usage(used_today_s=0, open_in_zone=0, is_blocked=False)


def test_a_new_device_gets_a_whole_session() -> None:
    assert wifi.admit(POLICY, FRESH, NOON) == Grant(3600, 300_000_000)


def test_the_last_session_of_a_day_is_what_is_left_of_the_allowance() -> None:
    used = replace(FRESH, used_today_s=3 * 3600 - 600)
    assert wifi.admit(POLICY, used, NOON) == Grant(600, 300_000_000)


def test_a_device_that_has_had_its_day_may_come_back_after_midnight() -> None:
    used = replace(FRESH, used_today_s=3 * 3600)
    assert wifi.admit(POLICY, used, NOON) == Refused(Refusal.DAILY, 12 * 3600)


def test_a_session_ends_when_the_zone_closes() -> None:
    at = NOON + timedelta(hours=9, minutes=45)
    assert wifi.admit(POLICY, FRESH, at) == Grant(900, 300_000_000)


def test_outside_the_hours_it_says_when_the_zone_opens() -> None:
    at = NOON + timedelta(hours=11)
    assert wifi.admit(POLICY, FRESH, at) == Refused(Refusal.CLOSED, 7 * 3600)


def test_a_full_zone_and_a_blocked_device_are_refused() -> None:
    full = wifi.admit(POLICY, replace(FRESH, open_in_zone=100), NOON)
    assert full == Refused(Refusal.FULL, 60)
    blocked = wifi.admit(POLICY, replace(FRESH, is_blocked=True), NOON)
    assert blocked == Refused(Refusal.BLOCKED)


def test_an_extension_fills_the_session_up() -> None:
    left = Grant(600, 100_000_000)
    assert wifi.extension(POLICY, FRESH, left, NOON) == Grant(3000, 200_000_000)


def test_a_session_that_is_nearly_whole_is_not_extended() -> None:
    refused = wifi.extension(POLICY, FRESH, Grant(3590, 0), NOON)
    assert refused == Refused(Refusal.NOTHING_TO_ADD)


def test_an_open_session_may_be_extended_in_a_full_zone() -> None:
    full = replace(FRESH, open_in_zone=100)
    assert isinstance(wifi.extension(POLICY, full, Grant(60, None), NOON), Grant)


@given(
    used=st.integers(0, 4 * 3600),
    minute=st.integers(0, 24 * 60),
    begin=st.times(),
    end=st.times(),
    daily=st.integers(0, 24 * 3600),
)
def test_no_grant_goes_beyond_a_session_or_the_day(used, minute, begin, end, daily) -> None:  # type: ignore[no-untyped-def]
    policy = replace(POLICY, daily_s=daily, opening_hours=DailyHours(begin, end))
    usage = replace(FRESH, used_today_s=used)
    outcome = wifi.admit(policy, usage, NOON + timedelta(minutes=minute))
    if isinstance(outcome, Grant):
        assert 1 <= outcome.seconds <= policy.session_s
        assert not daily or outcome.seconds <= daily - used
    else:
        assert outcome.retry_after_s >= 0


@pytest.mark.parametrize("text", ["02-00-5E-10-00-01", " 02:00:5e:10:00:01 "])
def test_a_mac_address_is_read_in_any_spelling(text: str) -> None:
    assert wifi.mac_address(text) == "02:00:5e:10:00:01"


@pytest.mark.parametrize("text", ["", "02005e100001", "02:00:5e:10:00", "zz:00:5e:10:00:01"])
def test_what_is_no_mac_address_is_refused(text: str) -> None:
    with pytest.raises(BadInput):
        wifi.mac_address(text)


def test_a_device_cannot_be_linked_across_salts() -> None:
    mac = "02:00:5e:10:00:01"
    assert wifi.device_hash(mac, b"a" * 32) != wifi.device_hash(mac, b"b" * 32)
