"""The Internet goes and comes: names lead to the portal meanwhile."""

from collections.abc import Iterator

import pytest

from tests.support.waiting import wait_for
from tests.wifi.client import Client
from tests.wifi.hotspot import PROBE, Hotspot, is_sent_to_portal
from tests.wifi.lab import Lab

pytestmark = pytest.mark.slow

WITHIN_S = 15.0


@pytest.fixture(autouse=True)
def restored(lab: Lab) -> Iterator[None]:
    yield
    lab.restore()


def meets_portal(phone: Client) -> bool | None:
    """Where a phone's own question leads; None while no name is answered."""
    try:
        return is_sent_to_portal(phone.get(PROBE))
    except OSError:
        return None


def test_the_portal_opens_by_itself_while_the_internet_is_away(
    lab: Lab, hotspot: Hotspot, phone: Client
) -> None:
    """WiFi check 29."""
    hotspot.let_in(phone)
    assert meets_portal(phone) is False
    lab.internet.blackhole()
    wait_for(lambda: meets_portal(phone), "its absence is noticed", limit_s=WITHIN_S)
    lab.restore()
    wait_for(lambda: meets_portal(phone) is False, "its return is noticed", limit_s=WITHIN_S)
