"""The lab tells the truth: all passes before there are rules, and rules stop what they say."""

import socket
from collections.abc import Iterator

import pytest

from tests.support.waiting import wait_for
from tests.wifi import frames, plain_dnsmasq
from tests.wifi.client import Client
from tests.wifi.lab import Lab
from tests.wifi.lease import CAPTIVE_PORTAL_6
from tests.wifi.places import (
    OFFICE,
    OTHER,
    PARK,
    PROBES,
    PUBLIC_RESOLVER,
    TTL_S,
    WWW,
    WWW6,
    Probe,
)

pytestmark = pytest.mark.slow

PORTAL = "https://portal.test/api"
_NAT = (
    "table inet bed { chain out { type nat hook postrouting priority srcnat;"
    ' oifname "wan" meta nfproto ipv4 masquerade; }; }'
)


@pytest.fixture(scope="module", autouse=True)
def router(lab: Lab) -> None:
    lab.box.forward()
    lab.box.nft(_NAT)
    portal = [f"--dhcp-option-force=114,{PORTAL}", f"--dhcp-option=option6:103,{PORTAL}"]
    plain_dnsmasq.start(lab, *portal)


@pytest.fixture(scope="module")
def phone(lab: Lab, router: None) -> Client:
    made = lab.client()
    made.lease()
    made.wait_for_address6()
    return made


@pytest.fixture
def closed(lab: Lab) -> Iterator[None]:
    lab.box.nft(
        "table inet wall { chain forward { type filter hook forward priority 0; policy drop; }; }"
    )
    yield
    lab.box.nft("delete table inet wall")


@pytest.fixture
def restored(lab: Lab) -> Iterator[None]:
    yield
    lab.restore()


def test_a_lease_brings_the_portals_address_on_both_families(phone: Client) -> None:
    lease = phone.lease()
    assert (lease.router, lease.portal) == (OFFICE.gateway, PORTAL)
    assert phone.dhcpv6()[CAPTIVE_PORTAL_6].decode() == PORTAL


def test_the_park_is_a_network_of_its_own(lab: Lab) -> None:
    walker = lab.client(PARK)
    assert walker.lease().router == PARK.gateway
    assert walker.wait_for_address6().startswith("2001:db8:78:")


@pytest.mark.parametrize("probe", PROBES, ids=str)
def test_every_probe_hears_that_it_is_online(phone: Client, probe: Probe) -> None:
    said = phone.get(f"http://{probe.host}{probe.path}")
    assert (said.status, said.body, said.is_internet) == (probe.status, probe.body, True)


def test_without_rules_everything_passes(phone: Client) -> None:
    for address in (WWW, WWW6):
        assert phone.get("https://www.test/", to=address).is_internet
        assert phone.udp(address, 443).outcome == "open"
        assert phone.tcp(address, 853).outcome == "open"
        assert phone.ping(address)


def test_a_wall_stops_everything(lab: Lab, phone: Client, closed: None) -> None:
    with lab.arrivals() as arrived:
        assert phone.tcp(WWW, 443, limit_s=0.3).outcome == "silence"
        assert phone.udp(WWW6, 443, limit_s=0.3).outcome == "silence"
    assert arrived == []


def test_arrivals_are_noticed_whatever_they_are(lab: Lab, phone: Client) -> None:
    packets = [
        frames.ipv4(phone.address, OTHER, frames.GRE, b"\0\0\x08\0tunnel"),
        frames.ipv4(phone.address, "192.0.2.9", frames.SCTP, b"\0" * 12),
        frames.udp4(phone.address, PUBLIC_RESOLVER, 123, b"time?"),
    ]
    with lab.arrivals() as arrived:
        for packet in packets:
            phone.send_to_gateway(packet)
        phone.tcp(WWW6, 8080)
    kinds = {(packet.target, packet.protocol, packet.port) for packet in arrived}
    assert {(OTHER, "gre", 0), ("192.0.2.9", "sctp", 0), ("8.8.8.8", "udp", 123)} <= kinds
    assert (WWW6, "tcp", 8080) in kinds


def test_two_resolvers_give_two_answers(phone: Client) -> None:
    own, foreign = phone.dns("who.test"), phone.dns("who.test", PUBLIC_RESOLVER, tcp=True)
    assert (own.addresses, foreign.addresses) == (("203.0.113.1",), ("203.0.113.8",))
    assert foreign.ttl_s == TTL_S


def test_neighbours_cannot_reach_each_other(lab: Lab, phone: Client) -> None:
    other = lab.client()
    other.lease()
    assert not other.ping(phone.address)
    other.send_frame(frames.arp_claim(other.mac, "10.77.0.77"))
    assert phone.neighbour("10.77.0.77") == ""


def test_forged_neighbours_are_believed_where_nothing_guards(lab: Lab, phone: Client) -> None:
    rogue = lab.client()
    lab.box.isolate(rogue, phone, isolated=False)
    try:
        phone.get("http://www.test/")

        def is_believed() -> bool:
            rogue.send_frame(frames.arp_claim(rogue.mac, OFFICE.gateway))
            return phone.neighbour(OFFICE.gateway) == rogue.mac

        wait_for(is_believed, "the claim is believed")
    finally:
        lab.box.isolate(rogue, phone)
        phone.ip("neigh flush dev eth0")


def test_a_download_is_watched_and_a_reset_seen(lab: Lab, phone: Client) -> None:
    running = phone.download(WWW)
    running.wait_for_more()
    lab.box.nft(
        "table inet wall { chain forward { type filter hook forward priority 0;"
        ' iifname "br-lan" meta l4proto tcp reject with tcp reset; }; }'
    )
    try:
        assert running.wait_for_end() == "reset"
    finally:
        lab.box.nft("delete table inet wall")
        running.close()


@pytest.mark.parametrize("trouble", ["cut", "blackhole"])
def test_the_internet_can_die_and_come_back(
    lab: Lab, phone: Client, trouble: str, restored: None
) -> None:
    getattr(lab.internet, trouble)()
    assert phone.tcp(WWW, 80, limit_s=0.3).outcome != "open"
    lab.restore()
    assert phone.get("http://www.test/", to=WWW).is_internet
    assert phone.get("http://www.test/", to=WWW6).is_internet


def test_another_mac_is_another_device(lab: Lab) -> None:
    changing = lab.client()
    first = changing.lease().address
    changing.set_mac("02:00:00:00:99:01")
    assert changing.lease().address != first


def test_a_frozen_program_lives_on_when_thawed(lab: Lab, phone: Client) -> None:
    dnsmasq = lab.box.programs["dnsmasq"]
    dnsmasq.freeze()
    with pytest.raises(TimeoutError):
        phone.dns("fresh.tunnel.test", limit_s=0.3)
    dnsmasq.thaw()
    assert phone.dns("fresh.tunnel.test").rcode == "NOERROR"
    assert "fresh.tunnel.test" in lab.internet.names_asked()


def test_sockets_stay_in_the_namespace_they_were_made_in(lab: Lab, phone: Client) -> None:
    with phone.socket(socket.AF_INET, socket.SOCK_STREAM) as line:
        line.connect((WWW, 80))
        assert line.getsockname()[0] == phone.address
