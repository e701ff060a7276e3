"""Events and requests that survived damage repair each other, and the outbox begins anew.

An event contains its whole request and a request its event, so a complaint is lost only when both
are. What the city has not acknowledged, or may not have, is numbered from 1 without holes; the city
knows requests by their id, so none is doubled.
"""

import json
import sqlite3
from collections import Counter
from datetime import datetime
from typing import Any

import msgspec

from appliance.domain.cases.service_request import Status
from appliance.domain.city import wire
from appliance.domain.city.topics import Lane
from appliance.domain.errors import PoskoError
from appliance.domain.events.files import PhotoAttached
from appliance.domain.events.requests import RequestReceived
from appliance.domain.ids import Ticket
from appliance.domain.moment import Moment, from_ms, to_ms
from appliance.domain.privacy import sealing
from appliance.store.city import outbox
from appliance.store.repair.rescue import Row, insert

_COPIED = ("channel", "kind", "category", "sensitivity", "agency", "text")
_OPTIONAL = (
    *("reporter_phone", "reporter_name", "location", "kelurahan"),
    *("routing_version", "destination", "sealed", "duplicate_of"),
)


def requeue(fresh: sqlite3.Connection, events: list[Row], acked: dict[str, int]) -> Counter[str]:
    """Fill the empty outbox of a database whose requests are copied; count what was done.

    `events` is what is left of the old outbox in its order; `acked` knows the lanes whose cursor
    could be read.
    """
    done: Counter[str] = Counter()
    events = [event for event in events if _makes_sense(event)]
    for event in events:
        done["requests from events"] += _restore_request(fresh, event)
    waiting = [
        event
        for event in events
        if not _is_acked(event["lane"], event["seq"], acked) and event["kind"] != PhotoAttached.KIND
    ]
    places: dict[tuple[str, object], int] = {}
    for event in waiting:
        lane = Lane(str(event["lane"]))
        seq = outbox.last_seq(fresh, lane) + 1
        if insert(fresh, "outbox", [_moved(event, outbox.place(lane, seq))]):
            done["events to send"] += 1
            if event["kind"] == RequestReceived.KIND:
                places[lane, event["subject"]] = seq
    done["events from requests"] = _point_to_events(fresh, places, acked)
    done["photos told again"] = _tell_photos(fresh)
    return done


def _makes_sense(event: Row) -> bool:
    """One event that the city cannot read would hold up its whole lane."""
    clock = {
        "boot": event["boot_id"],
        "mono": event["mono_ms"],
        "wall": event["wall_ms"],
        "src": event["clock_source"],
    }
    try:
        msgspec.convert(clock, wire.Clock)
        json.loads(str(event["payload"]))
        wire.decode_event(str(event["kind"]), str(event["payload"]).encode())
    except (ValueError, PoskoError):
        return False
    return True


def _moved(event: Row, place: int) -> Row:
    stored = {name: value for name, value in event.items() if name not in ("lane", "seq")}
    return {**stored, "place": place}


def _is_acked(lane: object, seq: object, acked: dict[str, int]) -> bool:
    upto = acked.get(str(lane))
    return isinstance(upto, int) and isinstance(seq, int) and seq <= upto


def _restore_request(fresh: sqlite3.Connection, event: Row) -> int:
    """Make a request whose row is lost from the event that told the city of it."""
    if event["kind"] != RequestReceived.KIND:
        return 0
    try:
        told = json.loads(str(event["payload"]))
        known = fresh.execute("SELECT 1 FROM requests WHERE id = ?", (told["request_id"],))
        if known.fetchone() or not insert(fresh, "requests", [_row(told, event)]):
            return 0
    except (ValueError, KeyError, TypeError):
        return 0
    return 1


def _row(told: dict[str, Any], event: Row) -> Row:
    at_ms = to_ms(datetime.fromisoformat(told["created_at"]))
    return {
        "ticket": Ticket(told["ticket"]).number,
        **{name: told[name] for name in _COPIED},
        **{name: told.get(name) for name in _OPTIONAL},
        "id": told["request_id"],
        "marks": " ".join(told.get("marks", [])),
        "status": Status.RECEIVED,
        "created_at_ms": at_ms,
        "updated_at_ms": at_ms,
        "event_lane": event["lane"],
        "event_seq": event["seq"],
    }


def _point_to_events(
    fresh: sqlite3.Connection, places: dict[tuple[str, object], int], acked: dict[str, int]
) -> int:
    """Give each request the new place of its event; make the events that are lost."""
    made = 0
    wanted = "SELECT id, event_lane, event_seq FROM requests ORDER BY created_at_ms, rowid"
    for request_id, lane, seq in fresh.execute(wanted).fetchall():
        place = places.get((lane, request_id))
        if place is None and _is_acked(lane, seq, acked):
            place = 0
        elif place is None:
            place = _make_event(fresh, request_id, lane)
            made += 1
        fresh.execute("UPDATE requests SET event_seq = ? WHERE id = ?", (place, request_id))
    return made


def _tell_photos(fresh: sqlite3.Connection) -> int:
    """Tell the city of every photo that waits, each after its request; it knows them by that."""
    rows = fresh.execute(
        """
        SELECT p.*, r.event_lane FROM photos p JOIN requests r ON r.id = p.request_id
        WHERE p.state = 'waiting' ORDER BY p.rowid
        """
    ).fetchall()
    for row in rows:
        event = PhotoAttached(
            **{name: row[name] for name in ("request_id", "sha256", "size_bytes", "media_type")}
        )
        moment = Moment(wall=from_ms(row["created_at_ms"]), boot_id="salvaged", mono_ms=0)
        lane = Lane(row["event_lane"])
        outbox.append(fresh, lane, event, subject=event.request_id, now=moment)
    return len(rows)


def _make_event(fresh: sqlite3.Connection, request_id: str, lane: str) -> int:
    row = fresh.execute("SELECT * FROM requests WHERE id = ?", (request_id,)).fetchone()
    at = from_ms(row["created_at_ms"])
    told = {name: row[name] for name in (*_COPIED, *_OPTIONAL)}
    if row["category"] == sealing.TOPIC:
        told["reporter_phone"] = None
    event = RequestReceived(
        request_id=request_id,
        ticket=Ticket.numbered(row["ticket"]).digits,
        created_at=at,
        marks=row["marks"].split(),
        **told,
    )
    moment = Moment(wall=at, boot_id="salvaged", mono_ms=0)
    return outbox.append(fresh, Lane(lane), event, subject=request_id, now=moment)
