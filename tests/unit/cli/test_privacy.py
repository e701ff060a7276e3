"""`posko privacy`."""

import io
import json
import sqlite3
from collections.abc import Callable

import pytest

from appliance.actions.cases import intake
from appliance.domain.cases.service_request import ServiceRequest
from appliance.domain.privacy.consent import Consent, Purpose
from appliance.domain.privacy.erasure import ERASED_TEXT
from appliance.store.cases import requests
from appliance.store.city import outbox
from appliance.store.privacy import consents
from tests.builders import PHONE, a_draft
from tests.conftest import at
from tests.unit.cli.conftest import Command, command

__all__ = ["command"]


@pytest.fixture
def request_of_siti(db: sqlite3.Connection) -> ServiceRequest:
    draft = a_draft(
        reporter_name="Siti", consents=(Consent(purpose=Purpose.PUBLISH, language="id"),)
    )
    receipt = intake.receive(db, draft, at())
    assert isinstance(receipt, intake.Receipt)
    return receipt.request


@pytest.mark.parametrize("words", ["ticket", "0812 3456 7890"])
def test_a_ticket_or_a_phone_is_exported(
    command: Command, request_of_siti: ServiceRequest, words: str
) -> None:
    whose = str(request_of_siti.ticket) if words == "ticket" else words
    status, out, _ = command("privacy", "export", whose)
    assert status == 0
    for known in ("Siti", PHONE.e164, "lampu jalan mati", "publish"):
        assert known in out
    assert "Siti" in json.dumps(json.loads(command("privacy", "export", whose, "--json")[1]))


@pytest.mark.parametrize(("answer", "is_erased"), [("no", False), ("yes", True)])
def test_erasing_asks_before(
    command: Command,
    db: sqlite3.Connection,
    request_of_siti: ServiceRequest,
    monkeypatch: pytest.MonkeyPatch,
    answer: str,
    is_erased: bool,
) -> None:
    ask: Callable[[str], str] = lambda _prompt: answer  # noqa: E731
    monkeypatch.setattr("builtins.input", ask)
    status = command("privacy", "erase", str(request_of_siti.ticket))[0]
    assert status == (0 if is_erased else 1)
    left = requests.by_id(db, request_of_siti.id)
    assert left is not None
    assert (left.text == ERASED_TEXT) is is_erased


def test_where_nobody_can_be_asked_nothing_is_erased(
    command: Command,
    db: sqlite3.Connection,
    request_of_siti: ServiceRequest,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO())
    status, _, told = command("privacy", "erase", str(request_of_siti.ticket))
    assert (status, "nothing was erased" in told) == (1, True)
    left = requests.by_id(db, request_of_siti.id)
    assert left is not None
    assert left.text != ERASED_TEXT


def test_a_phone_is_erased_without_asking(
    command: Command, db: sqlite3.Connection, request_of_siti: ServiceRequest
) -> None:
    status, out, _ = command("privacy", "erase", "081234567890", "--yes")
    assert (status, "1 requests" in out) == (0, True)
    assert requests.latest_of_phone(db, PHONE, 9) == []


def test_an_unknown_ticket_is_an_error(command: Command, db: sqlite3.Connection) -> None:
    status, _, error = command("privacy", "erase", "07 123 450", "--yes")
    assert status == 1
    assert "no request 07 123 450 at this box" in error


def test_a_consent_is_recorded_and_taken_back_and_the_city_hears_of_both(
    command: Command, db: sqlite3.Connection, request_of_siti: ServiceRequest
) -> None:
    [given] = consents.of_request(db, request_of_siti.id)
    assert (given.text_version, given.language, given.channel) == ("1", "id", "portal")
    assert given.given_at == at().wall
    assert "1 consents" in command("privacy", "withdraw", str(request_of_siti.ticket))[1]
    assert consents.of_request(db, request_of_siti.id)[0].withdrawn_at is not None
    told = [json.loads(row.payload) for row in outbox.every(db) if "consent" in row.kind]
    assert [event["is_given"] for event in told] == [True, False]
    assert "0 consents" in command("privacy", "withdraw", str(request_of_siti.ticket))[1]
