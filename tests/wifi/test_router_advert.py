"""Router advertisements as a phone's kernel takes them, without dnsmasq's beside them."""

import socket
import struct
from collections.abc import Iterator

import pytest

from appliance.domain.wifi.capport import RA_OPTION
from appliance.runtime.wifi_settings import WifiZone
from tests.support.router_advert import URI, options
from tests.support.waiting import wait_for
from tests.wifi.client import DEVICE, Client
from tests.wifi.lab import Lab
from tests.wifi.places import OFFICE
from wifi_gate.problems import Problems
from wifi_gate.router_advert import EVERY_S, RouterAdvertiser

pytestmark = pytest.mark.slow

ZONE = WifiZone(
    name="hall",
    interface=OFFICE.bridge,
    ipv4=f"{OFFICE.gateway}/24",
    ipv6=f"{OFFICE.gateway6}/64",
)
ADVERTISEMENT = 134
SOLICITATION = struct.pack("!BBHI", 133, 0, 0, 0)


class Advertised:
    """The box's advertiser, and all the phone hears of it."""

    def __init__(self, advertiser: RouterAdvertiser, phone: Client) -> None:
        self.advertiser, self.phone = advertiser, phone
        self.line = phone.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6)
        self.line.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, 255)
        self.line.settimeout(0.02)

    def step(self, now_s: float) -> None:
        self.advertiser.step(now_s)

    def solicit(self) -> None:
        with self.phone.entered():
            index = socket.if_nametoindex(DEVICE)
        self.line.sendto(SOLICITATION, ("ff02::2", 0, 0, index))

    def heard(self) -> list[bytes]:
        """Every advertisement until it is quiet."""
        found = []
        while True:
            try:
                message = self.line.recv(2048)
            except TimeoutError:
                return found
            if message[0] == ADVERTISEMENT:
                found.append(message)


@pytest.fixture(scope="module")
def phone(lab: Lab) -> Client:
    lab.box.forward()
    made = lab.client()
    wait_for(lambda: _link_local(made), "the phone has a link-local address")
    return made


def _link_local(phone: Client) -> str:
    try:
        return phone.link_local()
    except StopIteration:
        return ""


@pytest.fixture
def advertised(lab: Lab, phone: Client) -> Iterator[Advertised]:
    with lab.box.entered():
        advertiser = RouterAdvertiser([ZONE], lambda: URI, Problems(), lambda low, high: high)
        made = Advertised(advertiser, phone)
        yield made
        made.line.close()
        advertiser.close()


def test_a_phone_learns_the_api_and_gets_an_address(advertised: Advertised, phone: Client) -> None:
    """The router advertisements' part of WiFi check 2."""
    advertised.step(0)
    [message, *_] = advertised.heard()
    assert options(message)[RA_OPTION].rstrip(b"\0") == URI.encode()

    def addresses() -> list[str]:
        advertised.step(1)
        return phone.addresses6()

    assert wait_for(addresses, "an address")[0].startswith("2001:db8:77:")


def test_all_are_told_again_in_time(advertised: Advertised) -> None:
    advertised.step(0)
    advertised.step(EVERY_S[1] - 1)
    assert len(advertised.heard()) == 1
    advertised.step(EVERY_S[1])
    assert len(advertised.heard()) == 1


def test_a_phone_that_asks_is_answered_at_once(advertised: Advertised) -> None:
    advertised.step(0)
    advertised.heard()
    advertised.solicit()

    def answered() -> list[bytes]:
        advertised.step(1)
        return advertised.heard()

    [message] = wait_for(answered, "an answer")
    assert RA_OPTION in options(message)


def test_without_an_api_nothing_is_said(lab: Lab, phone: Client) -> None:
    with lab.box.entered():
        advertiser = RouterAdvertiser([ZONE], lambda: None, Problems())
        silent = Advertised(advertiser, phone)
        silent.step(0)
        silent.solicit()
        silent.step(1)
        assert silent.heard() == []
        silent.line.close()
        advertiser.close()


def test_an_interface_that_is_away_is_told_once(lab: Lab, caplog: pytest.LogCaptureFixture) -> None:
    away = WifiZone(name="away", interface="away", ipv4="10.9.0.1/24", ipv6="fd00:9::1/64")
    with lab.box.entered():
        advertiser = RouterAdvertiser([away], lambda: URI, Problems())
        for now_s in (0, 300, 600):
            advertiser.step(now_s)
        advertiser.close()
    assert len(caplog.records) == 1
