"""What a session may use: bytes counted each way, a quota, and many sessions at once."""

import pytest

from appliance.domain.wifi.sessions import Ending, Refused
from tests.support.waiting import wait_for
from tests.wifi.client import Client
from tests.wifi.hotspot import PROBE, Hotspot, is_sent_to_portal
from tests.wifi.lab import Lab
from tests.wifi.places import OFFICE, WWW

pytestmark = pytest.mark.slow

QUOTA = 10_000_000
DOWN, UP = 5_000_000, 2_000_000
HEADERS = 1.05
"""Of IP and TCP, acknowledgements of the other direction among them."""
AT_ONCE = 180
GROWTH_KIB = 5 * 1024


@pytest.fixture(scope="module")
def hotspot(lab: Lab) -> Hotspot:
    """The product without limits of speed."""
    made = Hotspot(lab, zone="down_kbps = 0\nup_kbps = 0")
    made.start()
    return made


def test_the_quota_ends_a_session_when_it_is_used(hotspot: Hotspot, phone: Client) -> None:
    """WiFi check 21."""
    session = hotspot.let_in(phone, session_bytes=QUOTA)
    running = phone.download(WWW, "/bytes/40000000")
    assert running.wait_for_end() == "reset"
    running.close()
    assert 0.9 * QUOTA < running.received < 1.03 * QUOTA
    wait_for(lambda: hotspot.stored(session).closed_as, "the gate closes the session")
    assert hotspot.stored(session).closed_as is Ending.QUOTA
    assert is_sent_to_portal(phone.get(PROBE, to=WWW))


def test_bytes_are_counted_each_way_through_all_that_happens(
    hotspot: Hotspot, phone: Client
) -> None:
    """WiFi check 24."""
    session = hotspot.let_in(phone)
    assert len(phone.get(f"http://www.test/bytes/{DOWN // 2}").body) == DOWN // 2
    hotspot.gate.kill()
    hotspot.start_gate()
    assert phone.get("http://www.test/", method="POST", body=b"u" * UP).is_internet
    assert not isinstance(hotspot.extend(phone, session_s=9000, daily_s=0), Refused)
    assert len(phone.get(f"http://www.test/bytes/{DOWN // 2}").body) == DOWN // 2
    hotspot.end(session)
    wait_for(lambda: hotspot.stored(session).closed_as, "the gate closes the session")
    counted = hotspot.stored(session)
    assert DOWN <= counted.down_bytes <= DOWN * HEADERS
    assert UP <= counted.up_bytes <= UP * HEADERS + DOWN * (HEADERS - 1)


def test_sessions_that_come_and_go_leave_nothing_behind(hotspot: Hotspot, stranger: Client) -> None:
    """WiFi check 33."""
    before = objects(hotspot)
    come_and_go(hotspot, round_number=1)
    before_kib = hotspot.gate.pss_kib()
    come_and_go(hotspot, round_number=2)
    assert hotspot.gate.pss_kib() - before_kib < GROWTH_KIB
    wait_for(lambda: objects(hotspot) <= before, "the kernel is as before")


def come_and_go(hotspot: Hotspot, round_number: int) -> None:
    """Open a session for each of a crowd and end them all; the gate does it alone."""
    sessions = [
        hotspot.open_for(mac, OFFICE, max_sessions=0) for mac in crowd(hotspot, round_number)
    ]
    wait_for(lambda: all(hotspot.stored(one).is_open for one in sessions), "all are let in")
    assert hotspot.gate.children() == []
    for session in sessions:
        hotspot.end(session)
    wait_for(lambda: all(hotspot.stored(one).closed_as for one in sessions), "all are out")


def crowd(hotspot: Hotspot, number: int) -> list[str]:
    """Devices that the kernel has heard of: their MACs."""
    macs = {f"10.77.0.{n + 60}": f"02:00:00:01:{number:02x}:{n:02x}" for n in range(AT_ONCE)}
    hotspot.lab.box.ip(
        *(
            f"neigh replace {address} lladdr {mac} dev {OFFICE.bridge} nud reachable"
            for address, mac in macs.items()
        )
    )
    return list(macs.values())


def objects(hotspot: Hotspot) -> set[str]:
    """The kernel's counters and quotas by name: those of every session that lives."""
    listed = [hotspot.lab.box.nft_json("list", kind) for kind in ("counters", "quotas")]
    return {one["name"] for kind in listed for entry in kind for one in entry.values()}
