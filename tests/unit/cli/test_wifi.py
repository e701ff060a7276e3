import json
import sqlite3
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from appliance import __main__ as posko
from appliance.actions.wifi import wifi_leases
from appliance.actions.wifi import wifi_sessions as wifi
from appliance.actions.wifi.wifi_sessions import Device, Fresh
from appliance.domain.wifi.sessions import Ending, Session
from appliance.runtime import clock
from appliance.store.city import outbox
from appliance.store.wifi.wifi_sessions import LeaseUse
from tests.builders import a_zone_policy

MAC = "02:00:00:00:00:11"
ZONE = a_zone_policy()
Command = Callable[..., tuple[int, str, str]]


@pytest.fixture
def command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Command:
    config = tmp_path / "posko.toml"
    config.write_text(
        '[site]\ncode = "14.71.07"\nname = "Bukit Raya"\ncity = "Kota Pekanbaru"\n'
        f'[store]\npath = "{tmp_path}/posko.db"\n'
    )

    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["posko", "wifi", *arguments, "--config", str(config)])
        status = posko.main()
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return run


@pytest.fixture
def session(db: sqlite3.Connection, new_id: Callable[[], str]) -> Session:
    fresh = Fresh(session_id=new_id(), resume_code="CODE", salt=b"s" * 32)
    opened = wifi.open_session(db, Device(mac=MAC, zone=ZONE), clock.now(), fresh)
    assert isinstance(opened, Session)
    wifi_leases.take_up(db, {opened.id: 1}, clock.now())
    return opened


def test_open_sessions_are_listed_without_any_mac(command: Command, session: Session) -> None:
    status, out, _ = command("sessions", "--json")
    [row] = json.loads(out)
    assert status == 0
    assert (row["id"], row["zone"], row["minutes_left"]) == (session.id, "kantor", 60)
    assert MAC not in out


@pytest.mark.parametrize("name", [MAC, MAC.upper(), "the id"])
def test_staff_end_a_session(command: Command, session: Session, name: str) -> None:
    status, _, _ = command("end", session.id if name == "the id" else name)
    assert status == 0
    assert json.loads(command("sessions", "--json")[1])[0]["minutes_left"] == 0


def test_a_session_that_is_not_there_is_told(command: Command, db: sqlite3.Connection) -> None:
    status, _, told = command("end", "0191")
    assert status == 1
    assert "posko wifi sessions" in told


def test_a_blocked_device_is_listed_until_it_is_unblocked(
    command: Command, session: Session
) -> None:
    assert "its session ends" in command("block", MAC, "--reason", "mengganggu")[1]
    assert json.loads(command("blocks", "--json")[1])[0]["reason"] == "mengganggu"
    assert "may connect again" in command("unblock", MAC)[1]
    assert json.loads(command("blocks", "--json")[1]) == []


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("voucher --minutes -5", "--minutes: a whole number, 1 to 10080, not '-5'"),
        ("voucher --minutes 0", "1 to 10080"),
        ("voucher --minutes 99999999999", "1 to 10080"),
        ("voucher --minutes 60 --count 501", "--count: a whole number, 1 to 500"),
        ("voucher --minutes 60 --mb -1", "--mb: a whole number, 0 to"),
        ("voucher --minutes 60 --days 400", "--days: a whole number, 1 to 366"),
        ("block 02:00:5e:10:00:01 --reason x --days 91", "--days: a whole number, 1 to 90"),
        ("stats --days x", "--days: a whole number, 1 to 90"),
    ],
)
def test_a_number_beside_its_limits_is_told_and_not_replaced(
    command: Command, capsys: pytest.CaptureFixture[str], given: str, told: str
) -> None:
    with pytest.raises(SystemExit) as ended:
        command(*given.split())
    assert ended.value.code == 2
    assert told in capsys.readouterr().err


def test_what_is_no_mac_is_refused(command: Command, db: sqlite3.Connection) -> None:
    status, _, told = command("block", "budi", "--reason", "x")
    assert status == 1
    assert "02:00:5e:10:00:01" in told


def test_statistics_tell_days_and_hours(
    command: Command, session: Session, db: sqlite3.Connection
) -> None:
    use = LeaseUse(session_id=session.id, used_s=600, up_bytes=1_000_000, down_bytes=5_000_000)
    wifi_leases.close(db, {use: Ending.TIME}, clock.now())
    [day] = json.loads(command("stats", "--json")[1])
    assert (day["sessions"], day["devices"], day["minutes"]) == (1, 1, 10)
    assert (day["mb_up"], day["mb_down"], sum(day["opened_by_hour"])) == (1, 5, 1)
    assert "#" in command("stats")[1]


def test_the_city_is_told_once_of_a_session_that_has_ended(
    session: Session, db: sqlite3.Connection
) -> None:
    use = LeaseUse(session_id=session.id, used_s=600, up_bytes=1, down_bytes=2)
    for _ in range(2):
        wifi_leases.close(db, {use: Ending.QUOTA}, clock.now())
    [event] = [row for row in outbox.every(db) if row.kind == "wifi.session_closed"]
    told = json.loads(event.payload)
    assert (told["seconds"], told["down_bytes"], told["ended"]) == (600, 2, "quota")
    assert MAC not in event.payload
