"""The gate's book: slots, time, use and endings."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.domain.hours import DailyHours
from appliance.domain.moment import Moment
from appliance.domain.wifi.sessions import LEASE_FLUSH_S, Ending, Session, ZonePolicy
from tests.builders import a_wifi_session, a_zone_policy
from wifi_gate.kernel import Element, Kernel, Quota
from wifi_gate.ledger import LAST_SLOT, Lease, Ledger

MAC = "02:00:5e:10:00:01"
START = Moment(wall=datetime(2026, 11, 28, 3, tzinfo=UTC), boot_id="now", mono_ms=100_000)
HALL = a_zone_policy()


def after(seconds: float) -> Moment:
    return replace(
        START,
        mono_ms=START.mono_ms + round(seconds * 1000),
        wall=START.wall + timedelta(seconds=seconds),
    )


def a_ledger(*sessions: Session, kernel: Kernel | None = None, policy: ZonePolicy = HALL) -> Ledger:
    ledger = Ledger([policy])
    ledger.read(sessions, kernel or Kernel(), START)
    return ledger


def lease_of(ledger: Ledger, session_id: str = "a") -> Lease:
    return ledger.leases[session_id]


def ending(ledger: Ledger, now: Moment, kernel: Kernel | None = None) -> Ending | None:
    ledger.judge(set(), kernel or Kernel(), now)
    return lease_of(ledger).ending


def test_the_time_of_a_new_session_begins_when_it_is_taken_up() -> None:
    [wanted] = a_ledger(a_wifi_session()).wanted({})
    assert wanted.ends_at_s == 100 + 3600


def test_a_session_of_this_boot_goes_on_where_it_is() -> None:
    held = a_wifi_session(slot=9, used_s=600, lease_boot_id="now", lease_mono_ms=40_000)
    [wanted] = a_ledger(held).wanted({})
    assert wanted.ends_at_s == 100 + 3600 - 600 - 60


def test_after_a_reboot_a_flush_is_charged_and_written_at_once() -> None:
    ledger = a_ledger(a_wifi_session(slot=9, used_s=600, lease_boot_id="before", lease_mono_ms=5))
    [wanted] = ledger.wanted({})
    assert wanted.ends_at_s == 100 + 3600 - 600 - LEASE_FLUSH_S
    assert lease_of(ledger).is_due(START)


def test_an_extension_moves_the_end_and_nothing_else() -> None:
    ledger = a_ledger(a_wifi_session())
    ledger.read([a_wifi_session(granted_s=7200)], Kernel(), after(1000))
    [wanted] = ledger.wanted({})
    assert wanted.ends_at_s == 100 + 7200


@given(st.lists(st.integers(0, 5000), max_size=30))
def test_however_often_it_is_written_used_time_is_never_less_than_the_true(gaps: list[int]) -> None:
    ledger = a_ledger(a_wifi_session(granted_s=1_000_000))
    passed_ms = 0
    for gap in gaps:
        passed_ms += gap
        use = lease_of(ledger).use(after(passed_ms / 1000))
        assert 0 <= use.used_s * 1000 - passed_ms < 1001
        lease_of(ledger).wrote(after(passed_ms / 1000))


def test_a_slot_is_the_next_after_the_last_one_even_if_lower_ones_are_free() -> None:
    ledger = a_ledger(a_wifi_session(slot=41), a_wifi_session(id="b", mac="02:00:5e:10:00:02"))
    ledger.read([a_wifi_session(id="c")], Kernel(), START)
    assert lease_of(ledger, "c").slot == 43


def test_a_slot_that_lingers_in_the_kernel_is_not_given_again() -> None:
    kernel = Kernel(down={("10.77.0.50",): Element(5, 999)})
    assert lease_of(a_ledger(a_wifi_session(), kernel=kernel)).slot == 6


def test_after_the_last_slot_the_first_free_one_is_given() -> None:
    held = [a_wifi_session(slot=LAST_SLOT), a_wifi_session(id="b", slot=1), a_wifi_session(id="c")]
    assert lease_of(a_ledger(*held), "c").slot == 2


def test_a_session_that_ended_while_no_gate_ran_has_used_what_the_kernel_says() -> None:
    kernel = Kernel(counters={"u9": 200, "d9": 5000})
    use = lease_of(a_ledger(a_wifi_session(slot=9, mac=None), kernel=kernel)).use(START)
    assert (use.up_bytes, use.down_bytes) == (200, 5000)


def test_counters_never_count_down() -> None:
    ledger = a_ledger(a_wifi_session(slot=9, up_bytes=500))
    ledger.count(Kernel(counters={"u9": 20, "d9": 70}))
    assert (lease_of(ledger).up_bytes, lease_of(ledger).down_bytes) == (500, 70)


def test_a_hundredth_of_the_data_is_written_at_once_and_less_after_a_while() -> None:
    ledger = a_ledger(a_wifi_session(slot=9))
    lease_of(ledger).wrote(START)
    ledger.count(Kernel(counters={"d9": 9_999}))
    assert not lease_of(ledger).is_due(after(1))
    ledger.count(Kernel(counters={"d9": 10_000}))
    assert lease_of(ledger).is_due(after(1))
    lease_of(ledger).wrote(after(1))
    assert lease_of(ledger).is_due(after(1 + LEASE_FLUSH_S))


@pytest.mark.parametrize("by", [Ending.USER, Ending.STAFF, Ending.REPLACED])
def test_who_ended_it_is_why_it_ended(by: Ending) -> None:
    assert ending(a_ledger(a_wifi_session(slot=9, mac=None, ended_by=by)), START) == by


def test_it_ends_with_its_time_and_not_before() -> None:
    ledger = a_ledger(a_wifi_session())
    assert ending(ledger, after(3599.9)) is None
    assert ending(ledger, after(3600)) == Ending.TIME


def test_a_zone_that_has_closed_is_why_the_time_is_over() -> None:
    policy = replace(HALL, opening_hours=DailyHours.parse("06:00-11:00"))
    assert ending(a_ledger(a_wifi_session(), policy=policy), after(3600)) == Ending.HOURS


def test_it_ends_with_its_data() -> None:
    kernel = Kernel(quotas={"q9": Quota(1_000_000, 1_000_000)})
    assert ending(a_ledger(a_wifi_session(slot=9)), START, kernel) == Ending.QUOTA


def test_a_blocked_device_is_out() -> None:
    ledger = a_ledger(a_wifi_session())
    ledger.judge({MAC}, Kernel(), START)
    assert lease_of(ledger).ending == Ending.BLOCKED
    assert ledger.wanted({}) == []


def test_a_zone_that_was_taken_out_of_the_configuration_ends_its_sessions() -> None:
    assert ending(a_ledger(a_wifi_session(zone="gone")), START) == Ending.STAFF


def test_an_ending_stays_though_the_database_cannot_be_told() -> None:
    ledger = a_ledger(a_wifi_session())
    ending(ledger, after(3600))
    ledger.read([a_wifi_session(granted_s=9999)], Kernel(), after(3601))
    assert ending(ledger, after(3601)) == Ending.TIME
