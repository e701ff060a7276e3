"""Every event that crosses between box and city, one frozen dataclass each.

The class carries its CloudEvents type in `KIND`; field names are the wire's. A receiver ignores
fields it does not know, so a newer sender may add some; it may never change or drop one.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar


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
    created_at: datetime
    reporter_phone: str | None = None
    reporter_name: str | None = None
    location: str | None = None
    kelurahan: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestStatusChanged:
    """Down: the city moved a request, with a message for the resident."""

    KIND: ClassVar[str] = "service_request.status_changed"

    request_id: str
    ticket: str
    status: str
    message: str
    changed_at: datetime
    agency: str | None = None


Event = RequestReceived | RequestStatusChanged

EVENT_TYPES: dict[str, type[Event]] = {
    RequestReceived.KIND: RequestReceived,
    RequestStatusChanged.KIND: RequestStatusChanged,
}
