"""The pages of a city whose database server is away, and comes back."""

from collections.abc import Iterator

import pytest
from flask import Flask

from command_center.store import database, migrate
from tests.builders import CITY_EPOCH
from tests.conftest import SITE, START
from tests.support.city_staff import a_center, an_account
from tests.support.postgres import Server

pytestmark = pytest.mark.slow


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server(fsync="off")
    made.run("CREATE DATABASE city")
    yield made
    made.close()


@pytest.fixture
def app(server: Server) -> Iterator[Flask]:
    engine = database.connect(server.url("city"))
    migrate.ensure(engine, SITE.city, lambda: CITY_EPOCH, START)
    an_account(engine, "budi")
    yield a_center(engine)
    engine.dispose()


def test_pages_say_so_while_the_server_is_away_and_are_back_with_it(
    server: Server, app: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    client = app.test_client()
    assert client.get("/masuk").status_code == 200
    server.kill()
    page = client.get("/masuk")
    assert (page.status_code, page.headers["Retry-After"]) == (503, "10")
    assert "Basis data pusat sedang tidak tersedia" in page.text
    other = client.get("/open311/v2/requests.json")
    assert (other.status_code, other.headers["Retry-After"]) == (503, "10")
    assert other.get_json()[0]["code"] == "503"
    assert all(one.exc_info is None for one in caplog.records)
    server.start()
    assert client.get("/masuk").status_code == 200
    assert client.get("/open311/v2/requests.json").status_code == 200
