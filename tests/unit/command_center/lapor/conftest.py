"""A bridge to a country that is simulated."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from command_center.lapor.bridge import Bridge
from tests.sim.lapor import FakeLapor
from tests.unit.command_center.lapor.bridges import Clock, a_bridge


@pytest.fixture
def lapor() -> Iterator[FakeLapor]:
    with FakeLapor() as made:
        yield made


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def bridge(city: Engine, lapor: FakeLapor, clock: Clock) -> Bridge:
    return a_bridge(city, lapor, clock)
