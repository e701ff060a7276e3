"""What `posko-center requests` and `posko-center status` print: data for scripts, tables for eyes.

Times are ISO 8601 in UTC; a site is written as its Kemendagri code.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection

from appliance.domain.events.box import BoxHeartbeat
from appliance.domain.reference import kecamatan_name
from command_center import wording
from command_center.cases.worklist import Item
from command_center.store import this_city
from command_center.store.cases import requests
from command_center.store.cases.requests import CityRequest, Filter
from command_center.store.fleet import boxes
from command_center.store.fleet.boxes import Box
from command_center.store.receiving import photos, quarantine, streams
from command_center.store.receiving.streams import StreamState
from command_center.store.sending import downlinks

TEXT_COLUMN_CHARS = 60
_TOLD = (
    "backlog",
    "oldest_unacked_s",
    "acked_at",
    "acked_last_minute",
    "resends",
    "rejects",
    "disk_free_bytes",
    "clock_source",
)
"""What is shown of a heartbeat."""


def iso(at: datetime | None) -> str | None:
    """A time for machines: `2026-11-21T03:04:05.678Z`."""
    if at is None:
        return None
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def grouped(ticket: str) -> str:
    """A ticket in the groups it is read aloud in."""
    return f"{ticket[:2]} {ticket[2:5]} {ticket[5:]}"


def request_record(request: CityRequest, parent_id: str | None = None) -> dict[str, object]:
    """One request as `requests --json` prints it; who counts each matter once leaves out those
    with a parent."""
    return {
        "request_id": request.request_id,
        "site": str(request.site),
        "ticket": grouped(request.ticket),
        "channel": request.channel,
        "kind": request.kind,
        "category": request.category,
        "status": request.status,
        "text": request.text,
        "phone": request.phone,
        "created_at": iso(request.created_at),
        "occurred_at": iso(request.occurred_at),
        "time_quality": request.time_quality,
        "received_at": iso(request.received_at),
        "parent_id": parent_id,
    }


def item_record(item: Item) -> dict[str, object]:
    """One request as `requests --overdue --json` prints it."""
    deadline = item.deadline
    return {
        **request_record(item.request),
        "agency": item.request.agency,
        "due": deadline.what,
        "due_on": deadline.day.isoformat(),
        "overdue_days": deadline.working_days if deadline.is_missed else 0,
    }


def item_table(found: Iterable[Item]) -> str:
    """The same for a person at a terminal."""
    rows = [
        (
            grouped(item.request.ticket),
            kecamatan_name(item.request.site),
            item.request.agency,
            item.request.category,
            wording.status(item.request.status),
            "tanggap" if item.deadline.what == "respond" else "selesai",
            item.deadline.day.isoformat(),
            str(item.deadline.working_days) if item.deadline.is_missed else "",
        )
        for item in found
    ]
    head = ("TIKET", "KECAMATAN", "DINAS", "KATEGORI", "STATUS", "TENGGAT", "HARI", "TERLAMBAT HK")
    return table(head, rows)


def request_table(found: Iterable[CityRequest]) -> str:
    """The requests for a person at a terminal; a confidential text is not shown."""
    rows = [
        (
            grouped(r.ticket),
            kecamatan_name(r.site),
            wording.channel(r.channel),
            r.category,
            wording.status(r.status),
            iso(r.received_at) or "",
            _excerpt(r.text) if r.is_sealed or r.sensitivity != "rahasia" else "(rahasia)",
        )
        for r in found
    ]
    return table(
        ("TIKET", "KECAMATAN", "SALURAN", "KATEGORI", "STATUS", "DI PUSAT", "LAPORAN"), rows
    )


def status_record(connection: Connection) -> dict[str, Any]:
    """The whole state of the city's side as `status --json` prints it."""
    states = streams.states(connection)
    outcomes = streams.count_by_outcome(connection)
    return {
        "epoch": this_city.epoch(connection),
        "streams": [_stream(state) for state in states],
        "boxes": [_box(box) for box in boxes.every(connection)],
        "downlink": [
            {"site": str(lane.site), "last_seq": lane.last_seq, "acked_seq": lane.acked_seq}
            for lane in downlinks.lanes(connection)
        ],
        "quarantine": quarantine.count_by_code(connection),
        "counts": {
            "requests": requests.count(connection, Filter()),
            "events": sum(outcomes.values()),
            "unknown_kinds": outcomes.get("unknown_kind", 0),
            "rejects": outcomes.get("rejected", 0),
            "duplicates": sum(state.duplicates for state in states),
            "gaps": sum(state.gaps for state in states),
            "quarantine": quarantine.total(connection),
            **{f"photos_{state}": n for state, n in photos.count_by_state(connection).items()},
        },
    }


def status_text(record: dict[str, Any]) -> str:
    """The same for a person at a terminal."""
    boxes_table = table(
        ("SITE", "ONLINE", "LAST SEEN", "SOFTWARE"),
        [
            (b["site"], str(b["is_online"]), b["last_seen_at"] or "never", b["software"] or "")
            for b in record["boxes"]
        ],
    )
    told = table(
        ("SITE", "TOLD", *(name.upper() for name in _TOLD)),
        [
            (b["site"], beat["at"], *(_cell(beat[name]) for name in _TOLD))
            for b in record["boxes"]
            if (beat := b["heartbeat"]) is not None
        ],
    )
    streams_table = table(
        ("SITE", "EPOCH", "LANE", "UPTO", "DUPLICATES", "GAPS"),
        [
            (s["site"], s["epoch"], s["lane"], *(str(s[k]) for k in ("upto", "duplicates", "gaps")))
            for s in record["streams"]
        ],
    )
    counts = table(("COUNT", "OF"), [(str(n), name) for name, n in record["counts"].items()])
    return "\n\n".join((boxes_table, told, streams_table, counts))


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Columns as wide as they need to be; no cell can steer the terminal."""
    shown = [[_printable(cell) for cell in row] for row in (head, *rows)]
    widths = [max(len(row[n]) for row in shown) for n in range(len(head))]
    lines = (
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in shown
    )
    return "\n".join(lines)


def _printable(cell: str) -> str:
    return "".join(sign if sign.isprintable() else "\ufffd" for sign in cell)


def _stream(state: StreamState) -> dict[str, object]:
    return {
        **state.key._asdict(),
        "upto": state.upto,
        "duplicates": state.duplicates,
        "gaps": state.gaps,
        "updated_at": iso(state.updated_at),
    }


def _box(box: Box) -> dict[str, object]:
    return {
        "site": str(box.site),
        "is_online": box.is_online,
        "boot": box.boot,
        "n": box.n,
        "software": box.software,
        "epoch": box.epoch,
        "last_seen_at": iso(box.last_seen_at),
        "heartbeat": None if box.heartbeat is None else _heartbeat(box.heartbeat),
    }


def _heartbeat(told: BoxHeartbeat) -> dict[str, object]:
    shown = {name: getattr(told, name) for name in _TOLD}
    return {**shown, "at": iso(told.at), "acked_at": iso(told.acked_at)}


def _cell(value: object) -> str:
    if isinstance(value, dict):
        return "/".join(map(str, value.values()))
    return "" if value is None else str(value)


def _excerpt(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= TEXT_COLUMN_CHARS else flat[: TEXT_COLUMN_CHARS - 1] + "…"
