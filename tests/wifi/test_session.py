"""A session: opened, used, extended, moved to another MAC, ended."""

import contextlib
import itertools
import socket

import pytest

from appliance.domain.wifi.sessions import Refused
from tests.support.waiting import wait_for
from tests.wifi import frames
from tests.wifi.client import Client
from tests.wifi.conftest import joined
from tests.wifi.hotspot import PROBE, Hotspot, is_online, is_sent_to_portal, meets_portal
from tests.wifi.places import OFFICE, PARK, PROBES, PUBLIC_RESOLVER, WWW, WWW6

pytestmark = pytest.mark.slow

COUNTED = 0.98
"""What passes between the last count and the cut is nobody's."""

OF_SIX_SECONDS = 6 * 200_000
"""What a stream of the Internet brings in so long."""


def test_every_device_finds_itself_online(hotspot: Hotspot, phone: Client) -> None:
    hotspot.let_in(phone)
    for probe in PROBES:
        said = phone.get(f"http://{probe.host}{probe.path}")
        assert (said.status, said.body, said.is_internet) == (probe.status, probe.body, True)
    assert phone.get("https://www.test/").is_internet
    assert phone.udp(WWW, 443).outcome == "open"


def test_all_ipv6_addresses_of_a_device_are_let_in(hotspot: Hotspot, phone: Client) -> None:
    """WiFi check 10."""
    first = phone.wait_for_address6()
    hotspot.let_in(phone)
    passes_from(phone, first)
    phone.ip("address add 2001:db8:77::beef/64 dev eth0 nodad")
    passes_from(phone, "2001:db8:77::beef")


def passes_from(phone: Client, source: str) -> None:
    def passes() -> bool:
        with contextlib.suppress(OSError):
            return phone.get("http://www.test/", to=WWW6, source=source).is_internet
        return False

    wait_for(passes, f"{source} is let in", limit_s=6)


def test_a_connection_kept_from_before_never_meets_the_portal_again(
    hotspot: Hotspot, phone: Client
) -> None:
    """WiFi check 14."""
    with contextlib.closing(phone.connection("http://www.test/", to=WWW)) as kept:
        assert is_sent_to_portal(kept.ask("/", "www.test"))
        hotspot.let_in(phone)
        with contextlib.suppress(OSError):
            assert kept.ask("/", "www.test").is_internet


def test_a_stolen_address_opens_nothing(hotspot: Hotspot, phone: Client) -> None:
    """WiFi check 17."""
    hotspot.let_in(phone)
    thief = joined(hotspot)
    thief.set_address(phone.address)
    with hotspot.lab.arrivals() as arrived:
        with contextlib.suppress(OSError):
            assert is_sent_to_portal(thief.get(PROBE, to=WWW))
        assert thief.tcp(WWW, 443, limit_s=0.5).outcome != "open"
    assert arrived == []


@pytest.mark.parametrize("claim", ["arp", "neighbour", "router"])
def test_a_forged_gateway_is_not_believed(
    hotspot: Hotspot, stranger: Client, phone: Client, claim: str
) -> None:
    """WiFi check 17: even where the radio does not isolate its devices."""
    own = stranger.link_local()
    claims = {
        "arp": frames.arp_claim(stranger.mac, OFFICE.gateway),
        "neighbour": frames.neighbour_claim(stranger.mac, own, OFFICE.gateway6),
        "router": frames.router_claim(stranger.mac, own, "2001:db8:bad::"),
    }
    phone.get("http://www.test/", to=WWW6)
    hotspot.lab.box.isolate(stranger, phone, isolated=False)
    try:
        for _ in range(5):
            stranger.send_frame(claims[claim])
            phone.ping(OFFICE.gateway, limit_s=0.1)
        assert phone.neighbour(OFFICE.gateway) == OFFICE.mac
        assert phone.neighbour(OFFICE.gateway6) in ("", OFFICE.mac)
        assert [one for one in phone.addresses6() if one.startswith("2001:db8:bad:")] == []
    finally:
        hotspot.lab.box.isolate(stranger, phone)


