"""Public pages of the city: how often a stranger may ask."""

import pytest
from flask import Flask
from sqlalchemy import Engine

from command_center.pages import limits
from command_center.staff import logging_in
from tests.support.city_staff import a_center, an_account, logged_in

PATHS = ("/data/", "/open311/v2/services.json", "/open311/v2/requests.xml", "/", "/nowhere")


@pytest.fixture
def app(engine: Engine) -> Flask:
    an_account(engine, "budi")
    return a_center(engine)


def ask(client, path: str, address: str = "10.0.0.9"):
    return client.get(path, environ_base={"REMOTE_ADDR": address})


def test_a_stranger_who_asks_too_often_is_told_when_to_come_back(app: Flask) -> None:
    client = app.test_client()
    for n in range(limits.PER_MINUTE):
        assert ask(client, PATHS[n % len(PATHS)]).status_code < 429
    for path in PATHS:
        refused = ask(client, path)
        assert refused.status_code == 429
        assert 1 <= int(refused.headers["Retry-After"]) <= limits.WINDOW_S
        assert "default-src 'self'" in refused.headers["Content-Security-Policy"]
    assert b"<errors>" in ask(client, PATHS[2]).data
    with ask(client, "/static/posko.css") as kept:
        assert kept.status_code == 200
    assert ask(client, PATHS[0], "10.0.0.10").status_code == 200, "another address"


def test_neither_staff_nor_this_machine_waits(app: Flask, engine: Engine) -> None:
    officer, local = logged_in(app, engine), app.test_client()
    for _ in range(limits.PER_MINUTE + 1):
        assert local.get("/data/").status_code == 200
    for _ in range(limits.PER_MINUTE + 1):
        assert ask(officer, "/sandi").status_code == 200


def test_the_addresses_of_one_network_are_counted_as_one(app: Flask) -> None:
    client = app.test_client()
    for n in range(limits.PER_MINUTE):
        assert ask(client, "/data/", f"2001:db8::{n + 1:x}").status_code == 200
    assert ask(client, "/data/", "2001:db8::ffff").status_code == 429
    assert ask(client, "/data/", "2001:db8:0:1::1").status_code == 200
    assert logging_in.of_client("2001:db8::1") == logging_in.of_client("2001:db8::2")
