"""The downlink of each box: numbered events, and how far the box has applied them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, bindparam, delete, insert, select, update

from appliance.domain.city import wire
from appliance.domain.events import Event
from appliance.domain.events.orders import TablePublished
from appliance.domain.ids import SiteCode
from appliance.domain.moment import to_ms
from command_center.store.handling import open_requests
from command_center.store.schema.cases import case_history, corrections
from command_center.store.schema.sending import commands, down_lanes, down_outbox
from command_center.store.sending import tables

# Made once: putting such a statement together takes longer than running it.
_CLAIM = select(down_lanes).where(down_lanes.c.site == bindparam("of_site")).with_for_update()
_BEGIN = insert(down_lanes)
_BEHIND = (
    select(down_lanes)
    .where(down_lanes.c.last_seq > down_lanes.c.acked_seq)
    .order_by(down_lanes.c.site)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DownLane:
    """Newest number given to a box's events, and newest that the box has applied."""

    site: SiteCode
    last_seq: int
    acked_seq: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DownEvent:
    """One event as stored; `payload` is its JSON."""

    seq: int
    kind: str
    subject: str
    payload: str
    created_at_ms: int


def append(
    connection: Connection, site: SiteCode, event: Event, *, subject: str, now: datetime
) -> int:
    """Add an event for a box inside the caller's transaction; return its number.

    0 for the city itself, which has no box: nobody is to be told, so all know at once.
    """
    if site.is_city:
        return 0
    seq = claim(connection, site).last_seq + 1
    row = {
        "site": str(site),
        "seq": seq,
        "kind": event.KIND,
        "subject": subject,
        "payload": wire.encode_event(event).decode(),
        "created_at": to_ms(now),
    }
    connection.execute(update(down_lanes).where(_is_lane(site)).values(last_seq=seq))
    connection.execute(insert(down_outbox).values(row))
    _table_changed(connection, site, event.KIND, subject)
    return seq


def claim(connection: Connection, site: SiteCode) -> DownLane:
    """Lock a box's lane for this transaction; make it if need be."""
    row = connection.execute(_CLAIM, {"of_site": str(site)}).one_or_none()
    if row is None:
        connection.execute(_BEGIN, {"site": str(site), "last_seq": 0, "acked_seq": 0})
        return DownLane(site=site, last_seq=0, acked_seq=0)
    return _lane(row)


def set_acked(connection: Connection, site: SiteCode, seq: int) -> None:
    """Say that the box has applied everything up to `seq`; the caller has checked the number."""
    connection.execute(update(down_lanes).where(_is_lane(site)).values(acked_seq=seq))


def set_reject(connection: Connection, site: SiteCode, reject: wire.Reject) -> None:
    """Note that the box has set an event aside, and why; said again, nothing happens."""
    event = (down_outbox.c.site == str(site)) & (down_outbox.c.seq == reject.seq)
    values = {"reject_code": reject.code, "reject_detail": reject.msg}
    refused = update(down_outbox).where(event, down_outbox.c.reject_code.is_(None)).values(values)
    for row in connection.execute(refused.returning(down_outbox.c.kind, down_outbox.c.subject)):
        _table_changed(connection, site, row.kind, row.subject)


def _table_changed(connection: Connection, site: SiteCode, kind: str, subject: str) -> None:
    """Another table is in force at a box: open cases may have other deadlines."""
    if kind == TablePublished.KIND and subject in tables.TERMS:
        open_requests.forget_deadlines(connection, site)


def lanes(connection: Connection) -> list[DownLane]:
    """Every box that was ever sent anything, by site."""
    rows = connection.execute(select(down_lanes).order_by(down_lanes.c.site))
    return [_lane(row) for row in rows]


def waiting(connection: Connection) -> list[DownLane]:
    """The boxes that have not yet applied everything, by site."""
    return [_lane(row) for row in connection.execute(_BEHIND)]


def _lane(row: Row[Any]) -> DownLane:
    return DownLane(site=SiteCode(row.site), last_seq=row.last_seq, acked_seq=row.acked_seq)


def after(
    connection: Connection, site: SiteCode, seq: int, *, max_events: int, max_bytes: int
) -> list[DownEvent]:
    """The events that follow `seq`, at least one if there is one, within both bounds."""
    rows = connection.execute(
        select(down_outbox)
        .where(down_outbox.c.site == str(site), down_outbox.c.seq > seq)
        .order_by(down_outbox.c.seq)
        .limit(max_events)
    ).all()
    taken: list[DownEvent] = []
    size_bytes = 0
    for row in rows:
        size_bytes += len(row.payload.encode())
        if taken and size_bytes > max_bytes:
            break
        taken.append(_event(row))
    return taken


def _event(row: Row[Any]) -> DownEvent:
    return DownEvent(
        seq=row.seq,
        kind=row.kind,
        subject=row.subject,
        payload=row.payload,
        created_at_ms=row.created_at,
    )


def renumber_after(connection: Connection, site: SiteCode, applied: int) -> None:
    """Give every undelivered event a number above `applied`.

    For the day this database is restored from a backup: the box has then applied numbers that we
    would use a second time, and it would skip what carries them.
    """
    lane = claim(connection, site)
    where = (down_outbox.c.site == str(site)) & (down_outbox.c.seq > lane.acked_seq)
    rows = connection.execute(select(down_outbox).where(where)).mappings().all()
    shift = applied - lane.acked_seq
    connection.execute(delete(down_outbox).where(where))
    for row in sorted(rows, key=lambda row: -int(row["seq"])):
        seq = int(row["seq"])
        connection.execute(insert(down_outbox).values({**row, "seq": seq + shift}))
        entry = (case_history.c.request_id == row["subject"]) & (case_history.c.down_seq == seq)
        connection.execute(update(case_history).where(entry).values(down_seq=seq + shift))
        corrected = (corrections.c.request_id == row["subject"]) & (corrections.c.down_seq == seq)
        connection.execute(update(corrections).where(corrected).values(down_seq=seq + shift))
        command = commands.c.command_id == row["subject"]
        connection.execute(update(commands).where(command).values(down_seq=seq + shift))
    cursors = {"last_seq": lane.last_seq + shift, "acked_seq": applied}
    connection.execute(update(down_lanes).where(_is_lane(site)).values(cursors))


def _is_lane(site: SiteCode) -> ColumnElement[bool]:
    return down_lanes.c.site == str(site)
