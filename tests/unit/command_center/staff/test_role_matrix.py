"""Every address of the city x every role, and strangers: docs/city-roles.md is the table."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from appliance.domain.errors import BadInput
from command_center.staff import accounts
from command_center.staff.guard import OWN_PAGES
from command_center.staff.roles import Role
from command_center.store.cases import requests
from tests.conftest import START
from tests.support.city_staff import AGENCY, NOW, UNIT, Officer, a_center, an_account, logged_in
from tests.unit.command_center.city import commit, received

DOC = (Path(__file__).parents[4] / "docs" / "city-roles.md").read_text()
PUBLIC = re.findall(r"`(/[^`]*)`", DOC.split("Open to everybody:")[1].split("\n\n")[0])
INSIDE = {
    "alarm_id": "1",
    "act": "dilihat",
    "agency": AGENCY,
    "wish_id": "none",
    "entry_id": "1",
    "name": "uji-operator",
    "site": "147107",
}
OUTSIDE = {**INSIDE, "agency": "DLHK"}
"""What stands in an address, beside the case."""


def table() -> dict[str, dict[str, str]]:
    """Address -> role -> `yes`, `own` or `-`."""
    rows = [line.strip("|").split("|") for line in DOC.splitlines() if line.startswith("| `")]
    [head] = [line.strip("|").split("|") for line in DOC.splitlines() if "| address |" in line]
    roles = [cell.strip() for cell in head[1:]]
    return {
        row[0].strip(" `"): dict(zip(roles, (cell.strip() for cell in row[1:]), strict=True))
        for row in rows
        if row[0].strip(" `").startswith(("GET ", "POST "))
    }


def rules(app: Flask) -> Iterator[tuple[str, str, Rule]]:
    """Each address that is not public."""
    for rule in app.url_map.iter_rules():
        is_public = any(
            rule.rule == open_
            or (open_.endswith("/") and open_ != "/" and rule.rule.startswith(open_))
            for open_ in PUBLIC
        )
        for method in sorted((rule.methods or set()) & {"GET", "POST"}):
            if not is_public:
                yield f"{method} {rule.rule}", method, rule


@pytest.fixture
def cases(engine: Engine) -> tuple[str, str]:
    """A case inside the scope of every role of the tests, and one outside."""
    mine, other = received(engine, agency=AGENCY), received(engine, agency="DLHK")
    commit(engine, requests.set_unit, mine.request_id, UNIT, START)
    return mine.request_id, other.request_id


@pytest.fixture
def app(engine: Engine) -> Flask:
    return a_center(engine, has_lapor=True)


def ask(client: FlaskClient, method: str, rule: Rule, given: dict[str, str]) -> TestResponse:
    address = re.sub(r"<(?:\w+:)?(\w+)>", lambda found: given[found[1]], rule.rule)
    if method == "GET":
        return client.get(address)
    return client.post(address, data={"to": given["agency"]})


def test_every_address_is_in_the_table_and_no_other(app: Flask) -> None:
    assert {name for name, _, _ in rules(app)} == set(table()), "docs/city-roles.md"
    assert all(set(row) == set(Role) - {Role.FEED} for row in table().values())


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.FEED])
def test_every_role_is_answered_as_the_table_says(
    engine: Engine, app: Flask, cases: tuple[str, str], role: Role
) -> None:
    client, expected = logged_in(app, engine, role), table()
    mine, other = cases
    last = [one for one in rules(app) if one[0] == "POST /keluar"]
    for name, method, rule in [*(one for one in rules(app) if one not in last), *last]:
        answer = ask(client, method, rule, {**INSIDE, "request_id": mine})
        said = (name, role, answer.status_code)
        assert answer.status_code < 500, said
        assert (answer.status_code == 403) == (expected[name][role] == "-"), said
        if expected[name][role] == "own":
            away = ask(client, method, rule, {**OUTSIDE, "request_id": other})
            if rule.arguments:
                assert away.status_code == 404, said
            else:
                assert other not in away.text, said
                assert "DLHK" not in away.text, said
        answer.close()


def test_another_system_reads_the_feeds_with_its_key_and_nothing_else(
    engine: Engine, app: Flask, cases: tuple[str, str]
) -> None:
    key = accounts.token(engine, "dasbor-provinsi", NOW)
    client = app.test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {key}"
    for name, method, rule in rules(app):
        if method == "GET" and rule.endpoint not in OWN_PAGES:
            answer = ask(client, method, rule, {**INSIDE, "request_id": cases[0]})
            is_feed = name in ("GET /api/events", "GET /api/alarms")
            assert (answer.status_code == 200) is is_feed, name
    accounts.disable(engine, "dasbor-provinsi", NOW, by="budi")
    assert client.get("/api/events").status_code == 303
    with pytest.raises(BadInput):
        accounts.token(engine, "dasbor-provinsi", NOW)
    client.post("/masuk", data={"name": "dasbor-provinsi", "password": ""})
    assert client.get("/api/events").status_code == 303


def test_strangers_are_led_to_the_log_in(
    engine: Engine, app: Flask, cases: tuple[str, str]
) -> None:
    an_account(engine, "budi")
    stranger = Officer(app)
    stranger.get("/masuk")
    for name, method, rule in rules(app):
        answer = ask(stranger, method, rule, {**INSIDE, "request_id": cases[0]})
        assert (answer.status_code, (answer.location or "")[:6]) == (303, "/masuk"), name


def test_no_form_is_taken_without_its_token(
    engine: Engine, app: Flask, cases: tuple[str, str]
) -> None:
    client = logged_in(app, engine)
    for name, method, rule in rules(app):
        if method == "POST" and table()[name]["verifikator"] == "yes":
            address = re.sub(
                r"<(?:\w+:)?(\w+)>", lambda m: {**INSIDE, "request_id": cases[0]}[m[1]], rule.rule
            )
            assert client.post(address, data={"csrf": "guessed"}).status_code == 403, name


def test_the_public_addresses_answer_strangers(app: Flask) -> None:
    for address in ("/masuk", "/siapkan", "/rapor", "/data/", "/open311/discovery.xml"):
        answer = app.test_client().get(address)
        assert answer.status_code in (200, 303, 503), address
        assert "/masuk?" not in (answer.location or ""), address
