"""The desk over a real database, with somebody of each role logged in."""

import re
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from appliance.actions.staff import logging_in, staffing
from appliance.desk.app import create_app
from appliance.desk.guard import COOKIE
from appliance.domain.cases.service_request import ServiceRequest
from appliance.domain.moment import Moment
from appliance.domain.staff import passwords
from appliance.domain.staff.accounts import Account, Role
from appliance.domain.staff.passwords import Cost
from appliance.runtime import ids
from appliance.runtime.settings import Settings, Site, Store
from appliance.store.database import connect
from appliance.store.staff import staff_log
from tests.conftest import Clock, at
from web.hashing import Hashing

SITE = Site(code="14.71.07", name="Bukit Raya", city="Kota Pekanbaru")


CHEAP = Cost(log_n=2, r=1, p=1)
"""What a test can afford."""


PASSWORD = "kopi-hitam-tanpa-gula"


@dataclass(frozen=True, slots=True)
class LoggedIn:
    """A browser in which somebody has logged in; forms carry the token of the page before."""

    client: FlaskClient

    def get(self, path: str, **options: Any) -> TestResponse:
        """Open a page."""
        return self.client.get(path, **options)

    def post(self, path: str, **fields: Any) -> TestResponse:
        """Send a form as a page of the desk would."""
        return self.client.post(path, data={"csrf": self.token, **fields})

    @property
    def token(self) -> str:
        """What `csrf_field()` puts into the forms of this browser."""
        return token_of(self.client.get("/sandi"))


def token_of(page: TestResponse) -> str:
    """The token in the first form of a page."""
    found = re.search(r'name="csrf" value="(\w+)"', page.text)
    assert found, page.text
    return found[1]


def a_desk(
    db_path: Path, now: Callable[[], Moment], new_id: Callable[[], str] = ids.new_id
) -> Flask:
    """The desk on a database that is there."""
    settings = Settings(site=SITE, store=Store(path=db_path))
    opened = partial(connect, db_path)
    return create_app(settings, opened, now=now, new_id=new_id, hashing=Hashing(CHEAP))


def an_account(db: sqlite3.Connection, name: str, role: Role, password: str = PASSWORD) -> Account:
    """Somebody who may log in."""
    account = Account(name=name, role=role)
    staffing.add(db, account, passwords.derive(password, b"salt" * 4, CHEAP), at(), by="test")
    return account


@pytest.fixture
def app(db_path: Path, new_id: Callable[[], str], clock: Clock) -> Flask:
    return a_desk(db_path, clock, new_id)


@pytest.fixture
def desk(app: Flask, db: sqlite3.Connection, clock: Clock) -> Callable[[Role], LoggedIn]:
    """`desk(Role.OPERATOR)` is the browser of somebody with that role, named `uji-operator`."""

    def logged_in(role: Role) -> LoggedIn:
        name = f"uji-{role}"
        account = an_account(db, name, role)
        session_id = f"session-of-{name}"
        logging_in.open_session(db, account, session_id, clock())
        client = app.test_client()
        client.set_cookie(COOKIE, session_id)
        return LoggedIn(client)

    return logged_in


def log_in(client: FlaskClient, name: str, password: str, **fields: str):
    token = token_of(client.get("/masuk"))
    return client.post("/masuk", data={"csrf": token, "name": name, "password": password, **fields})


def case_of(who: LoggedIn, request: ServiceRequest) -> str:
    answer = who.get(f"/laporan/{request.ticket.digits}")
    assert answer.status_code == 200
    return answer.text


def seen(db: sqlite3.Connection) -> list[tuple[str, str]]:
    log = staff_log.page(db, by="", subject="", before=None, limit=99)
    return [(entry.what, entry.subject) for entry in log[::-1]]
