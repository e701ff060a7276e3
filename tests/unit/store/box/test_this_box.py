import sqlite3
from collections.abc import Callable

import pytest

from appliance.actions.cases import intake
from appliance.domain.ids import Ticket
from appliance.store.box import this_box as box
from appliance.store.database import transaction
from tests.builders import a_draft
from tests.conftest import EPOCH, SITE, at

NewId = Callable[[], str]


def next_serial(db: sqlite3.Connection) -> int:
    receipt = intake.receive(db, a_draft(reporter_phone=None), at())
    assert isinstance(receipt, intake.Receipt)
    return int(receipt.request.ticket.digits[2:7])


def highest_is(db: sqlite3.Connection, serial: int) -> None:
    db.execute("UPDATE requests SET ticket = ?", (Ticket.issue("07", serial).digits,))


def test_serials_count_up_and_go_on_in_the_next_block(db: sqlite3.Connection) -> None:
    assert next_serial(db) == 1
    highest_is(db, 998)
    assert [next_serial(db) for _ in range(3)] == [999, 1001, 1002]


def test_after_the_last_block_comes_the_first(db: sqlite3.Connection) -> None:
    next_serial(db)
    highest_is(db, 99_999)
    db.execute("UPDATE box SET block = 99")
    assert next_serial(db) == 1


def test_blocks_of_earlier_databases_are_left_out(db: sqlite3.Connection) -> None:
    assert next_serial(db) == 1
    with transaction(db):
        box.use_blocks(db, [0, 1, 3])
    assert next_serial(db) == 2001


def test_a_new_database_begins_where_none_before_can_have_come_whatever_its_epoch(
    db: sqlite3.Connection,
) -> None:
    met = set()
    for number in range(100):
        with transaction(db):
            db.execute("DELETE FROM box")
            box.claim(db, SITE, lambda: f"{number:08x}", [7, 95])
            met.add(box.current_block(db))
    assert met == set(range(17, 95)) | {5, 6}


def test_a_full_site_is_an_error_an_operator_can_read(db: sqlite3.Connection) -> None:
    with transaction(db), pytest.raises(box.TicketsExhausted, match="in use"):
        box.use_blocks(db, range(100))
        box.issue_ticket(db)


def test_the_epoch_is_given_once(db: sqlite3.Connection) -> None:
    assert box.epoch(db) == EPOCH
