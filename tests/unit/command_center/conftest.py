"""A real city database per test."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from command_center.store import database, migrate
from tests.builders import CITY_EPOCH
from tests.conftest import SITE, START


@pytest.fixture(scope="session")
def empty_city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The migrated database of Pekanbaru; made once, copied for each test."""
    path = tmp_path_factory.mktemp("city") / "center.db"
    engine = database.connect(f"sqlite:///{path}")
    migrate.ensure(engine, SITE.city, lambda: CITY_EPOCH, START)
    engine.dispose()
    return path


@pytest.fixture
def engine(empty_city: Path, tmp_path: Path) -> Iterator[Engine]:
    """A city database of one's own."""
    path = shutil.copy(empty_city, tmp_path / "center.db")
    made = database.connect(f"sqlite:///{path}")
    yield made
    made.dispose()
