"""The Internet goes and comes: names lead to the portal meanwhile."""

from collections.abc import Iterator

import pytest

from tests.support.waiting import wait_for
from tests.wifi.client import Client
from tests.wifi.hotspot import PORTAL_HOST, PROBE, Hotspot, is_sent_to_portal, meets_portal, report
from tests.wifi.lab import Lab
from tests.wifi.places import WWW

pytestmark = pytest.mark.slow

WITHIN_S, DUMMY_TTL_S = 15.0, 10


@pytest.fixture(autouse=True)
def restored(lab: Lab) -> Iterator[None]:
    yield
    lab.restore()


def says_so(phone: Client) -> bool | None:
    """Whether the first page tells that the Internet is away; None while there is no page."""
    try:
        return b"Internet sedang putus" in phone.get(f"http://{PORTAL_HOST}/").body
    except OSError:
        return None


@pytest.mark.parametrize("trouble", ["cut", "blackhole"])
def test_the_portal_opens_by_itself_while_the_internet_is_away(
    lab: Lab, hotspot: Hotspot, stranger: Client, phone: Client, trouble: str
) -> None:
    """WiFi check 29."""
    hotspot.let_in(phone)
    assert meets_portal(phone) is False
    getattr(lab.internet, trouble)()
    wait_for(lambda: meets_portal(phone), "its absence is noticed", limit_s=WITHIN_S)
    for client in (stranger, phone):
        dummy = client.dns("connectivitycheck.gstatic.com")
        assert dummy.addresses != (WWW,)
        assert dummy.ttl_s <= DUMMY_TTL_S
        assert is_sent_to_portal(client.get(PROBE))
        assert report(client).startswith("/tiket/")
    wait_for(lambda: says_so(stranger), "the first page says so", limit_s=WITHIN_S)
    lab.restore()
    wait_for(lambda: meets_portal(phone) is False, "its return is noticed", limit_s=WITHIN_S)
    wait_for(lambda: says_so(stranger) is False, "the first page says no more", limit_s=WITHIN_S)
    assert stranger.dns("www.test").addresses == (WWW,)
    assert is_sent_to_portal(stranger.get(PROBE))
