"""What a device may have of a day: over midnight, under two MACs, in two zones, by wrong clocks."""

import itertools
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from appliance.actions.privacy import retaining
from appliance.actions.wifi import wifi_leases, wifi_vouchers
from appliance.actions.wifi import wifi_sessions as wifi
from appliance.actions.wifi.wifi_sessions import Device, Fresh
from appliance.domain.moment import Moment
from appliance.domain.wifi import sessions as rules
from appliance.domain.wifi.sessions import Ending, Grant, Refusal, Refused, Session, ZonePolicy
from appliance.store import housekeeping
from appliance.store.database import connect
from appliance.store.wifi import wifi_sessions as sessions
from appliance.store.wifi.wifi_sessions import LeaseUse
from tests.builders import a_zone_policy
from tests.conftest import at

OFFICE = a_zone_policy(session_bytes=300_000_000, daily_s=3600)
PARK = replace(OFFICE, zone="taman")
YEAR = timedelta(days=365)


def device(number: int = 1, zone: ZonePolicy = OFFICE) -> Device:
    return Device(mac=f"02:00:00:00:00:{number:02x}", zone=zone)


@pytest.fixture
def fresh(new_id: Callable[[], str]) -> Callable[[], Fresh]:
    def made() -> Fresh:
        session_id = new_id()
        return Fresh(session_id=session_id, resume_code=session_id, salt=session_id[-32:].encode())

    return made


@pytest.fixture
def opened(
    db: sqlite3.Connection, fresh: Callable[[], Fresh]
) -> Callable[[Device, Moment], Session]:
    """A session that the gate has let through."""
    slots = itertools.count(1)

    def make(who: Device, now: Moment) -> Session:
        session = wifi.open_session(db, who, now, fresh())
        assert isinstance(session, Session)
        wifi_leases.take_up(db, {session.id: next(slots)}, now)
        return session

    return make


def used_up(db: sqlite3.Connection, session: Session, now: Moment) -> None:
    use = LeaseUse(session_id=session.id, used_s=3600, up_bytes=0, down_bytes=0)
    wifi_leases.close(db, {use: Ending.TIME}, now)


def elsewhen(now: Moment, by: timedelta) -> Moment:
    """The same moment by a wrong clock."""
    return replace(now, wall=now.wall + by)


def is_refused(answer: Session | Refused, reason: Refusal = Refusal.DAILY) -> bool:
    return isinstance(answer, Refused) and answer.reason is reason


def test_over_midnight_a_session_has_one_allowance_of_each_day(db, opened) -> None:
    opened(device(), at(hours=14, minutes=50))
    for turn in range(1, 11):
        wifi.extend(db, device(), at(hours=14, minutes=50 + 50 * turn))
    live = sessions.live_by_mac(db, device().mac)
    assert live is not None
    assert live.granted_s <= 600 + 2 * 3600


def test_a_moved_session_and_a_new_one_share_the_day(db, fresh) -> None:
    values = fresh()
    wifi.open_session(db, device(1), at(), values)
    wifi.resume(db, device(2), values.resume_code, at(seconds=1))
    assert is_refused(wifi.open_session(db, device(1), at(seconds=2), fresh()))


def test_in_another_zone_a_device_gets_a_session_of_that_zone(db, opened, fresh) -> None:
    before = opened(device(), at())
    there = device(zone=PARK)
    assert wifi.live_of(db, there) is None
    assert is_refused(wifi.extend(db, there, at(minutes=10)), Refusal.NO_SESSION)
    after = wifi.open_session(db, there, at(minutes=10), fresh())
    assert isinstance(after, Session)
    assert after.zone == PARK.zone
    assert after.granted_s <= 3600 - 600
    ended = sessions.by_id(db, before.id)
    assert ended is not None
    assert ended.ended_by is Ending.REPLACED


def test_who_finds_the_other_zone_full_keeps_the_session_of_this_one(db, opened, fresh) -> None:
    small = replace(PARK, max_sessions=1)
    opened(device(2, small), at())
    before = opened(device(1), at())
    assert is_refused(wifi.open_session(db, device(1, small), at(), fresh()), Refusal.FULL)
    assert wifi.live_of(db, device(1)) == sessions.by_id(db, before.id)


def test_what_was_used_since_midnight_counts_though_it_was_opened_yesterday(
    db, opened, fresh
) -> None:
    opened(device(), at(hours=14, minutes=30))
    there = wifi.open_session(db, device(zone=PARK), at(hours=15, minutes=20), fresh())
    assert isinstance(there, Session)
    assert there.granted_s == 3600 - 20 * 60


def test_taps_at_the_same_time_open_one_session(db_path: Path, fresh) -> None:
    """Each by a connection of its own, as another process has."""
    answers: list[Session | Refused] = []
    tries = [fresh() for _ in range(12)]

    def tap(values: Fresh) -> None:
        with closing(connect(db_path)) as own:
            answers.append(wifi.open_session(own, device(), at(), values))

    threads = [threading.Thread(target=tap, args=(values,)) for values in tries]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({one.id for one in answers if isinstance(one, Session)}) == 1
    assert len(answers) == len(tries)


def test_a_session_is_not_taken_along_into_another_zone(db, fresh) -> None:
    values = fresh()
    wifi.open_session(db, device(1), at(), values)
    answer = wifi.resume(db, device(2, PARK), values.resume_code, at(seconds=1))
    assert is_refused(answer, Refusal.NO_SESSION)


def test_wrong_codes_of_a_wrong_clock_lock_nobody(db, fresh) -> None:
    code = "ABCDEFGHJK"
    wifi_vouchers.create(db, [code], Grant(7200, None), 3, at())
    for number in range(wifi_vouchers.TRIES_OF_ALL // wifi_vouchers.TRIES_OF_DEVICE):
        for _ in range(wifi_vouchers.TRIES_OF_DEVICE):
            wifi_vouchers.redeem(db, device(number), "AAAAAAAAAA", elsewhen(at(), YEAR), fresh())
    assert isinstance(wifi_vouchers.redeem(db, device(99), code, at(hours=1), fresh()), Session)


def test_a_clock_that_shows_the_past_for_a_while_gives_no_new_day(db, opened, fresh) -> None:
    used_up(db, opened(device(), at()), at(hours=1))
    assert is_refused(wifi.open_session(db, device(), at(hours=2), fresh()))
    wifi.open_session(db, device(7), elsewhen(at(hours=2), -YEAR), fresh())
    assert is_refused(wifi.open_session(db, device(), at(hours=2, minutes=1), fresh()))


def test_what_the_gate_has_not_closed_is_not_forgotten(db, opened) -> None:
    session = opened(device(), at())
    wifi.end(db, session.id, Ending.USER)
    retaining.retain(db, replace(elsewhen(at(), YEAR), source="ntp"))
    used_up(db, session, at(hours=1))
    told = "SELECT count(*) FROM outbox WHERE kind = 'wifi.session_closed'"
    assert db.execute(told).fetchone()[0] == 1


def test_the_salt_of_a_day_goes_though_nobody_comes_on_the_next(db, opened) -> None:
    opened(device(), at())
    housekeeping.keep_house(db, at(days=2).wall)
    assert db.execute("SELECT count(*) FROM wifi_salts").fetchone()[0] == 0


def test_what_has_passed_of_a_day_begins_at_midnight_in_wib() -> None:
    midnight = at(hours=15)
    assert rules.since_midnight_s(midnight.wall) == 0
    assert rules.since_midnight_s(at(hours=14, minutes=59).wall) == 86_400 - 60
