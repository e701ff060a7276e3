"""What a box knows of a reporter, and what it still remembers."""

import sqlite3
from pathlib import Path

from appliance.actions.cases import intake
from appliance.actions.city import syncing
from appliance.domain.cases.service_request import ServiceRequest
from appliance.domain.city import wire
from appliance.store.city import outbox
from tests.builders import PHONE, a_draft
from tests.conftest import EPOCH, at

SECRETS = ("Mawarjingga", "Siti Zubaidah", "belakang surau Nurul", PHONE.e164[3:])


def told(db: sqlite3.Connection, text: str = f"lampu mati, {SECRETS[0]}") -> ServiceRequest:
    """A request of a phone, with everything that may hang on one."""
    draft = a_draft(text, reporter_name=SECRETS[1], location=SECRETS[2])
    receipt = intake.receive(db, draft, at())
    assert isinstance(receipt, intake.Receipt)
    return receipt.request


def acknowledge_all(db: sqlite3.Connection) -> None:
    for lane, state in outbox.lanes(db).items():
        ack = wire.Ack(epoch=EPOCH, lane=lane.value, upto=state.last_seq)  # type: ignore[arg-type]
        syncing.acknowledge(db, ack, at())


def everything(path: Path) -> bytes:
    """What lies on the card: the database, its WAL, and what was set aside."""
    return b"".join(file.read_bytes() for file in path.parent.glob("posko.db*") if file.is_file())


def remembered(db: sqlite3.Connection) -> list[str]:
    everything = dump(db)
    return [secret for secret in SECRETS if secret in everything]


def dump(db: sqlite3.Connection) -> str:
    """All rows of all tables."""
    names = db.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    rows = (db.execute(f"SELECT * FROM {row['name']}").fetchall() for row in names)
    return "\n".join(repr(tuple(row)) for table in rows for row in table)
