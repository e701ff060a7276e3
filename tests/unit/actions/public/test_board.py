"""Publishing, hiding and supporting; what takes a report off the board at once."""

import sqlite3
from dataclasses import replace

import pytest

from appliance.actions.cases import intake
from appliance.actions.privacy import consenting, erasing
from appliance.actions.public import board
from appliance.actions.public.board import Support
from appliance.domain.cases.service_request import Sensitivity, ServiceRequest
from appliance.domain.privacy.consent import Consent, Purpose
from appliance.domain.public.board import Refusal, Section
from appliance.store.cases import requests
from appliance.store.database import transaction
from appliance.store.privacy import retention
from appliance.store.public import publications
from tests.builders import a_draft
from tests.conftest import at

MAC = "02:00:5e:10:00:01"
SALT = b"s" * 32
AGREED = (Consent(purpose=Purpose.PUBLISH, language="id"),)


def told(db: sqlite3.Connection, text: str = "Sampah menumpuk di gang Mawar", **changes: object):
    draft = a_draft(text, **{"consents": AGREED, **changes})
    receipt = intake.receive(db, draft, at())
    assert isinstance(receipt, intake.Receipt)
    return receipt.request


def on_the_board(db: sqlite3.Connection) -> list[str]:
    return [entry.text for entry in publications.shown(db, Section.BOARD, limit=10)]


@pytest.fixture
def published(db: sqlite3.Connection) -> ServiceRequest:
    request = told(db)
    assert not isinstance(board.publish(db, request, by="ani", now=at()), Refusal)
    assert on_the_board(db) == ["Sampah menumpuk di gang Mawar"]
    return request


def test_nothing_is_shown_before_staff_publish_it(db: sqlite3.Connection) -> None:
    told(db)
    assert on_the_board(db) == []


def test_without_consent_nothing_is_published(db: sqlite3.Connection) -> None:
    request = told(db, consents=())
    assert board.publish(db, request, by="ani", now=at()) is Refusal.NO_CONSENT
    assert on_the_board(db) == []


def test_what_staff_hide_is_gone_and_its_text_is_not_kept(db, published) -> None:
    assert board.hide(db, published.id, by="ani", now=at())
    assert on_the_board(db) == []
    assert publications.of_request(db, published.id).text == ""
    assert not board.hide(db, published.id, by="ani", now=at())


def test_published_again_it_has_its_old_address_and_support(db, published) -> None:
    first = publications.of_request(db, published.id)
    board.support(db, first.id, MAC, at(), fresh_salt=SALT)
    board.hide(db, published.id, by="ani", now=at())
    board.publish(db, published, by="budi", now=at(), text="Sampah di gang")
    again = publications.of_request(db, published.id)
    assert (again.id, again.supports, again.text, again.by) == (
        first.id,
        1,
        "Sampah di gang",
        "budi",
    )


def test_taking_consent_back_takes_it_off_at_once(db, published) -> None:
    consenting.withdraw(db, published, at(minutes=1), by="ani")
    assert on_the_board(db) == []
    assert publications.of_request(db, published.id).text == ""
    assert board.publish(db, published, by="ani", now=at()) is Refusal.NO_CONSENT


def test_erasing_takes_it_off_at_once_and_for_good(db, published) -> None:
    erasing.erase(db, published, at(minutes=1), by="ani")
    assert on_the_board(db) == []
    assert publications.of_request(db, published.id).text == ""
    assert board.publish(db, published, by="ani", now=at()) is Refusal.ERASED


def test_called_confidential_later_it_is_off_at_once(db, published) -> None:
    with transaction(db):
        requests.correct(db, replace(published, sensitivity=Sensitivity.CONFIDENTIAL))
    assert on_the_board(db) == []
    with transaction(db):
        requests.correct(db, replace(published, sensitivity=Sensitivity.MASKED))
    assert on_the_board(db) == [""]


def test_called_confidential_while_its_page_was_open_it_is_not_published(db) -> None:
    seen = told(db)
    with transaction(db):
        requests.correct(db, replace(seen, sensitivity=Sensitivity.CONFIDENTIAL))
    assert board.publish(db, seen, by="ani", now=at()) is Refusal.CONFIDENTIAL
    assert on_the_board(db) == []


def test_a_device_supports_an_entry_once_a_day(db, published) -> None:
    entry = publications.of_request(db, published.id).id

    def support(device: str = MAC, **after: float) -> Support:
        return board.support(db, entry, device, at(**after), fresh_salt=SALT)

    assert [support(), support(), support("02:00:5e:10:00:02")] == [
        Support.COUNTED,
        Support.ALREADY,
        Support.COUNTED,
    ]
    assert support(days=1) is Support.COUNTED
    [shown] = publications.shown(db, Section.BOARD, limit=1)
    assert shown.supports == 3
    assert db.execute("SELECT count(*) FROM supports").fetchone()[0] == 1


def test_supports_of_a_device_cannot_be_told_to_be_its(db, published) -> None:
    other = told(db, "Jalan berlubang di jl Durian")
    board.publish(db, other, by="ani", now=at())
    for request in (published, other):
        entry = publications.of_request(db, request.id).id
        board.support(db, entry, MAC, at(), fresh_salt=SALT)
    rows = db.execute("SELECT device FROM supports").fetchall()
    assert len({row["device"] for row in rows}) == 2


def test_what_is_not_shown_cannot_be_supported(db, published) -> None:
    entry = publications.of_request(db, published.id).id
    board.hide(db, published.id, by="ani", now=at())
    assert board.support(db, entry, MAC, at(), fresh_salt=SALT) is Support.GONE
    assert board.support(db, 999, MAC, at(), fresh_salt=SALT) is Support.GONE


def test_the_next_day_nothing_tells_which_devices_have_supported(db, published) -> None:
    entry = publications.of_request(db, published.id).id
    board.support(db, entry, MAC, at(), fresh_salt=SALT)
    with transaction(db):
        retention.forget_notes(db, at(days=1).wall)
    assert db.execute("SELECT count(*) FROM supports").fetchone()[0] == 0
    assert publications.of_request(db, published.id).supports == 1
