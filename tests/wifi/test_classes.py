"""The gate gives each session its speed classes, and takes them away."""

import pytest

from tests.support.waiting import wait_for
from tests.wifi.box import WAN
from tests.wifi.client import Client
from tests.wifi.hotspot import Hotspot
from tests.wifi.places import OFFICE

pytestmark = pytest.mark.slow


def has_class(hotspot: Hotspot, interface: str, slot: int) -> bool:
    return f"class htb 1:{slot:x} " in hotspot.lab.box.run("tc", "class", "show", "dev", interface)


@pytest.mark.parametrize("interface", [OFFICE.bridge, WAN])
def test_a_session_has_a_class_as_long_as_it_lasts(
    hotspot: Hotspot, phone: Client, interface: str
) -> None:
    opened = hotspot.let_in(phone)
    slot = hotspot.stored(opened).slot or 0
    wait_for(lambda: has_class(hotspot, interface, slot), "the class is there")
    hotspot.end(opened)
    wait_for(lambda: not has_class(hotspot, interface, slot), "the class is gone")
