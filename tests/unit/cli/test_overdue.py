import json
import sqlite3
from datetime import datetime

from appliance.actions.cases import casework, intake
from appliance.cli.listing import overdue
from appliance.domain.events.requests import RequestStatusChanged
from appliance.domain.moment import WESTERN_INDONESIA
from tests.builders import a_batch, a_draft
from tests.conftest import at
from tests.unit.cli.conftest import Command


def november(day: int) -> datetime:
    return datetime(2026, 11, day, 12, tzinfo=WESTERN_INDONESIA)


def test_what_is_late_is_listed_by_working_days_with_the_uplink_dead(
    command: Command,
    db: sqlite3.Connection,
) -> None:
    """Both came on Saturday 21 November 2026."""
    lamp = intake.receive(db, a_draft("lampu jalan mati", category="pju"), at())
    intake.receive(db, a_draft("sampah menumpuk", category="sampah"), at())
    assert isinstance(lamp, intake.Receipt)
    assert overdue(db, november(23)) == []
    first_answers = overdue(db, november(24))
    assert [(row["due"], row["due_on"]) for row in first_answers] == [("respond", "2026-11-23")] * 2
    late = overdue(db, november(30))
    assert [(row["category"], row["due"], row["overdue_days"]) for row in late] == [
        ("sampah", "finish", 4),
        ("pju", "finish", 1),
    ]
    change = RequestStatusChanged(
        request_id=lamp.request.id,
        ticket=lamp.request.ticket.digits,
        status="selesai",
        message="",
        changed_at=november(24),
    )
    casework.apply_batch(db, a_batch(change), at(days=3))
    assert [row["category"] for row in overdue(db, november(30))] == ["sampah"]
    status, out, _ = command("requests", "--overdue", "--json")
    assert status == 0
    assert isinstance(json.loads(out), list)
    assert "OVERDUE_DAYS" in command("requests", "--overdue")[1]
