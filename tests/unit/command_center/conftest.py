"""A real city database per test."""

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine

from command_center import __main__ as center
from command_center.store import database, migrate
from tests.builders import CITY_EPOCH
from tests.conftest import SITE, START
from tests.support.city_staff import a_center, logged_in
from tests.unit.command_center.city import Run, hello


@pytest.fixture(scope="session")
def empty_city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The migrated database of Pekanbaru; made once, copied for each test."""
    path = tmp_path_factory.mktemp("city") / "center.db"
    engine = database.connect(f"sqlite:///{path}")
    migrate.ensure(engine, SITE.city, lambda: CITY_EPOCH, START)
    engine.dispose()
    return path


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def city_url(request: pytest.FixtureRequest, empty_city: Path, tmp_path: Path) -> Iterator[str]:
    """Where the city's database is: every test runs on both kinds."""
    if request.param == "sqlite":
        yield f"sqlite:///{shutil.copy(empty_city, tmp_path / 'center.db')}"
        return
    with request.getfixturevalue("postgresql").emptied() as url:
        yield url


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def bare_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database without tables."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/bare.db"
    bare: str = request.getfixturevalue("postgresql").bare()
    return bare


@pytest.fixture
def engine(city_url: str, tmp_path: Path) -> Iterator[Engine]:
    """A city database of one's own."""
    made = connected(city_url, tmp_path)
    yield made
    made.dispose()


@pytest.fixture
def sqlite_city(empty_city: Path, tmp_path: Path) -> Iterator[Engine]:
    """One on SQLite, for what is true of files only."""
    made = connected(f"sqlite:///{shutil.copy(empty_city, tmp_path / 'file.db')}", tmp_path)
    yield made
    made.dispose()


def connected(url: str, tmp_path: Path) -> Engine:
    """An engine for a database of a test, whatever its kind."""
    return database.connect(url, files=tmp_path / "files")


@pytest.fixture
def city(engine: Engine) -> Engine:
    """A city that has heard of one box."""
    hello(engine)
    return engine


@pytest.fixture
def config(city_url: str, tmp_path: Path) -> Path:
    """The settings of a city."""
    path = tmp_path / "posko.toml"
    path.write_text(
        '[site]\ncode = "14.71.07"\nname = "Bukit Raya"\ncity = "Kota Pekanbaru"\n'
        f'[center]\ndatabase = "{city_url}"\nfiles = "{tmp_path}/files"\n'
        f'signing_key = "{tmp_path}/city.key"\n'
    )
    return path


@pytest.fixture
def posko_center(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """The command of the city, which must be told where its settings are."""

    def perform(*words: str | Path) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["posko-center", *map(str, words)])
        code = center.main()
        return code, *capsys.readouterr()

    return perform


@pytest.fixture
def run(posko_center: Run, config: Path) -> Run:
    """The same with the settings of `config`."""
    return lambda *words: posko_center(*words, "--config", config)


@pytest.fixture
def changes() -> list[str]:
    """What the pages told the receiver."""
    return []


@pytest.fixture
def app(engine: Engine, changes: list[str]) -> Flask:
    """The pages."""
    return a_center(engine, on_change=lambda: changes.append("changed"))


@pytest.fixture
def client(app: Flask, engine: Engine) -> FlaskClient:
    """A verifikator at them, who may do most."""
    return logged_in(app, engine)
