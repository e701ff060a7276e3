"""Staff of the city in tests: browsers in which somebody has logged in."""

from datetime import datetime
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine
from werkzeug.test import TestResponse

from appliance.domain.staff.passwords import Cost
from command_center.app import create_app
from command_center.staff import accounts, logging_in
from command_center.staff.guard import COOKIE
from command_center.staff.roles import OF_AGENCY, Account, Post, Role
from command_center.store.database import reading
from command_center.store.staff import staff_accounts
from tests.conftest import START, at
from web import browser_id
from web.hashing import Hashing

CHEAP = Cost(log_n=2, r=1, p=1)
"""What a test can afford."""
HASHING = Hashing(CHEAP)
PASSWORD = "kopi-hitam-tanpa-gula"
AGENCY = "DISHUB"
"""Whose officer a test's officer is; that of street lights."""
UNIT = "UPT PJU"
NOW = at(hours=3).wall
"""When the pages of the tests are looked at, unless told otherwise."""


class Officer(FlaskClient):
    """A browser whose forms carry the token of its pages."""

    def post(self, *args: Any, **options: Any) -> TestResponse:  # type: ignore[override]
        """Send a form as a page of the city would."""
        held = self.get_cookie(COOKIE)
        if held and "json" not in options and isinstance(options.get("data", {}), dict):
            token = browser_id.token(held.value)
            options["data"] = {browser_id.FIELD: token, **options.get("data", {})}
        return super().post(*args, **options)


def a_center(engine: Engine, *, now: datetime = NOW, **options: Any) -> Flask:
    """The pages of the city at a time."""
    return create_app(engine, place="Kota Pekanbaru", now=lambda: now, hashing=HASHING, **options)


def an_officer(
    engine: Engine, role: Role = Role.VERIFIKATOR, *, now: datetime = NOW, **options: Any
) -> Officer:
    """Somebody of a role at the pages of the city."""
    return logged_in(a_center(engine, now=now, **options), engine, role, now=now)


def a_post(role: Role, agency: str = AGENCY) -> Post:
    """The post of a role."""
    is_of_agency = role in OF_AGENCY
    return Post(
        role=role,
        agency=agency if is_of_agency else None,
        unit=UNIT if role is Role.SUBUNIT else None,
    )


def an_account(
    engine: Engine, name: str, post: Post | None = None, *, must_change: bool = False
) -> Account:
    """Somebody who may log in; an administrator unless told otherwise."""
    account = Account(name=name, post=post or a_post(Role.ADMIN), must_change=must_change)
    accounts.add(engine, account, CHEAP.derive(PASSWORD, b"salt" * 4), START, by="test")
    return account


def logged_in(
    app: Flask,
    engine: Engine,
    role: Role = Role.VERIFIKATOR,
    *,
    agency: str = AGENCY,
    now: datetime = NOW,
) -> Officer:
    """The browser of somebody with that role, named `uji-ROLE`, whose session begins now."""
    client = Officer(app)
    for name, value in cookies(engine, role, agency=agency, now=now).items():
        client.set_cookie(name, value)
    return client


def cookies(engine: Engine, role: Role, *, agency: str = AGENCY, now: datetime) -> dict[str, str]:
    """Those of the browser in which somebody of that role has just logged in."""
    name = f"uji-{role}"
    with reading(engine) as connection:
        account = staff_accounts.find(connection, name)
    account = account or an_account(engine, name, a_post(role, agency))
    session_id = f"session-of-{name}"
    logging_in.log_out(engine, session_id)
    logging_in.open_session(engine, account, session_id, now)
    return {COOKIE: session_id}
