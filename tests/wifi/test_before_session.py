"""Before a session: every device notices the portal, and not a byte gets past it."""

import socket
import time

import pytest

from tests.wifi import dns, frames
from tests.wifi.client import Client
from tests.wifi.hotspot import PORTAL_HOST, PROBE, Hotspot, is_sent_to_portal
from tests.wifi.lab import Lab
from tests.wifi.places import (
    OFFICE,
    OTHER,
    PROBES,
    PUBLIC_RESOLVER,
    PUBLIC_RESOLVER6,
    TTL_S,
    WWW,
    WWW6,
    Probe,
)

pytestmark = pytest.mark.slow

OFFLINE_DNS = 5354
FOREIGN_PORTS = (22, 25, 123, 443, 853, 1194, 8080, 51820)
FRAGMENTS = {"first": 0x2000, "later": 0x00B9}
"""More to follow; the rest of a packet, 1480 bytes on."""


@pytest.mark.parametrize("probe", PROBES, ids=str)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_every_probe_is_sent_to_the_portal(stranger: Client, probe: Probe, method: str) -> None:
    """WiFi check 4."""
    url = f"http://{probe.host}{probe.path}"
    assert is_sent_to_portal(stranger.get(url, to=WWW, method=method))


@pytest.mark.parametrize("to", [WWW, WWW6])
@pytest.mark.parametrize(
    "request_line",
    [
        b"GET /generate_204 HTTP/1.0\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a.test\r\nUser-Agent: " + b"x" * 200 + b"\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a.test\r\nX-Long: " + b"y" * 8000 + b"\r\n\r\n",
        b"GET http://www.test/a HTTP/1.1\r\nHost: www.test\r\n\r\n",
        b"GET /%00%ff/../..//?a=b&c HTTP/1.1\r\nHost: [::1]:99\r\n\r\n",
        b"OPTIONS / HTTP/1.1\r\nHost: a.test\r\n\r\n",
        b"PROPFIND / HTTP/1.1\r\nHost: a.test\r\n\r\n",
        b"PUT /a HTTP/1.1\r\nHost: a.test\r\nContent-Length: 3\r\n\r\nabc",
        b"POST /a HTTP/1.1\r\nHost: a.test\r\nContent-Length: 3\r\n\r\nabc",
    ],
    ids=["no-host", "agent", "8kB", "absolute", "odd-path", "OPTIONS", "PROPFIND", "PUT", "POST"],
)
def test_whatever_is_asked_is_sent_to_the_portal(
    stranger: Client, request_line: bytes, to: str
) -> None:
    """WiFi check 4."""
    connection = stranger.connection("http://www.test/", to=to)
    try:
        assert is_sent_to_portal(connection.send(request_line))
    finally:
        connection.close()


def test_the_portal_is_where_it_sends_to(stranger: Client) -> None:
    sent = stranger.get(PROBE)
    page = stranger.get(sent.location)
    assert (page.status, page.is_internet) == (200, False)
    assert PORTAL_HOST in sent.location


@pytest.mark.parametrize("address", [WWW, WWW6])
@pytest.mark.parametrize("port", [443, 853])
def test_encrypted_connections_are_refused_at_once(
    stranger: Client, address: str, port: int
) -> None:
    """WiFi checks 6 and 7."""
    assert stranger.tcp(address, port).outcome == "refused"


@pytest.mark.parametrize("address", [WWW, WWW6])
def test_quic_is_refused_at_once(phone: Client, address: str) -> None:
    """WiFi check 7."""
    assert phone.udp(address, 443).outcome == "refused"


def test_many_quic_attempts_in_a_row_are_all_refused(phone: Client) -> None:
    """WiFi check 7: a page of many hosts waits for none of them."""
    outcomes = [phone.udp(f"203.0.113.{number}", 443, limit_s=0.3).outcome for number in range(20)]
    assert outcomes == ["refused"] * 20


@pytest.mark.parametrize("server", [PUBLIC_RESOLVER, PUBLIC_RESOLVER6, OTHER])
@pytest.mark.parametrize("tcp", [False, True], ids=["udp", "tcp"])
def test_whichever_resolver_is_asked_the_box_answers(phone: Client, server: str, tcp: bool) -> None:
    """WiFi check 8."""
    assert phone.dns("who.test", server, tcp=tcp).addresses == ("203.0.113.1",)


def test_answers_are_the_internets_own_and_not_for_longer(phone: Client) -> None:
    """WiFi check 8."""
    for probe in PROBES:
        answer = phone.dns(probe.host)
        assert answer.addresses == (WWW,)
        assert TTL_S - 60 < answer.ttl_s <= TTL_S
    assert phone.dns("dns.msftncsi.com").addresses == ("131.107.255.255",)


@pytest.mark.parametrize("port", [53, OFFLINE_DNS], ids=["online", "offline"])
def test_the_portals_name_has_no_records_but_its_addresses(phone: Client, port: int) -> None:
    """WiFi check 8: whom the Internet told that there is no such name, phones forget the portal."""
    answer = phone.dns(PORTAL_HOST, kind="HTTPS", port=port)
    assert (answer.rcode, answer.addresses) == ("NOERROR", ())
    assert phone.dns(PORTAL_HOST, port=port).addresses == (OFFICE.gateway,)


