import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from appliance.actions.wifi import wifi_sessions as wifi
from appliance.actions.wifi import wifi_vouchers
from appliance.actions.wifi.wifi_sessions import Device, Fresh
from appliance.domain.wifi.sessions import Grant, Refusal, Refused, Session
from appliance.store.database import connect
from appliance.store.wifi import wifi_sessions as sessions
from tests.builders import a_zone_policy
from tests.conftest import at

ZONE = a_zone_policy(session_bytes=300_000_000, daily_s=3600)
CODE, GRANT = "ABCDEFGHJK", Grant(8 * 3600, None)


def device(number: int = 1) -> Device:
    return Device(mac=f"02:00:00:00:00:{number:02x}", zone=ZONE)


@pytest.fixture
def fresh(new_id: Callable[[], str]) -> Callable[[], Fresh]:
    def made() -> Fresh:
        session_id = new_id()
        return Fresh(session_id=session_id, resume_code=session_id, salt=b"s" * 32)

    return made


@pytest.fixture
def voucher(db: sqlite3.Connection) -> sqlite3.Connection:
    wifi_vouchers.create(db, [CODE], GRANT, 30, at())
    return db


def test_a_voucher_grants_its_session_in_place_of_the_live_one(voucher, fresh) -> None:
    before = wifi.open_session(voucher, device(), at(), fresh())
    opened = wifi_vouchers.redeem(voucher, device(), "abcde fghjk", at(), fresh())
    assert isinstance(opened, Session)
    assert (opened.granted_s, opened.granted_bytes) == (8 * 3600, None)
    assert isinstance(before, Session)
    ended = sessions.by_id(voucher, before.id)
    assert ended is not None
    assert ended.ended_by == "replaced"


def test_a_voucher_that_cannot_be_used_now_costs_nothing(voucher, fresh) -> None:
    full = a_zone_policy(zone="taman", max_sessions=1)
    wifi.open_session(voucher, Device(mac="02:00:00:00:00:77", zone=full), at(), fresh())
    before = wifi.open_session(voucher, device(), at(), fresh())
    assert isinstance(before, Session)
    there = Device(mac=device().mac, zone=full)
    refused = wifi_vouchers.redeem(voucher, there, CODE, at(), fresh())
    assert refused == Refused(Refusal.FULL, 60)
    assert sessions.live_by_mac(voucher, device().mac) == before
    assert isinstance(wifi_vouchers.redeem(voucher, device(), CODE, at(), fresh()), Session)


def test_in_a_full_zone_a_voucher_replaces_ones_own_session(voucher, fresh) -> None:
    full = Device(mac=device().mac, zone=a_zone_policy(max_sessions=1))
    wifi.open_session(voucher, full, at(), fresh())
    assert isinstance(wifi_vouchers.redeem(voucher, full, CODE, at(), fresh()), Session)


def test_a_voucher_is_good_once_however_many_try(
    voucher, db_path: Path, fresh: Callable[[], Fresh]
) -> None:
    """WiFi check 36."""
    outcomes: list[Session | Refused] = []
    tries = [(device(number), fresh()) for number in range(1, 21)]

    def redeem(who: Device, made: Fresh) -> None:
        with closing(connect(db_path)) as db:
            outcomes.append(wifi_vouchers.redeem(db, who, CODE, at(), made))

    threads = [threading.Thread(target=redeem, args=one) for one in tries]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(outcomes) == 20
    assert sum(isinstance(outcome, Session) for outcome in outcomes) == 1


def test_a_device_that_guesses_is_made_to_wait_and_others_are_not(voucher, fresh) -> None:
    """WiFi check 36."""
    guesses = [
        wifi_vouchers.redeem(voucher, device(), f"WRNG{n}AAAAA", at(), fresh()) for n in range(6)
    ]
    assert guesses[-1] == Refused(Refusal.TOO_MANY_TRIES, 3600)
    right = wifi_vouchers.redeem(voucher, device(), CODE, at(), fresh())
    assert right == Refused(Refusal.TOO_MANY_TRIES, 3600)
    assert isinstance(wifi_vouchers.redeem(voucher, device(2), CODE, at(), fresh()), Session)


def test_many_devices_together_are_limited_too(voucher, fresh, monkeypatch) -> None:
    """WiFi check 36."""
    monkeypatch.setattr(wifi_vouchers, "TRIES_OF_ALL", 3)
    for number in range(3):
        wifi_vouchers.redeem(voucher, device(number), "XXXXXXXXXX", at(), fresh())
    refused = wifi_vouchers.redeem(voucher, device(9), CODE, at(), fresh())
    assert refused == Refused(Refusal.TOO_MANY_TRIES, 3600)


def test_a_voucher_expires(voucher, fresh) -> None:
    late = wifi_vouchers.redeem(voucher, device(), CODE, at(days=31), fresh())
    assert late == Refused(Refusal.VOUCHER)


def test_no_code_is_kept(voucher) -> None:
    assert CODE not in "\n".join(voucher.iterdump())
