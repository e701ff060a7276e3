"""The doctor finds who else has an address of the box, and asks without disturbing anybody."""

import pytest

from appliance.doctor.reading.addresses import holders
from tests.wifi.client import DEVICE
from tests.wifi.lab import Lab
from tests.wifi.places import OFFICE

pytestmark = pytest.mark.slow


def test_a_device_that_has_the_box_s_address_is_found_by_its_mac(lab: Lab) -> None:
    other, witness = lab.client(), lab.client()
    witness.ip(f"address add 10.77.0.7/24 dev {DEVICE}")
    assert witness.ping(OFFICE.gateway)
    with lab.box.entered():
        assert holders(OFFICE.bridge, OFFICE.gateway) == set()
        other.ip(f"address add {OFFICE.gateway}/24 dev {DEVICE}")
        assert holders(OFFICE.bridge, OFFICE.gateway) == {other.mac}
    assert OFFICE.mac in witness.run("ip", "neigh", "show", OFFICE.gateway)


def test_a_link_that_is_down_has_nobody(lab: Lab) -> None:
    with lab.box.entered():
        lab.box.ip("link add away type veth peer name further")
        assert holders("away", "10.99.0.1") == set()
