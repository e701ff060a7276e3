"""A database as a box has it after some weeks: every table has rows."""

import itertools
import sqlite3
from pathlib import Path

from appliance.actions.cases import casework, intake
from appliance.actions.city import syncing
from appliance.actions.sms import answering, sending
from appliance.domain.city import wire
from appliance.domain.events.requests import RequestStatusChanged
from appliance.domain.phone import Msisdn
from appliance.domain.sms.received import Report
from appliance.store import migrate
from appliance.store.cases import requests
from appliance.store.database import connect
from appliance.store.sms import sms_inbox
from tests.builders import a_batch, a_draft, a_part, an_sms
from tests.conftest import EPOCH, SITE, at

COMPLAINTS = 120
ACKED = 50
"""Of the lane of complaints."""


def make(path: Path) -> sqlite3.Connection:
    """Fill a new database; the connection is the caller's to close."""
    migrate.ensure(path, SITE, lambda: EPOCH)
    db = connect(path)
    numbers = itertools.count(1)

    def new_id() -> str:
        return f"00000000-0000-7000-8000-{next(numbers):012d}"

    for number in range(COMPLAINTS):
        now, phone = at(minutes=number), Msisdn(f"+62812{number:08d}")
        text = "kebakaran besar di pasar" if number % 10 == 1 else "jalan berlubang dalam sekali"
        text += f", nomor {number} " + "x" * (number % 7 * 90)
        if number % 4 == 0:
            answering.keep_part(db, a_part(f"tpdu {number}".encode()), now)
            [part] = sms_inbox.waiting(db)
            answering.answer(db, an_sms(text, part.id, phone=phone), Report(text), now, new_id)
        else:
            intake.receive(db, a_draft(text, reporter_phone=phone), now, origin="portal:1")
    for lane, upto in (("p0", 3), ("p1", ACKED)):
        ack = wire.Ack(epoch=EPOCH, lane=lane, upto=upto)  # type: ignore[arg-type]
        assert syncing.acknowledge(db, ack, at(hours=1))
    _decide(db)
    _send_texts(db)
    return db


def _decide(db: sqlite3.Connection) -> None:
    events = [
        RequestStatusChanged(
            request_id=request.id,
            ticket=request.ticket.digits,
            status="diproses",
            message="sedang dikerjakan",
            changed_at=at(hours=2).wall,
        )
        for request in list(requests.every(db))[:30]
    ]
    assert casework.apply_batch(db, a_batch(*events), at(hours=2)).upto == len(events)


def _send_texts(db: sqlite3.Connection) -> None:
    for _ in range(20):
        part = sending.claim_part(db, at(hours=3), lambda _to, _body: [b"\x11tpdu"])
        assert part
        sending.part_sent(db, part.id, 7, at(hours=3))
