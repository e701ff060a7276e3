"""Every event that crosses between box and city, one frozen dataclass each.

The class carries its CloudEvents type in `KIND`; field names are the wire's. A receiver ignores
fields it does not know, so a newer sender may add some; it may never change or drop one.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, ClassVar

import msgspec

Instant = Annotated[datetime, msgspec.Meta(tz=True)]
"""RFC 3339 with a zone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestReceived:
    """Up: a resident submitted a service request and has been shown its ticket."""

    KIND: ClassVar[str] = "service_request.received"

    request_id: str
    ticket: str
    channel: str
    kind: str
    category: str
    sensitivity: str
    agency: str
    text: str
    created_at: Instant
    reporter_phone: str | None = None
    reporter_name: str | None = None
    location: str | None = None
    kelurahan: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BoxHeartbeat:
    """Up: how the box is doing; told every few minutes while the link is up."""

    KIND: ClassVar[str] = "box.heartbeat"

    at: Instant
    backlog: dict[str, int]
    """Events that wait for the city, by lane."""
    oldest_unacked_s: int
    disk_free_bytes: int
    texts: dict[str, int]
    """SMS by state."""
    gauges: dict[str, dict[str, str]]
    """What each process says about itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestStatusChanged:
    """Down: the city moved a request, with a message for the resident."""

    KIND: ClassVar[str] = "service_request.status_changed"

    request_id: str
    ticket: str
    status: str
    message: str
    changed_at: Instant
    agency: str | None = None


Event = RequestReceived | BoxHeartbeat | RequestStatusChanged

EVENT_TYPES: dict[str, type[Event]] = {
    RequestReceived.KIND: RequestReceived,
    BoxHeartbeat.KIND: BoxHeartbeat,
    RequestStatusChanged.KIND: RequestStatusChanged,
}
