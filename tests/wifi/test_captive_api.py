"""Phones that are told of the portal, and ask it by TLS: RFC 8908 and RFC 8910."""

import json
import socket
import ssl
from collections.abc import Iterator
from contextlib import closing

import pytest

from tests.support.waiting import wait_for
from tests.wifi import frames
from tests.wifi.client import DEVICE, Client
from tests.wifi.conftest import joined
from tests.wifi.hotspot import Hotspot
from tests.wifi.lab import Lab
from tests.wifi.lease import CAPTIVE_PORTAL_6
from tests.wifi.places import OFFICE

pytestmark = pytest.mark.slow

HOST = "wifi.kecamatan.test"
API = f"https://{HOST}/captive"
ACCEPTED = ["", "Accept: application/captive+json", "Accept: text/html", "Accept: */*"]
OLD_DAYS = -1
SOLICITATION, ADVERTISEMENT = 133, 134
SECONDS, BYTES = 2, 0.01


@pytest.fixture(scope="module")
def good(lab: Lab) -> str:
    """Settings of a certificate that the lab's phones trust."""
    return certified(*lab.authority.certify(HOST))


@pytest.fixture(scope="module")
def hotspot(lab: Lab, good: str) -> Hotspot:
    """The product with that certificate."""
    made = Hotspot(lab, wifi=good, host=HOST)
    made.start()
    return made


def certified(certificate: object, key: object) -> str:
    return f'tls_cert = "{certificate}"\ntls_key = "{key}"'


def state(phone: Client, *headers: str) -> dict:
    answer = phone.get(API, *headers)
    assert answer.status == 200
    assert answer.headers["content-type"].startswith("application/captive+json")
    assert answer.headers["cache-control"].startswith(("private", "no-store"))
    return json.loads(answer.body)


def test_the_lease_names_the_api_on_both_families(phone: Client) -> None:
    """WiFi checks 1 and 2."""
    assert phone.lease().portal == API
    assert phone.dhcpv6()[CAPTIVE_PORTAL_6].decode() == API


def test_router_advertisements_name_the_same_api(phone: Client) -> None:
    """WiFi check 2: of dnsmasq's and the gate's answers to a phone that asks, one bears it."""
    with phone.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6) as line:
        line.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, 255)
        line.settimeout(5)
        with phone.entered():
            routers = ("ff02::2", 0, 0, socket.if_nametoindex(DEVICE))
        line.sendto(bytes([SOLICITATION, 0, 0, 0, 0, 0, 0, 0]), routers)
        wait_for(lambda: portal_named(line.recv(2048)) == API, "an advertisement of the API")


def portal_named(message: bytes) -> str | None:
    return frames.portal_of(message) if message[0] == ADVERTISEMENT else None


@pytest.mark.parametrize("accept", ACCEPTED)
def test_before_a_session_the_api_says_where_to_go(phone: Client, accept: str) -> None:
    """WiFi check 12."""
    said = state(phone, *([accept] if accept else []))
    assert said["captive"] is True
    assert said["user-portal-url"].startswith(f"https://{HOST}/")
    assert "seconds-remaining" not in said


def test_in_a_session_it_tells_what_is_left(hotspot: Hotspot, phone: Client) -> None:
    """WiFi check 12."""
    session = hotspot.let_in(phone, session_s=1000, session_bytes=50_000_000)
    said = state(phone)
    assert said["captive"] is False
    assert said["seconds-remaining"] == pytest.approx(left_in_kernel(hotspot, phone), abs=SECONDS)
    assert said["bytes-remaining"] == pytest.approx(session.granted_bytes, rel=BYTES)
    hotspot.end(session)
    assert state(phone)["captive"] is True


def left_in_kernel(hotspot: Hotspot, phone: Client) -> int:
    [listed] = hotspot.lab.box.nft_json("list", "map", "inet", "posko", "up4")
    [left] = [
        element["elem"]["expires"]
        for element, _ in listed["map"]["elem"]
        if element["elem"]["val"]["concat"][0] == phone.mac
    ]
    return left


def test_a_phone_that_does_not_trust_the_authority_is_told_nothing(phone: Client) -> None:
    """WiFi check 12: TLS is what it rests on."""
    line = phone.connection(f"http://{OFFICE.gateway}:443/")
    with closing(line), pytest.raises(ssl.SSLCertVerificationError):
        ssl.create_default_context().wrap_socket(line.line, server_hostname=HOST)


@pytest.fixture(params=["expired", "self-signed", "other-name", "missing"])
def badly_certified(
    lab: Lab, hotspot: Hotspot, good: str, request: pytest.FixtureRequest
) -> Iterator[None]:
    """The configuration rendered anew where the certificate is of no use."""
    certificates = {
        "expired": lambda: lab.authority.certify("old.test", HOST, days=OLD_DAYS),
        "self-signed": lambda: lab.authority.self_signed(HOST),
        "other-name": lambda: lab.authority.certify("other.test"),
        "missing": lambda: ("/nowhere.pem", "/nowhere.key"),
    }
    hotspot.configure(certified(*certificates[request.param]()))
    hotspot.start_edges()
    yield
    hotspot.configure(good)
    hotspot.start_edges()


@pytest.mark.usefixtures("badly_certified")
def test_without_a_good_certificate_the_api_is_not_announced(hotspot: Hotspot) -> None:
    """WiFi check 1: it could only slow phones down."""
    phone = joined(hotspot)
    assert phone.lease().portal == ""
    assert CAPTIVE_PORTAL_6 not in phone.dhcpv6()
    assert phone.get(f"http://{HOST}/").status == 200
