"""PINs as the database keeps them: of open requests only, counted for good, gone with the data."""

import sqlite3
from pathlib import Path

import pytest

from appliance.actions.cases import casework, intake, unlocking
from appliance.actions.privacy import erasing
from appliance.domain.cases.service_request import ServiceRequest
from appliance.domain.cases.ticket_pin import WRONG_A_DAY, Verdict
from appliance.domain.events.requests import RequestCorrected
from appliance.store.cases import ticket_pins
from appliance.store.database import connect
from tests.builders import a_batch, a_draft
from tests.conftest import START, at


def reported(db: sqlite3.Connection, text: str = "lampu jalan mati", **more) -> ServiceRequest:
    receipt = intake.receive(db, a_draft(text, pin="0427", **more), at())
    assert isinstance(receipt, intake.Receipt)
    return receipt.request


def test_the_pin_of_the_first_submission_stays_when_it_is_sent_again(db) -> None:
    draft = a_draft(pin="0427")
    first = intake.receive(db, draft, at())
    again = intake.receive(db, a_draft(submission_id=draft.submission_id, pin="1111"), at())
    assert isinstance(first, intake.Receipt)
    assert isinstance(again, intake.Receipt)
    assert unlocking.unlock(db, again.request, "0427", at()) is Verdict.RIGHT


def test_tries_are_counted_past_a_restart(db_path: Path, db: sqlite3.Connection) -> None:
    request = reported(db)
    for _ in range(WRONG_A_DAY):
        restarted = connect(db_path)
        assert unlocking.unlock(restarted, request, "9999", at()) is Verdict.WRONG
        restarted.close()
    assert unlocking.unlock(db, request, "0427", at()) is Verdict.LOCKED


def test_no_pin_is_stored_where_the_channel_made_none(db: sqlite3.Connection) -> None:
    receipt = intake.receive(db, a_draft(), at())
    assert isinstance(receipt, intake.Receipt)
    assert unlocking.unlock(db, receipt.request, "0427", at()) is None


@pytest.mark.parametrize("text", ["Saya dipukul suami", "Lurah minta uang untuk surat"])
def test_what_is_confidential_gets_none(db: sqlite3.Connection, text: str) -> None:
    request = reported(db, text)
    assert ticket_pins.of(db, request.id) is None
    assert unlocking.unlock(db, request, "0427", at()) is None


def test_what_becomes_confidential_loses_it(db: sqlite3.Connection) -> None:
    request = reported(db)
    event = RequestCorrected(request_id=request.id, corrected_at=START, sensitivity="rahasia")
    casework.apply_batch(db, a_batch(event), at())
    assert ticket_pins.of(db, request.id) is None


def test_erasing_removes_it(db: sqlite3.Connection) -> None:
    request = reported(db)
    erasing.erase(db, request, at(), by="loket")
    assert ticket_pins.of(db, request.id) is None
