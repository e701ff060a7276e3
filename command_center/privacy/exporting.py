"""What the city knows of a person: her own words and data, and what was done with them.

Other people's data are left out: of who worked on the case there is the agency, of texts the masked
number that the boxes tell.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine

from command_center.store.cases import case_history
from command_center.store.cases.case_history import BOX, RESIDENT, HistoryEntry
from command_center.store.cases.requests import CityRequest
from command_center.store.database import writing
from command_center.store.privacy import consents, erasures, processing_log
from command_center.store.privacy.erasures import BY_ITSELF
from command_center.store.receiving import case_texts, follow_ups, photos
from command_center.store.staff import staff_log

Facts = dict[str, Any]
STAFF = "petugas"


def export(engine: Engine, found: list[CityRequest], *, by: str, now: datetime) -> list[Facts]:
    """All about these requests; that it was asked for is noted."""
    with writing(engine) as connection:
        for request in found:
            processing_log.add(connection, request.request_id, "export", by=by, now=now)
        return [_facts(connection, request) for request in found]


def _facts(connection: Connection, request: CityRequest) -> Facts:
    erased = erasures.of(connection, request.request_id)
    photo = photos.by_request(connection, request.request_id)
    return {
        "ticket": request.ticket,
        "site": request.site_code,
        "channel": request.channel,
        "kind": request.kind,
        "category": request.category,
        "sensitivity": request.sensitivity,
        "agency": request.agency,
        "status": request.status,
        "text": request.text,
        "phone": request.phone,
        "name": request.name,
        "location": request.location,
        "kelurahan": request.kelurahan,
        "occurred_at": request.occurred_at.isoformat(),
        "received_at": request.received_at.isoformat(),
        "photo": photo.state if photo else None,
        "consents": [
            {
                "purpose": agreed.purpose,
                "text_version": agreed.text_version,
                "language": agreed.language,
                "channel": agreed.channel,
                "given_at": _iso(agreed.given_at),
                "withdrawn_at": _iso(agreed.withdrawn_at),
            }
            for agreed in consents.of_request(connection, request.request_id)
        ],
        "history": [_entry(entry) for entry in case_history.of_request(connection, request)],
        "texts": [
            {"at": text.at.isoformat(), "to": text.recipient, "purpose": text.purpose}
            | {"state": text.state}
            for text in case_texts.of_request(connection, request.site, request.request_id)
        ],
        "to_be_answered": [
            {"wish": wish.wish, "due_at": wish.due_at.isoformat()}
            for wish in follow_ups.due(connection, request.request_id)
        ],
        "processed": _processed(connection, request.request_id),
        "erased_at": _iso(erased.at) if erased else None,
    }


def _processed(connection: Connection, request_id: str) -> list[Facts]:
    """What was done with it and who has opened it, oldest first; staff without their names."""
    done = [
        (entry.at, entry.act, entry.by)
        for entry in processing_log.of_request(connection, request_id)
    ]
    opened = [
        (entry.at, entry.what, STAFF) for entry in staff_log.of_request(connection, request_id)
    ]
    return [
        {"at": at.isoformat(), "act": act, "by": by if by == BY_ITSELF else STAFF}
        for at, act, by in sorted(done + opened)
    ]


def _entry(entry: HistoryEntry) -> Facts:
    """Who did it is told by name only where that is the person herself, or nobody."""
    return {
        "at": entry.at.isoformat(),
        "status": entry.status,
        "message": entry.message,
        "agency": entry.agency,
        "by": entry.by if entry.by in (RESIDENT, BOX) else STAFF,
    }


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
