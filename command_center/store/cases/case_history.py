"""What has become of each case, line by line."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select

from appliance.domain.cases.service_request import Status
from appliance.domain.moment import stored, to_ms
from command_center.store.bulk import rows_of
from command_center.store.cases.requests import CityRequest
from command_center.store.schema.cases import case_history
from command_center.store.schema.sending import down_lanes, down_outbox

BOX = "Posko"
"""Who has written the first line of every case."""
RESIDENT = "Warga"
"""Who has written what a reporter says of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryEntry:
    """One line of a case."""

    status: str
    message: str
    agency: str | None
    by: str
    at: datetime
    source: str = ""
    """Whose move it is: a `Source`; empty for the arrival, and in older lines."""
    down_seq: int | None = None
    is_delivered: bool = False
    """The box has applied the event that told it."""
    reject_code: str | None = None
    """The box has set that event aside."""


@dataclass(frozen=True, slots=True)
class Move:
    """A line of a history without its words."""

    status: str
    at: datetime


def add(connection: Connection, request_id: str, entry: HistoryEntry) -> None:
    """Add a line to a case."""
    row = {
        "request_id": request_id,
        "status": entry.status,
        "message": entry.message,
        "agency": entry.agency,
        "by": entry.by,
        "source": entry.source,
        "at": to_ms(entry.at),
        "down_seq": entry.down_seq,
    }
    connection.execute(insert(case_history).values(row))


def note(
    connection: Connection,
    request: CityRequest,
    message: str,
    *,
    by: str,
    now: datetime,
    source: str = "",
    down_seq: int | None = None,
) -> None:
    """Add a line to a case that stays where it is."""
    entry = HistoryEntry(
        status=request.status,
        message=message,
        agency=None,
        by=by,
        source=source,
        at=now,
        down_seq=down_seq,
    )
    add(connection, request.request_id, entry)


def of_request(connection: Connection, request: CityRequest) -> list[HistoryEntry]:
    """The lines of a case, oldest first, with what became of the news to the box.

    The first is its arrival, which no row repeats.
    """
    site = str(request.site)
    acked = connection.scalar(select(down_lanes.c.acked_seq).where(down_lanes.c.site == site))
    sent = (down_outbox.c.site == site) & (down_outbox.c.seq == case_history.c.down_seq)
    rows = connection.execute(
        select(case_history, down_outbox.c.reject_code)
        .join_from(case_history, down_outbox, sent, isouter=True)
        .where(case_history.c.request_id == request.request_id)
        .order_by(case_history.c.id)
    )
    arrival = HistoryEntry(
        status=Status.RECEIVED, message="", agency=None, by=BOX, at=request.occurred_at
    )
    return [arrival] + [
        HistoryEntry(
            status=row.status,
            message=row.message,
            agency=row.agency,
            by=row.by,
            source=row.source,
            at=stored(row.at),
            down_seq=row.down_seq,
            is_delivered=row.down_seq is not None and row.down_seq <= (acked or 0),
            reject_code=row.reject_code,
        )
        for row in rows
    ]


def move_and_before(
    connection: Connection, request_id: str, line: int | None
) -> tuple[HistoryEntry | None, str | None]:
    """The move of a line of a case, and the status that it had before, as far as it is known."""
    rows = connection.execute(
        select(case_history)
        .where(case_history.c.request_id == request_id, case_history.c.id <= line)
        .order_by(case_history.c.id.desc())
        .limit(2)
    ).all()
    if not rows or rows[0].id != line:
        return None, None
    move = HistoryEntry(
        status=rows[0].status,
        message=rows[0].message,
        agency=rows[0].agency,
        by=rows[0].by,
        source=rows[0].source,
        at=stored(rows[0].at),
    )
    return move, rows[1].status if len(rows) > 1 else None


def moves(connection: Connection, found: Sequence[CityRequest]) -> dict[str, list[Move]]:
    """The moves of some requests from the arrival on, oldest first."""
    made = {one.request_id: [Move(Status.RECEIVED, one.occurred_at)] for one in found}
    query = select(case_history.c.request_id, case_history.c.status, case_history.c.at)
    oldest_first = query.order_by(case_history.c.id)
    rows = rows_of(connection, oldest_first, case_history.c.request_id, made)
    for request_id, status, at_ms in rows:
        made[request_id].append(Move(status, stored(at_ms)))
    return made
