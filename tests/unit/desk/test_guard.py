"""Every page of the desk: who may open it, and that no form of it can be forged."""

import sqlite3
from collections.abc import Callable

import pytest
from flask import Flask
from werkzeug.routing import Rule

from appliance.actions.cases import intake
from appliance.actions.privacy import exporting
from appliance.actions.staff import auditing
from appliance.desk.guard import COOKIE
from appliance.domain.staff.accounts import Role
from tests.builders import a_draft
from tests.conftest import START, at
from tests.unit.desk.conftest import LoggedIn, an_account, token_of

PUBLIC = {"static", "desk.static", "log_in_form", "log_in", "setup", "set_up"}
EVERYBODY = set(Role)
ROLES: dict[str, set[Role]] = {
    "index": EVERYBODY,
    "queue": EVERYBODY,
    "phone": EVERYBODY,
    "take_call": EVERYBODY,
    "case": EVERYBODY,
    "act": EVERYBODY,
    "publish": EVERYBODY,
    "case_photo": EVERYBODY,
    **dict.fromkeys(("voices", "voice", "transcribe", "voice_file"), EVERYBODY),
    "password": EVERYBODY,
    "change_password": EVERYBODY,
    "log_out": EVERYBODY,
    "officials": EVERYBODY,
    "official_phones": EVERYBODY,
    "official_form": {Role.ADMIN},
    "put_official": {Role.ADMIN},
    "remove_official": {Role.ADMIN},
    "health": EVERYBODY,
    **dict.fromkeys(("questions", "question", "answer_question", "show_question"), EVERYBODY),
    **dict.fromkeys(("announcements", "announcement", "save_announcement"), EVERYBODY),
    **dict.fromkeys(("remove_announcement", "services", "service", "new_service"), EVERYBODY),
    **dict.fromkeys(("save_service", "restore_service"), EVERYBODY),
    "weekly": EVERYBODY,
    "accounts": {Role.ADMIN},
    "add_account": {Role.ADMIN},
    "account": {Role.ADMIN},
    "reset_account": {Role.ADMIN},
    "lock_account": {Role.ADMIN},
    "set_role": {Role.ADMIN},
    "staff_log": {Role.ADMIN},
    "kiosk_calls": EVERYBODY,
    "kiosk_answer": EVERYBODY,
    "archive": EVERYBODY,
    "archive_form": EVERYBODY,
    "archive_put_in": EVERYBODY,
    "archive_document": EVERYBODY,
    "archive_correct": EVERYBODY,
    "archive_file": EVERYBODY,
    "archive_withdraw": EVERYBODY,
    "archive_restore": EVERYBODY,
    "archive_read": EVERYBODY,
    "archive_due": {Role.CAMAT, Role.ADMIN},
    "archive_destroy": {Role.CAMAT, Role.ADMIN},
    "archive_index": {Role.ADMIN},
}
"""Each endpoint beside the public ones, and who may open it: by hand, not read off the code."""


def addresses(app: Flask) -> list[tuple[str, str, str]]:
    """Endpoint, method and an address of every rule."""
    return [
        (rule.endpoint, method, _address(rule))
        for rule in app.url_map.iter_rules()
        for method in sorted((rule.methods or set()) & {"GET", "POST"})
    ]


def _address(rule: Rule) -> str:
    parts = (part if not is_variable else "1" for is_variable, part in rule._trace)
    return "".join(parts).partition("|")[2]


def test_every_endpoint_is_in_the_table(app: Flask) -> None:
    assert set(app.view_functions) - PUBLIC == set(ROLES)


@pytest.mark.parametrize("role", Role)
def test_every_endpoint_refuses_other_roles(
    app: Flask, desk: Callable[[Role], LoggedIn], role: Role
) -> None:
    who = desk(role)
    token = who.token
    for endpoint, method, path in addresses(app):
        if endpoint in PUBLIC or endpoint == "log_out":
            continue
        answer = who.client.open(
            path, method=method, data={"csrf": token} if method == "POST" else None
        )
        is_refused = answer.status_code == 403
        assert answer.status_code < 500, (endpoint, method)
        assert is_refused == (role not in ROLES[endpoint]), (endpoint, method, answer.status_code)


def test_every_endpoint_sends_strangers_to_the_log_in(app: Flask, db: sqlite3.Connection) -> None:
    an_account(db, "budi", Role.ADMIN)
    client = app.test_client()
    token = token_of(client.get("/masuk"))
    for endpoint, method, path in addresses(app):
        if endpoint not in PUBLIC:
            answer = client.open(path, method=method, data={"csrf": token})
            assert (answer.status_code, answer.location[:6]) == (303, "/masuk"), endpoint


def test_no_form_is_taken_without_its_token(app: Flask, desk: Callable[[Role], LoggedIn]) -> None:
    admin = desk(Role.ADMIN)
    of_another = token_of(app.test_client().get("/masuk"))
    for endpoint, method, path in addresses(app):
        if method == "POST":
            for token in (None, "", "ü", of_another):
                fields = {} if token is None else {"csrf": token}
                assert admin.client.post(path, data=fields).status_code == 403, endpoint


def test_a_form_from_another_site_is_refused_even_with_its_token(desk) -> None:
    admin = desk(Role.ADMIN)
    answer = admin.client.post(
        "/keluar", data={"csrf": admin.token}, headers={"Origin": "http://evil.example"}
    )
    assert answer.status_code == 403


def test_the_log_in_form_of_another_browser_is_refused(app: Flask, db) -> None:
    an_account(db, "budi", Role.ADMIN)
    token = token_of(app.test_client().get("/masuk"))
    for planted in ("", f"{COOKIE}=x"):
        answer = app.test_client(use_cookies=False).post(
            "/masuk", data={"csrf": token, "name": "budi"}, headers={"Cookie": planted}
        )
        assert answer.status_code == 403


def test_pages_speak_indonesian_whatever_the_browser_prefers(desk) -> None:
    page = desk(Role.OPERATOR).get("/nowhere", headers={"Accept-Language": "en"})
    assert "Halaman tidak ditemukan" in page.text


def test_a_person_who_asks_hears_what_staff_saw_of_hers_without_their_names(db) -> None:
    receipt = intake.receive(db, a_draft(), at())
    assert isinstance(receipt, intake.Receipt)
    request = receipt.request
    auditing.viewed(db, by="sri", what="case", subject=request.id, now=at())
    facts = exporting.of_request(db, request, at(), by="posko, root")
    assert {"at": START.isoformat(), "act": "case", "by": "petugas kecamatan"} in facts["processed"]
