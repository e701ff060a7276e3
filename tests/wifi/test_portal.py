"""The portal as a phone meets it: one tap to the Internet, by the device's own address alone."""

import re
import threading
from contextlib import closing
from urllib.parse import urlsplit

import pytest

from appliance.store.database import connect
from appliance.store.wifi import wifi_sessions as rows
from tests.support.waiting import wait_for
from tests.wifi.client import Client
from tests.wifi.conftest import joined
from tests.wifi.hotspot import (
    FORM,
    PORTAL_HOST,
    Hotspot,
    is_online,
    meets_portal,
    report,
)
from tests.wifi.http import Answer
from tests.wifi.places import OFFICE, PARK, WWW

pytestmark = pytest.mark.slow

PORTAL = f"http://{PORTAL_HOST}"
PAGES = ("/", "/lapor", "/wifi", "/status", "/dokumen", "/ketentuan")
PAGE_MAX_BYTES = 60_000
IPHONE_WINDOW = "User-Agent: Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Mobile/15E148"
ANDROID_WINDOW = "User-Agent: Mozilla/5.0 (Linux; Android 14; Pixel 8; wv) Chrome/120 Mobile"


def tap(phone: Client, act: str = "sambung", *headers: str, **options: object) -> Answer:
    """Press a button of the page of the WiFi, as a browser without cookies and scripts."""
    return phone.get(f"{PORTAL}/wifi/{act}", *headers, method="POST", **options)


def sessions(hotspot: Hotspot, phone: Client) -> int:
    with closing(connect(hotspot.db_path)) as db:
        query = "SELECT count(*) FROM wifi_sessions WHERE mac = ?"
        return db.execute(query, (phone.mac,)).fetchone()[0]


def test_one_tap_opens_the_internet_and_the_page_is_loaded_anew(phone: Client) -> None:
    """WiFi checks 13 and 32: figures of the time are in the benchmark."""
    answer = tap(phone)
    assert is_online(phone)
    assert (answer.status, answer.location[:6]) == (303, "/wifi?")
    assert b"menit lagi" in phone.get(PORTAL + answer.location).body


def test_the_button_ends_the_session(hotspot: Hotspot, phone: Client) -> None:
    """WiFi check 20."""
    tap(phone)
    assert tap(phone, "selesai").status == 303
    wait_for(lambda: meets_portal(phone, to=WWW), "the probe meets the portal")


def test_many_taps_at_once_make_one_session(hotspot: Hotspot, phone: Client) -> None:
    """WiFi check 15."""
    answers: list[int] = []
    taps = [threading.Thread(target=lambda: answers.append(tap(phone).status)) for _ in range(8)]
    for one in taps:
        one.start()
    for one in taps:
        one.join()
    assert answers == [303] * 8
    assert sessions(hotspot, phone) == 1


def test_a_tap_is_answered_where_the_portal_has_the_address_of_another_zone(
    hotspot: Hotspot,
) -> None:
    """The gate forgets the device's connections then, and with them how addresses were changed."""
    walker = joined(hotspot, PARK)
    assert walker.dns(PORTAL_HOST).addresses[0] == OFFICE.gateway
    assert tap(walker).status == 303
    assert sessions(hotspot, walker) == 1


@pytest.mark.parametrize(
    "claim", ["X-Forwarded-For: {}", "X-Real-IP: {}", "Forwarded: for={}", "Client-IP: {}"]
)
def test_nobody_opens_a_session_for_another_address(
    hotspot: Hotspot, stranger: Client, phone: Client, claim: str
) -> None:
    """WiFi check 16."""
    tap(phone, "sambung", claim.format(stranger.address))
    assert sessions(hotspot, stranger) == 0
    assert sessions(hotspot, phone) == 1


@pytest.mark.parametrize("origin", ["http://evil.test", "null", "http://posko.lan.evil.test"])
def test_no_other_sites_page_can_press_a_button(
    hotspot: Hotspot, phone: Client, origin: str
) -> None:
    """WiFi check 16."""
    assert tap(phone, "sambung", f"Origin: {origin}").status == 403
    assert sessions(hotspot, phone) == 0


@pytest.mark.parametrize(
    "path", ["//evil.test", "/wifi?next=http://evil.test", "/@evil.test", "/%0d%0aLocation:%20x"]
)
@pytest.mark.parametrize("host", [PORTAL_HOST, "evil.test", f"{PORTAL_HOST}:80@evil.test"])
def test_no_address_makes_it_send_elsewhere(stranger: Client, path: str, host: str) -> None:
    """WiFi check 16."""
    with closing(stranger.connection(f"http://{OFFICE.gateway}/")) as line:
        location = line.ask(path, host).location
    assert urlsplit(location).hostname in (None, PORTAL_HOST)


def test_from_outside_there_is_no_portal(hotspot: Hotspot) -> None:
    internet = hotspot.lab.internet
    assert not internet.accepts("198.51.100.2", 80)
    assert not internet.accepts("198.51.100.2", 8080)


def test_a_code_brings_the_session_to_another_mac(hotspot: Hotspot, phone: Client) -> None:
    """WiFi check 31."""
    code = re.search("kode=([^&]+)", tap(phone).location)[1]
    changed = joined(hotspot)
    with closing(connect(hotspot.db_path)) as db:
        before = rows.live_by_mac(db, phone.mac)
    answer = tap(changed, "lanjut", FORM, body=f"kode={code}".encode())
    assert answer.status == 303
    wait_for(lambda: is_online(changed), "the new MAC is online")
    wait_for(lambda: meets_portal(phone, to=WWW), "the old MAC is cut")
    with closing(connect(hotspot.db_path)) as db:
        after = rows.live_by_mac(db, changed.mac)
    assert (after.id, after.granted_s) == (before.id, before.granted_s)


def test_a_wrong_code_opens_nothing(hotspot: Hotspot, phone: Client) -> None:
    """WiFi check 31."""
    assert tap(phone, "lanjut", FORM, body=b"kode=AAAAA%20AAAAA").status == 409
    assert sessions(hotspot, phone) == 0


@pytest.mark.parametrize("path", PAGES)
def test_pages_are_small_and_load_nothing_from_elsewhere(stranger: Client, path: str) -> None:
    """WiFi check 32."""
    page = stranger.get(PORTAL + path)
    linked = re.findall(rb'(?:src|href|action)="([^"]*)"', page.body)
    assert page.status == 200
    assert len(page.body) < PAGE_MAX_BYTES
    assert [one for one in linked if one.startswith((b"http", b"//"))] == []
    assert "default-src 'self'" in page.headers["content-security-policy"]


def test_in_a_phones_own_window_no_photo_is_asked_for(stranger: Client) -> None:
    """WiFi check 32: the window cannot choose a file."""
    for window in (ANDROID_WINDOW, IPHONE_WINDOW):
        page = stranger.get(f"{PORTAL}/lapor", window)
        assert (b'type="file"' in page.body) == (window is IPHONE_WINDOW), page.body


def test_a_report_is_taken_before_any_session(phone: Client) -> None:
    assert report(phone).startswith("/tiket/")


def test_what_is_logged_names_no_device(hotspot: Hotspot, phone: Client) -> None:
    """WiFi check 34."""
    tap(phone)
    tap(phone, "selesai")
    wait_for(lambda: sessions(hotspot, phone) == 0, "the MAC is forgotten")
    said = [program.said() for program in (hotspot.portal, hotspot.gate)]
    said.append((hotspot.lab.public_folder / "nginx-error.log").read_text())
    assert [log for log in said if phone.mac in log or phone.address in log] == []
