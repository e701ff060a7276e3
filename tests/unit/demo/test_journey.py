import sqlite3

from appliance.actions.cases import casework, intake
from appliance.actions.city import syncing
from appliance.domain.city import wire
from appliance.domain.events.requests import RequestStatusChanged
from demo import journey
from tests.builders import a_batch, a_draft
from tests.conftest import EPOCH, START, at


def test_each_step_of_a_complaint_is_told_once(db: sqlite3.Connection) -> None:
    seen = journey.look(db)
    assert journey.news(journey.EMPTY, seen) == []

    receipt = intake.receive(db, a_draft("lampu jalan mati"), at())
    assert isinstance(receipt, intake.Receipt)
    ticket = receipt.request.ticket
    received = journey.look(db)
    lines = journey.news(seen, received)
    assert lines[0] == (
        f"[{ticket}] received by portal: 'lampu jalan mati' -> pengaduan, pju -> Dishub"
    )
    assert lines[1].startswith("SMS to +6281234567890 queued")

    syncing.acknowledge(db, wire.Ack(epoch=EPOCH, lane="p1", upto=1), at())
    acked = journey.look(db)
    assert journey.news(received, acked) == [f"[{ticket}] stored by the city, acknowledged"]

    change = RequestStatusChanged(
        request_id=receipt.request.id, ticket=ticket.digits, status="diproses", message="ok",
        changed_at=START,
    )  # fmt: skip
    casework.apply_batch(db, a_batch(change), at())
    lines = journey.news(acked, journey.look(db))
    assert lines[0] == f"[{ticket}] the city says: Diproses"
