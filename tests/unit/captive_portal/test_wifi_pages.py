"""The way to the Internet over a real database; the test is the gate."""

import json
import re
import sqlite3
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from appliance.actions.box import health
from appliance.actions.wifi import wifi_leases
from appliance.actions.wifi import wifi_sessions as wifi
from appliance.domain.wifi.sessions import Ending
from appliance.runtime.neighbours import Neighbour
from appliance.runtime.settings import Portal, Settings, Site
from appliance.runtime.wifi_settings import Wifi, WifiZone
from appliance.store.database import connect
from appliance.store.wifi import wifi_sessions as store
from captive_portal import wifi_pages
from captive_portal.app import create_app
from tests.conftest import Clock

MAC, OTHER_MAC = "02:00:00:00:00:11", "02:00:00:00:00:12"
ZONE = WifiZone(name="kantor", interface="br-lan", ipv4="10.77.0.1/24")
ANDROID_WINDOW = "Mozilla/5.0 (Linux; Android 14; wv) AppleWebKit/537.36 Chrome/120 Mobile"


class Phone:
    """A client of the portal whose MAC the kernel sees as `mac`; None: not on the WiFi."""

    client: FlaskClient
    mac: str | None = MAC

    def neighbour(self, ip: str) -> Neighbour | None:
        if self.mac is None:
            return None
        return Neighbour(mac=self.mac, ip=ip, interface=ZONE.interface, state="reachable")

    def state(self) -> dict:
        return json.loads(self.client.get("/captive").data)

    def tap(self, what: str = "sambung", **form: str):
        return self.client.post(f"/wifi/{what}", data=form)


@pytest.fixture
def make_phone(
    db_path: Path, new_id: Callable[[], str], clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Phone]:
    monkeypatch.setattr(wifi_pages, "_OPENING_S", 0.0)

    def made(**zone: object) -> Phone:
        settings = Settings(
            site=Site(code="14.71.07", name="Bukit Raya", city="Pekanbaru"),
            portal=Portal(url="http://posko.lan"),
            wifi=Wifi(zones=(WifiZone(**{**_fields(ZONE), **zone}),)),
        )
        phone = Phone()
        app = create_app(
            settings,
            partial(connect, db_path),
            now=clock,
            new_id=new_id,
            look_up=phone.neighbour,
        )
        phone.client = app.test_client()
        return phone

    return made


@pytest.fixture
def phone(make_phone: Callable[..., Phone]) -> Phone:
    return make_phone()


def _fields(zone: WifiZone) -> dict[str, object]:
    return {name: getattr(zone, name) for name in zone.__struct_fields__}


def gate_opens(db: sqlite3.Connection, clock: Clock, mac: str = MAC) -> str:
    live = store.live_by_mac(db, mac)
    assert live is not None
    wifi_leases.take_up(db, {live.id: 1}, clock())
    return live.id


def code_of(response) -> str:
    found = re.search(r"kode=([A-Z0-9]+)", response.headers["Location"])
    assert found
    return found[1]


def test_the_way_in_is_one_tap_below_the_report(phone: Phone) -> None:
    page = phone.client.get("/").text
    assert "Sambungkan ke Internet" in page
    assert page.index('href="/lapor"') < page.index("Sambungkan ke Internet")
    assert "/ketentuan" in page


def test_one_tap_opens_a_session_and_ends_with_a_full_navigation(
    phone: Phone, db: sqlite3.Connection, clock: Clock
) -> None:
    answer = phone.tap()
    assert answer.status_code == 303
    live = store.live_by_mac(db, MAC)
    assert live is not None
    assert live.terms_version
    gate_opens(db, clock)
    page = phone.client.get(answer.headers["Location"]).text
    assert "Internet tersambung" in page
    assert "60</strong> menit" in page
    code = code_of(answer)
    assert f"{code[:5]} {code[5:]}" in page


def test_who_waits_for_the_gate_looks_again_at_once_and_later_seldom(
    phone: Phone, db: sqlite3.Connection, clock: Clock
) -> None:
    """Many phones that tap at once wait longer than a page does."""
    phone.tap()
    assert 'http-equiv="refresh" content="3"' in phone.client.get("/wifi").text
    gate_opens(db, clock)
    assert 'http-equiv="refresh" content="60"' in phone.client.get("/wifi").text


def test_two_taps_are_one_session(phone: Phone, db: sqlite3.Connection) -> None:
    phone.tap()
    phone.tap()
    [count] = db.execute("SELECT count(*) FROM wifi_sessions").fetchone()
    assert count == 1


def test_the_api_tells_captive_until_the_gate_has_opened(
    phone: Phone, db: sqlite3.Connection, clock: Clock
) -> None:
    before = phone.state()
    assert before["captive"] is True
    assert before["user-portal-url"] == "http://posko.lan/"
    assert "seconds-remaining" not in before
    phone.tap()
    assert phone.state()["captive"] is True
    gate_opens(db, clock)
    clock.forward(minutes=10)
    open_ = phone.state()
    assert open_["captive"] is False
    assert open_["seconds-remaining"] == 3000
    assert open_["bytes-remaining"] == 300_000_000
    assert open_["can-extend-session"] is True
    clock.forward(minutes=50)
    assert phone.state()["captive"] is True


