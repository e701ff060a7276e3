"""One lab for all the tests of a module, and the product on its box."""

from collections.abc import Iterator

import pytest

from tests.wifi.client import Client
from tests.wifi.hotspot import Hotspot
from tests.wifi.lab import Lab, a_lab
from tests.wifi.places import OFFICE, Zone


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """The Internet and a box without rules."""
    with a_lab(tmp_path_factory.mktemp("lab")) as made:
        yield made


@pytest.fixture(scope="module")
def hotspot(lab: Lab) -> Hotspot:
    """The product, running; without a certificate."""
    made = Hotspot(lab, wifi='garden = ["garden.test"]')
    made.start()
    return made


@pytest.fixture(scope="module")
def stranger(hotspot: Hotspot) -> Client:
    """A device that never gets a session."""
    return joined(hotspot)


@pytest.fixture
def phone(hotspot: Hotspot) -> Client:
    """A device of this test alone."""
    return joined(hotspot)


def joined(hotspot: Hotspot, zone: Zone = OFFICE) -> Client:
    """A new device with addresses of both families."""
    made = hotspot.lab.client(zone)
    made.lease()
    made.wait_for_address6()
    return made
