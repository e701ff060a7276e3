"""Damage to the file of a database, and what is left afterwards."""

import random
import sqlite3
from collections.abc import Callable
from pathlib import Path

from appliance.actions.cases import intake
from appliance.domain.ids import Ticket
from appliance.store import migrate
from appliance.store.cases import requests
from appliance.store.city import outbox
from appliance.store.database import connect
from appliance.store.repair import integrity
from tests.builders import a_draft
from tests.conftest import SITE, at

PAGE = migrate.PAGE_BYTES
Damage = Callable[[bytearray], None]


def damage(path: Path, change: Damage) -> None:
    content = bytearray(path.read_bytes())
    change(content)
    path.write_bytes(content)


def start(path: Path) -> None:
    """Start, with a new epoch."""
    migrate.ensure(path, SITE, lambda: f"{random.getrandbits(32):08x}")


def ids_of(path: Path, table: str = "requests") -> set[str]:
    db = sqlite3.connect(path)
    found = {value for [value] in db.execute(f"SELECT id FROM {table}")}
    db.close()
    return found


def readable(path: Path, whole: Path) -> set[str]:
    """Requests that SQLite still finds in a damaged file, asked for one by one."""
    with sqlite3.connect(whole) as db:
        rows = dict(db.execute("SELECT rowid, id FROM requests"))
    db.close()
    db = sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)
    found = set()
    for rowid, request_id in rows.items():
        try:
            row = db.execute(
                "SELECT id, text, ticket FROM requests NOT INDEXED WHERE rowid = ?", (rowid,)
            ).fetchone()
        except (sqlite3.Error, UnicodeDecodeError):
            continue
        if row and row[0] == request_id and row[1]:
            found.add(request_id)
    db.close()
    return found


def page_of(path: Path, tree: str, *, kind: bytes) -> int:
    """A page in the middle of a tree, of this kind (SQLite's file format, section 1.6)."""
    db = sqlite3.connect(path)
    pages = [n for [n] in db.execute("SELECT pageno FROM dbstat WHERE name = ?", (tree,))]
    db.close()
    content = path.read_bytes()
    of_kind = [n for n in pages if content[(n - 1) * PAGE : (n - 1) * PAGE + 1] == kind]
    return of_kind[len(of_kind) // 2]


def zeroed(page: int) -> Damage:
    def change(content: bytearray) -> None:
        content[(page - 1) * PAGE : page * PAGE] = bytes(PAGE)

    return change


def check_that_the_box_goes_on(path: Path, tickets_before: set[str]) -> None:
    """The outbox has no hole, nothing is given twice, and a complaint is taken."""
    assert integrity.inspect(path) is None
    db = connect(path)
    dangling = [tuple(row) for row in db.execute("PRAGMA foreign_key_check")]
    assert dangling == []
    for lane, state in outbox.lanes(db).items():
        numbers = [row.seq for row in outbox.every(db) if row.lane is lane]
        assert numbers == list(range(state.last_seq - len(numbers) + 1, state.last_seq + 1))
        assert len(numbers) >= state.last_seq - state.acked_seq
    for request in requests.every(db):
        assert request.acked or any(row.subject == request.id for row in outbox.every(db))
    receipt = intake.receive(db, a_draft("sampah menumpuk lagi"), at(days=9))
    assert isinstance(receipt, intake.Receipt)
    assert receipt.is_new
    assert receipt.request.ticket.digits not in tickets_before
    db.close()


def all_tickets(path: Path) -> set[str]:
    db = sqlite3.connect(path)
    found = {Ticket.numbered(value).digits for [value] in db.execute("SELECT ticket FROM requests")}
    db.close()
    return found
