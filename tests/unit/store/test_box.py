import sqlite3

import pytest

from appliance.domain.ids import Ticket
from appliance.store import box
from appliance.store.database import transaction
from tests.conftest import EPOCH


def test_serials_count_up_and_wrap_at_the_end(db: sqlite3.Connection) -> None:
    with transaction(db):
        assert str(box.issue_ticket(db)).startswith("07 000 01")
        db.execute("UPDATE box SET next_serial = 99999")
        assert str(box.issue_ticket(db)).startswith("07 999 99")
        assert str(box.issue_ticket(db)).startswith("07 000 00")


def test_a_ticket_in_use_is_never_given_again(
    db: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = {Ticket.issue("07", 1), Ticket.issue("07", 2)}
    monkeypatch.setattr(box, "_is_taken", lambda _db, ticket: ticket in taken)
    with transaction(db):
        assert box.issue_ticket(db).digits[2:7] == "00003"


def test_a_full_site_is_an_error_an_operator_can_read(
    db: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(box, "_is_taken", lambda _db, _ticket: True)
    monkeypatch.setattr(box, "SERIALS_PER_SITE", 50)
    with transaction(db), pytest.raises(box.TicketsExhausted, match="in use"):
        box.issue_ticket(db)


def test_the_epoch_is_given_once(db: sqlite3.Connection) -> None:
    assert box.epoch(db) == EPOCH