def test_names_without_the_internet_are_refused_in_no_kind(phone: Client) -> None:
    """WiFi check 29: iPhones ask for HTTPS records beside every address."""
    for kind in ("HTTPS", "TXT", "AAAA"):
        assert phone.dns("captive.apple.com", kind=kind, port=OFFLINE_DNS).rcode == "NOERROR"


def test_nothing_reaches_the_internet(lab: Lab, stranger: Client) -> None:
    """WiFi check 9."""
    own = stranger.address
    with lab.arrivals() as arrived:
        assert not stranger.ping(WWW, limit_s=0.2)
        for port in FOREIGN_PORTS:
            stranger.tcp(OTHER, port, limit_s=0.2)
            stranger.udp(OTHER, port, limit_s=0.2)
        for protocol in (4, frames.GRE, 50, frames.SCTP, 253):
            stranger.send_to_gateway(frames.ipv4(own, OTHER, protocol, b"\0\0\x08\0" + b"x" * 40))
        for fragment in FRAGMENTS.values():
            piece = frames.ipv4(own, OTHER, frames.UDP, b"z" * 1480, fragment=fragment)
            stranger.send_to_gateway(piece)
        for source in ("198.51.100.2", "10.77.0.1", "127.0.0.1", "192.168.1.1", "8.8.8.8"):
            stranger.send_to_gateway(frames.udp4(source, OTHER, 123, b"time?"))
    assert arrived == []


def test_ipv6_is_no_way_around(lab: Lab, stranger: Client) -> None:
    """WiFi check 10."""
    own = stranger.wait_for_address6()
    with lab.arrivals() as arrived:
        assert not stranger.ping(WWW6, limit_s=0.2)
        for port in FOREIGN_PORTS:
            stranger.tcp(WWW6, port, limit_s=0.2)
            stranger.udp(WWW6, port, limit_s=0.2)
        for source in (own, "2001:db8:77::abcd", "fe80::1", "2001:db8:ff::2"):
            packet = frames.ipv6(source, WWW6, frames.GRE, b"\0\0\x08\0" + b"x" * 40)
            stranger.send_to_gateway(packet, frames.ETH_IP6)
    assert arrived == []
    assert is_sent_to_portal(stranger.get("http://www.test/", to=WWW6))


def test_a_flood_of_lookups_is_damped_and_delays_nobody(
    hotspot: Hotspot, stranger: Client, phone: Client
) -> None:
    """WiFi check 11: a tunnel through the resolver is worth nothing."""
    with phone.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        line.connect((OFFICE.gateway, 53))
        line.setblocking(False)
        answered = flood(line, seconds=2, questions=1200)
        assert stranger.dns("www.test").addresses == (WWW,)
    assert answered <= 150


def flood(line: socket.socket, seconds: int, questions: int) -> int:
    """Ask for names of a tunnel; how many are answered."""
    answered, start = 0, time.monotonic()
    for number in range(questions):
        line.send(dns.question(f"{number:08}{'a' * 50}.tunnel.test", "A", number))
        time.sleep(max(0, start + seconds * number / questions - time.monotonic()))
        try:
            while line.recv(512):
                answered += 1
        except OSError:
            continue
    return answered


def test_neighbours_cannot_be_reached(hotspot: Hotspot, stranger: Client, phone: Client) -> None:
    """WiFi check 17."""
    assert not stranger.ping(phone.address, limit_s=0.2)
    hotspot.lab.box.isolate(stranger, phone, isolated=False)
    try:
        stranger.ip(f"route replace {phone.address} via {OFFICE.gateway}")
        assert not stranger.ping(phone.address, limit_s=0.2)
    finally:
        stranger.ip(f"route del {phone.address}")
        hotspot.lab.box.isolate(stranger, phone)


def test_the_garden_is_open_but_for_its_port_80(stranger: Client) -> None:
    """WiFi check 30."""
    assert stranger.get("https://garden.test/").is_internet
    assert is_sent_to_portal(stranger.get("http://garden.test/"))
    assert stranger.tcp(OTHER, 443).outcome == "refused"


def test_only_the_boxs_own_services_are_there(stranger: Client) -> None:
    ports = (*range(1, 1024), 1883, 5354, 8080, 8081, 8090, 8443)
    open_ports = stranger.open_ports(OFFICE.gateway, ports)
    assert open_ports <= {53, 80, 443, OFFLINE_DNS}


def test_the_lease_is_quick_and_has_no_option_without_a_certificate(stranger: Client) -> None:
    """WiFi checks 1 and 3."""
    lease = stranger.lease()
    assert (lease.router, lease.portal) == (OFFICE.gateway, "")
    assert lease.resolvers == (OFFICE.gateway,)


def test_devices_that_give_one_client_id_get_an_address_each(hotspot: Hotspot) -> None:
    """WiFi check 3: copies of one system give its id, and a session knows its device by the MAC."""
    leases = [hotspot.lab.client().lease(client_id=b"\0one-system") for _ in range(2)]
    assert leases[0].address != leases[1].address