def test_the_api_has_its_media_type_and_is_not_kept(phone: Phone) -> None:
    for accept in ("application/captive+json", "*/*", "text/html"):
        answer = phone.client.get("/captive", headers={"Accept": accept})
        assert answer.status_code == 200
        assert answer.mimetype == "application/captive+json"
        assert answer.headers["Cache-Control"] == "private, no-store"
    assert phone.client.head("/captive").status_code == 200


def test_who_a_device_is_cannot_be_said_by_it(phone: Phone, db: sqlite3.Connection) -> None:
    phone.client.post("/wifi/sambung?mac=" + OTHER_MAC, data={"mac": OTHER_MAC, "ip": "10.77.0.9"})
    assert store.live_by_mac(db, MAC) is not None
    assert store.live_by_mac(db, OTHER_MAC) is None


def test_a_page_of_another_site_opens_nothing(phone: Phone, db: sqlite3.Connection) -> None:
    foreign = {"Origin": "http://evil.example"}
    assert phone.client.post("/wifi/sambung", headers=foreign).status_code == 403
    assert store.live_by_mac(db, MAC) is None


def test_a_session_goes_on_under_a_new_mac(
    phone: Phone, db: sqlite3.Connection, clock: Clock
) -> None:
    code = code_of(phone.tap())
    session_id = gate_opens(db, clock)
    phone.mac = OTHER_MAC
    phone.client.delete_cookie("wifi")
    typed = f"{code[:5].lower()} {code[5:]}"
    assert phone.tap("lanjut", kode=typed).status_code == 303
    moved = store.live_by_mac(db, OTHER_MAC)
    assert moved is not None
    assert moved.id == session_id
    assert store.live_by_mac(db, MAC) is None


def test_a_wrong_code_is_told(phone: Phone) -> None:
    answer = phone.tap("lanjut", kode="AAAAA BBBBB")
    assert answer.status_code == 409
    assert "salah ketik" in answer.text


def test_more_time_and_the_end(phone: Phone, db: sqlite3.Connection, clock: Clock) -> None:
    phone.tap()
    gate_opens(db, clock)
    assert "masih penuh" in phone.tap("tambah").text
    clock.forward(minutes=30)
    assert phone.tap("tambah").status_code == 303
    live = store.live_by_mac(db, MAC)
    assert live is not None
    assert live.granted_s == 90 * 60
    phone.tap("selesai")
    assert store.live_by_mac(db, MAC) is None


def test_refusals_say_when_it_works_again(
    make_phone: Callable[..., Phone], db: sqlite3.Connection, clock: Clock
) -> None:
    closed = make_phone(hours="01:00-01:01").tap()
    assert closed.status_code == 409
    assert "Coba lagi pukul 01.00" in closed.text
    wifi.block(db, MAC, "mengganggu", 1, clock())
    assert "Tanyakan kepada petugas" in make_phone().tap().text


def test_a_blocked_device_may_still_report(
    phone: Phone, db: sqlite3.Connection, clock: Clock
) -> None:
    wifi.block(db, MAC, "mengganggu", 1, clock())
    assert phone.client.get("/lapor").status_code == 200


def test_outside_the_wifi_nobody_gets_a_session(phone: Phone, db: sqlite3.Connection) -> None:
    phone.mac = None
    assert "tidak tersambung lewat WiFi" in phone.tap().text
    assert "Sambungkan ponsel ke WiFi" in phone.client.get("/").text
    assert phone.state()["captive"] is True


def test_a_gate_that_does_not_run_is_told_honestly(phone: Phone) -> None:
    page = phone.client.get(phone.tap().headers["Location"]).text
    assert "sedang disiapkan" in page
    assert "Laporan tetap bisa dikirim" in page


def test_without_the_internet_the_page_says_so(
    phone: Phone, db: sqlite3.Connection, clock: Clock
) -> None:
    health.state(db, "gate", {"internet": "down"}, clock())
    assert "Internet sedang putus" in phone.client.get("/").text


def test_in_a_phones_small_window_no_file_is_asked_for(phone: Phone) -> None:
    small = phone.client.get("/lapor", headers={"User-Agent": ANDROID_WINDOW}).text
    assert 'type="file"' not in small
    assert "buka alamat ini di browser" in small
    assert 'type="file"' in phone.client.get("/lapor").text


def test_an_ended_session_leaves_no_mac(phone: Phone, db: sqlite3.Connection, clock: Clock) -> None:
    phone.tap()
    session_id = gate_opens(db, clock)
    phone.tap("selesai")
    assert MAC not in "\n".join(db.iterdump())
    ended = store.by_id(db, session_id)
    assert ended is not None
    assert ended.ended_by is Ending.USER
