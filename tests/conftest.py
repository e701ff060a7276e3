"""Fixtures that every kind of test shares: a real database file, and fixed times and ids."""

import itertools
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

from appliance.domain import home
from appliance.domain.ids import SiteCode
from appliance.domain.moment import Moment
from appliance.store import migrate
from appliance.store.database import connect

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tests.support.postgres import CityServer

settings.register_profile(
    "posko", settings.default, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("posko")
"""A busy machine fails no test: times are measured by benchmarks."""

SITE = SiteCode("14.71.07")
EPOCH = "0000c350"
"""50,000: tickets of this database start in block 0."""
START = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)


def at(**after: float) -> Moment:
    """A moment some time after START, e.g. at(hours=2)."""
    delta = timedelta(**after)
    return Moment(
        wall=START + delta, boot_id="boot-of-tests", mono_ms=int(delta.total_seconds() * 1000)
    )


class Clock:
    """Stands at START until a test moves it: `now=clock`, then `clock.forward(minutes=3)`."""

    def __init__(self) -> None:
        self._passed = timedelta()
        self._set_by = timedelta()

    def __call__(self) -> Moment:
        """The present moment."""
        now = at(seconds=self._passed.total_seconds())
        return replace(now, wall=now.wall + self._set_by)

    def forward(self, **passed: float) -> None:
        """Let time pass."""
        self._passed += timedelta(**passed)

    def set_wall(self, **by: float) -> None:
        """Somebody sets the wall clock; the time since the boot does not change."""
        self._set_by += timedelta(**by)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Machines and houses come first, as they wait longest; quick tests of units fill the end."""
    last = ("integration", "wifi", "unit")

    def rank(item: pytest.Item) -> int:
        return last.index(_folder(item)) + 1 if _folder(item) in last else 0

    for item in items:
        if _folder(item) in ("nspawn", "package", "vm"):
            item.add_marker(pytest.mark.timeout(900))  # the first one builds package and machine
    items.sort(key=rank)


def _folder(item: pytest.Item) -> str:
    return item.path.relative_to(Path(__file__).parent).parts[0]


@pytest.fixture(autouse=True)
def _at_home() -> Iterator[None]:
    """Whatever settings a test loads, the next one is in Pekanbaru again."""
    yield
    home.settle(SITE)


@pytest.fixture
def db_path(tmp_path: Path) -> Path:
    """A migrated database file of kecamatan Bukit Raya."""
    path = tmp_path / "posko.db"
    migrate.ensure(path, SITE, lambda: EPOCH)
    return path


@pytest.fixture
def db(db_path: Path) -> Iterator[sqlite3.Connection]:
    """A connection to it."""
    connection = connect(db_path)
    yield connection
    connection.close()


@pytest.fixture
def clock() -> Clock:
    """Stands at START; a program that is given it lives in the time of the test."""
    return Clock()


@pytest.fixture
def new_id() -> Callable[[], str]:
    """Ids that count up."""
    numbers = itertools.count(1)
    return lambda: f"00000000-0000-7000-8000-{next(numbers):012d}"


@pytest.fixture(scope="module")
def browser() -> "Iterator[Browser]":
    """Debian's Chromium, for the tests of one module."""
    from tests.support.browser import chromium

    with chromium() as started:
        yield started


@pytest.fixture(scope="session")
def postgresql() -> "Iterator[CityServer]":
    """A server for the whole run, with databases of the city."""
    from tests.support.postgres import QUICK, CityServer

    server = CityServer(**QUICK)
    yield server
    server.close()
