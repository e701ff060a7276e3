"""`posko requests|outbox|texts`: what the box holds, as a table or as JSON."""

import argparse
import json
import sqlite3
from datetime import UTC, datetime, timedelta
from typing import Any

from appliance.actions.privacy import exporting
from appliance.cli.opening import database
from appliance.cli.output import print_json, print_table
from appliance.cli.subparsers import Subparsers
from appliance.domain.cases.deadline import deadlines, latest
from appliance.domain.cases.service_request import ServiceRequest
from appliance.domain.moment import from_ms
from appliance.domain.privacy import sealing
from appliance.store.cases import photos, requests
from appliance.store.city import city_tables, outbox
from appliance.store.sms import texts

_COLUMNS = {
    "requests": ("ticket", "channel", "kind", "category", "status", "acked", "created_at", "text"),
    "outbox": ("lane", "seq", "kind", "acked", "reject_code", "created_at"),
    "texts": ("id", "recipient", "purpose", "state", "attempts", "created_at", "body"),
}
_OVERDUE = ("ticket", "agency", "category", "status", "due", "due_on", "overdue_days")


def add(commands: Subparsers) -> None:
    """Register the commands."""
    for name, help_text in (
        ("requests", "list every service request"),
        ("outbox", "list the events for the city"),
        ("texts", "list the SMS to send and sent"),
    ):
        command = commands.add_parser(name, help=help_text)
        command.add_argument("--json", action="store_true", help="print a JSON array")
        if name == "requests":
            command.add_argument(
                "--overdue", action="store_true", help="only what is late, by working days"
            )
        command.set_defaults(run=run, listing=name, overdue=False)


def run(args: argparse.Namespace) -> None:
    """Print the listing."""
    if args.overdue:
        _print_overdue(args)
        return
    read = {"requests": _requests, "outbox": _outbox, "texts": _texts}[args.listing]
    with database(args.config) as db:
        rows = read(db)
        summary = backlog(db, datetime.now(UTC)) if args.listing == "outbox" else []
    if args.json:
        print_json(rows)
    else:
        print_table(rows, _COLUMNS[args.listing])
        print("".join(f"\n{line}" for line in summary), end="\n" if summary else "")


def _print_overdue(args: argparse.Namespace) -> None:
    with database(args.config) as db:
        rows = overdue(db, datetime.now(UTC))
    if args.json:
        print_json(rows)
    else:
        print_table(rows, _OVERDUE)


def overdue(db: sqlite3.Connection, now: datetime) -> list[dict[str, Any]]:
    """Open requests whose time is over, those that are late by the most working days first."""
    rows, tables = [], city_tables.in_force(db)
    for request in requests.every(db):
        history = requests.history(db, request.id)
        late = latest(deadlines(request.kind, request.category, history, now, tables))
        if late is not None:
            due = {
                "due": late.what,
                "due_on": late.day.isoformat(),
                "overdue_days": late.working_days,
            }
            rows.append({**request_row(request), **due})
    return sorted(rows, key=lambda row: (-row["overdue_days"], row["due_on"]))


def backlog(db: sqlite3.Connection, now: datetime) -> list[str]:
    """What waits for the city, by lane and by kind, and for how long."""
    lines = [
        f"{state.lane}: {state.last_seq - state.acked_seq} of {state.last_seq} wait for the city"
        for state in outbox.lanes(db).values()
    ]
    lines += [
        f"{kind.kind}: {kind.count} wait, since {kind.since.isoformat(timespec='seconds')}"
        for kind in outbox.waiting_by_kind(db)
    ]
    since = outbox.oldest_unacked(db)
    waited = f", the oldest for {int((now - since).total_seconds())} s" if since else ""
    last = outbox.last_ack(db)
    acked = (
        f"last acknowledged {last.isoformat(timespec='seconds')}" if last else "never acknowledged"
    )
    rejects = f"{outbox.rejected(db)} events set aside by the city"
    rate = f"{outbox.acked_since(db, now - timedelta(minutes=1))} acknowledged in the last minute"
    return [*lines, _photos(db), rejects, rate, acked + waited]


def _photos(db: sqlite3.Connection) -> str:
    waiting = photos.waiting(db)
    return f"photos: {waiting.count} ({waiting.size_bytes // 1024} kB) wait for the city"


def _requests(db: sqlite3.Connection) -> list[dict[str, Any]]:
    return [request_row(request) for request in requests.every(db)]


def request_row(request: ServiceRequest) -> dict[str, Any]:
    """A request as `posko requests --json` shows it."""
    return {
        "request_id": request.id,
        **exporting.basics(request),
        "updated_at": request.updated_at.isoformat(),
        "acked": request.acked,
        "sealed_for": sealing.parse(request.sealed).holder.unit if request.sealed else None,
    }


def _outbox(db: sqlite3.Connection) -> list[dict[str, Any]]:
    acked = {lane: state.acked_seq for lane, state in outbox.lanes(db).items()}
    return [
        {
            "lane": row.lane,
            "seq": row.seq,
            "kind": row.kind,
            "subject": row.subject,
            "acked": row.seq <= acked[row.lane],
            "reject_code": row.reject_code,
            "created_at": from_ms(row.wall_ms).isoformat(),
            "data": json.loads(row.payload),
        }
        for row in outbox.every(db)
    ]


def _texts(db: sqlite3.Connection) -> list[dict[str, Any]]:
    return [
        {
            "id": text.id,
            "recipient": text.recipient,
            "body": text.body,
            "purpose": text.purpose,
            "request_id": text.request_id,
            "state": text.state,
            "attempts": text.attempts,
            "error": text.error,
            "created_at": text.created_at.isoformat(),
            "updated_at": text.updated_at.isoformat(),
        }
        for text in texts.every(db)
    ]
