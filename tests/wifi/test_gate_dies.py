"""The gate frozen, killed, reloaded, after a power cut: nobody gains, nobody loses."""

import contextlib
import socket
import threading
from pathlib import Path

import pytest

from appliance.domain.wifi.sessions import LEASE_FLUSH_S
from appliance.store.database import connect
from tests.support.waiting import wait_for
from tests.wifi.client import Client
from tests.wifi.conftest import joined
from tests.wifi.frames import Packet
from tests.wifi.hotspot import PROBE, Hotspot, is_online, is_sent_to_portal
from tests.wifi.places import OTHER, WWW, WWW6

pytestmark = pytest.mark.slow

CLIENTS, KNOCKED = 12, 1194
COUNTED = 0.95
"""What passes between the last count and the cut is nobody's."""


@pytest.fixture
def revived(hotspot: Hotspot):
    """However a test leaves the gate, the next one finds it at work."""
    yield
    if not hotspot.gate.is_running():
        hotspot.start_gate()


def test_time_ends_a_session_even_if_the_gate_is_frozen(hotspot: Hotspot, phone: Client) -> None:
    """WiFi check 18."""
    hotspot.let_in(phone, session_s=3)
    running = phone.download(WWW)
    running.wait_for_more()
    hotspot.gate.freeze()
    try:
        assert running.wait_for_end() == "reset"
        assert phone.tcp(WWW, 443).outcome == "refused"
        assert is_sent_to_portal(phone.get(PROBE, to=WWW))
    finally:
        hotspot.gate.thaw()
        running.close()


def test_who_is_online_stays_so_and_who_is_not_does_not(
    hotspot: Hotspot, stranger: Client, revived: None
) -> None:
    """WiFi check 25."""
    clients = [joined(hotspot) for _ in range(CLIENTS)]
    sessions = [hotspot.let_in(client) for client in clients]
    running = clients[0].download(WWW)
    running.wait_for_more(200_000)
    hotspot.gate.kill()
    hotspot.portal.kill()
    assert all(is_online(client) for client in clients)
    assert stranger.tcp(WWW, 443).outcome == "refused"
    hotspot.start_gate()
    hotspot.portal.start()
    assert all(is_online(client) for client in clients)
    running.wait_for_more()
    slots = [hotspot.stored(session).slot for session in sessions]
    hotspot.end(sessions[0])
    assert running.wait_for_end() == "reset"
    running.close()
    wait_for(lambda: hotspot.stored(sessions[0]).closed_as, "the gate closes what it took up")
    assert hotspot.stored(sessions[0]).down_bytes >= running.received * COUNTED
    assert [hotspot.stored(session).slot for session in sessions[1:]] == slots[1:]


def test_after_a_power_cut_sessions_go_on_and_last_no_longer(
    hotspot: Hotspot, phone: Client, revived: None
) -> None:
    """WiFi check 26."""
    session = hotspot.let_in(phone)
    hotspot.gate.kill()
    power_cut(hotspot)
    hotspot.start_gate()
    wait_for(lambda: is_online(phone), "the session is restored", limit_s=10)
    wait_for(lambda: hotspot.stored(session).used_s >= LEASE_FLUSH_S, "what may be lost is charged")
    assert hotspot.stored(session).granted_s == session.granted_s


def power_cut(hotspot: Hotspot) -> None:
    """All that the kernel forgets; the database alone stays."""
    hotspot.lab.box.forward(on=False)
    hotspot.lab.box.nft("flush ruleset")
    with contextlib.closing(connect(hotspot.db_path)) as db:
        db.execute("UPDATE wifi_leases SET boot_id = 'the boot before'")


def knocks(arrived: list[Packet]) -> list[Packet]:
    """What a stranger has sent; the box itself resets connections that it knows no more."""
    return [packet for packet in arrived if packet.port in (443, KNOCKED)]


def test_a_restart_lets_nothing_slip_through(
    hotspot: Hotspot, stranger: Client, phone: Client, revived: None
) -> None:
    """WiFi check 28."""
    hotspot.let_in(phone)
    running = phone.download(WWW)
    running.wait_for_more()
    with hotspot.lab.arrivals() as arrived, knocking(stranger):
        for _ in range(3):
            hotspot.gate.kill()
            hotspot.start_gate()
            running.wait_for_more()
    assert knocks(arrived) == []
    running.close()


@contextlib.contextmanager
def knocking(client: Client):
    """A thousand attempts to reach the Internet a second."""
    over = threading.Event()
    line = client.socket(socket.AF_INET, socket.SOCK_DGRAM)

    def knock() -> None:
        while not over.wait(0.001):
            with contextlib.suppress(OSError):
                line.sendto(b"open?", (OTHER, KNOCKED))

    thread = threading.Thread(target=knock)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
        line.close()


@pytest.mark.parametrize("missing", ["database", "nft"])
def test_where_the_gate_cannot_work_nobody_passes_and_it_says_so(
    hotspot: Hotspot, stranger: Client, revived: None, missing: str
) -> None:
    """WiFi check 27."""
    hotspot.gate.kill()
    power_cut(hotspot)
    gate = hotspot.lab.box.start(f"gate-without-{missing}", *without(hotspot, missing))
    try:
        wait_for(gate.said, "it says what is wrong")
        with hotspot.lab.arrivals() as arrived, knocking(stranger):
            stranger.tcp(WWW, 443, limit_s=0.5)
            stranger.udp(WWW6, 443, limit_s=0.5)
        assert knocks(arrived) == []
        assert missing in gate.said()
    finally:
        gate.kill()


def without(hotspot: Hotspot, missing: str) -> list[str]:
    """The gate where its database is garbage, or the library of nftables is none."""
    if missing == "nft":
        [library] = Path("/usr/lib").glob("*/libnftables.so.1")
        hide = f'mount --bind /dev/null {library} && exec "$@"'
        return ["sh", "-c", hide, "sh", *hotspot.command("wifi_gate")]
    garbage, config = hotspot.lab.folder / "garbage.db", hotspot.lab.folder / "garbage.toml"
    garbage.write_bytes(b"not a database" * 1000)
    config.write_text(hotspot.config.read_text().replace(str(hotspot.db_path), str(garbage)))
    return [*hotspot.command("wifi_gate")[:-1], str(config)]


def test_ending_the_gate_opens_nothing(hotspot: Hotspot, stranger: Client, revived: None) -> None:
    """WiFi check 38."""
    with hotspot.lab.arrivals() as arrived, knocking(stranger):
        hotspot.gate.stop()
        assert stranger.tcp(WWW, 443, limit_s=0.5).outcome != "open"
    assert knocks(arrived) == []


def test_taking_the_gate_away_leaves_nothing_and_opens_nothing(
    hotspot: Hotspot, stranger: Client, revived: None
) -> None:
    """WiFi check 38."""
    with hotspot.lab.arrivals() as arrived, knocking(stranger):
        hotspot.gate.stop()
        hotspot.lab.box.run(*hotspot.command("wifi_gate", "--remove"))
        assert stranger.tcp(WWW, 443, limit_s=0.5).outcome != "open"
    assert knocks(arrived) == []
    assert hotspot.rules() == ""
    assert "htb" not in hotspot.lab.box.run("tc", "qdisc", "show")
