"""Fixtures that several modules share."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from command_center.store import database, migrate
from tests.builders import CITY_EPOCH
from tests.conftest import SITE, START
from tests.support.broker import Broker
from tests.support.center_process import Center
from tests.support.sms_box import Box


@pytest.fixture
def box(tmp_path):
    box = Box(tmp_path / "posko.db")
    yield box
    box.db.close()


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """The database of a city that has heard of nobody."""
    made = database.connect(f"sqlite:///{tmp_path}/center.db")
    migrate.ensure(made, SITE.city, lambda: CITY_EPOCH, START)
    yield made
    made.dispose()


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    """A mosquitto of this test's own."""
    made = Broker(tmp_path)
    made.start()
    yield made
    made.stop()


@pytest.fixture
def center(tmp_path: Path, broker: Broker) -> Iterator[Center]:
    """A command center on it."""
    made = Center(tmp_path, broker)
    made.start()
    yield made
    if made.process.poll() is None:
        made.end(signal.SIGKILL)