def test_a_false_dhcp_server_is_not_heard(
    hotspot: Hotspot, stranger: Client, phone: Client
) -> None:
    """WiFi check 17."""
    offer = frames.udp4(stranger.address, "255.255.255.255", 68, b"offer", sport=67)
    hotspot.lab.box.isolate(stranger, phone, isolated=False)
    try:
        with phone.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(frames.ETH_IP)) as line:
            line.settimeout(5)
            stranger.send_frame(
                frames.ethernet(frames.EVERYONE, stranger.mac, frames.ETH_IP, offer), times=5
            )
            with hotspot.lab.box.socket(socket.AF_INET, socket.SOCK_DGRAM) as box:
                box.sendto(b"the end", (phone.address, 9))
            heard = iter(lambda: line.recv(2048), b"")
            before_end = list(itertools.takewhile(lambda frame: b"the end" not in frame, heard))
        assert [frame for frame in before_end if b"offer" in frame] == []
    finally:
        hotspot.lab.box.isolate(stranger, phone)


def test_a_download_is_reset_when_the_session_is_ended(hotspot: Hotspot, phone: Client) -> None:
    """WiFi check 19."""
    session = hotspot.let_in(phone)
    running = phone.download(WWW)
    running.wait_for_more()
    hotspot.end(session)
    assert running.wait_for_end() == "reset"
    running.close()


def test_a_download_is_reset_when_the_time_is_over(hotspot: Hotspot, phone: Client) -> None:
    """WiFi check 19."""
    hotspot.let_in(phone, session_s=3)
    running = phone.download(WWW)
    running.wait_for_more()
    assert running.wait_for_end() == "reset"
    running.close()


def test_after_the_end_nothing_old_or_new_passes(hotspot: Hotspot, phone: Client) -> None:
    """WiFi check 20."""
    session = hotspot.let_in(phone)
    with contextlib.closing(phone.connection("http://www.test/", to=WWW)) as kept:
        assert kept.ask("/", "www.test").is_internet
        hotspot.end(session)
        wait_for(lambda: meets_portal(phone), "the probe is sent to the portal")
        with hotspot.lab.arrivals() as arrived:
            with contextlib.suppress(OSError):
                assert not kept.ask("/", "www.test").is_internet
            assert phone.tcp(WWW, 443).outcome == "refused"
        assert arrived == []


def test_extending_cuts_nothing_and_keeps_the_count(hotspot: Hotspot, phone: Client) -> None:
    """WiFi check 23."""
    session = hotspot.let_in(phone, session_s=4)
    running = phone.download(WWW)
    running.wait_for_more()
    more = hotspot.extend(phone, session_s=600)
    assert not isinstance(more, Refused)
    assert more.granted_s > session.granted_s
    running.wait_for_more(OF_SIX_SECONDS - running.received)
    hotspot.end(session)
    running.wait_for_end()
    running.close()
    wait_for(lambda: hotspot.stored(session).closed_as, "the gate closes it")
    assert hotspot.stored(session).down_bytes >= running.received * COUNTED


def test_a_session_follows_its_device_to_another_mac(hotspot: Hotspot, phone: Client) -> None:
    """WiFi check 31."""
    code = f"code-of-{phone.mac}"
    session = hotspot.open(phone, code=code)
    wait_for(lambda: is_online(phone), "the first MAC is online")
    changed = joined(hotspot)
    moved = hotspot.resume(changed, code)
    assert not isinstance(moved, Refused)
    assert (moved.id, moved.granted_s) == (session.id, session.granted_s)
    wait_for(lambda: is_online(changed), "the second MAC is online")
    wait_for(lambda: meets_portal(phone), "the first MAC is not")


def test_zones_do_not_reach_each_other(hotspot: Hotspot, phone: Client) -> None:
    walker = joined(hotspot, PARK)
    hotspot.let_in(walker)
    hotspot.let_in(phone)
    assert not phone.ping(walker.address, limit_s=0.3)
    assert not walker.ping(phone.address, limit_s=0.3)


def test_with_a_session_too_the_boxs_resolver_answers(hotspot: Hotspot, phone: Client) -> None:
    """WiFi check 8."""
    hotspot.let_in(phone)
    assert phone.dns("who.test", PUBLIC_RESOLVER).addresses == ("203.0.113.1",)
