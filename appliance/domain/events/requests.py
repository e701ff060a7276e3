"""What residents say of a request, and what the city makes of it."""

from typing import ClassVar

import msgspec

from appliance.domain.events.instant import Instant

REASONS_MAX, REASON_MAX_CHARS = 8, 80


class Judged(msgspec.Struct, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """Why a request stands where it does: what triage and routing made of it, for officers.

    Of a confidential one without the reasons, since those are words of its text.
    """

    top3: list[str]
    confidence: float
    reasons: list[str] = []
    supporting: list[str] = []
    note: str = ""
    """Who else may answer for it, where that is doubtful: an id of the table `destinations`."""


class RequestReceived(msgspec.Struct, frozen=True, kw_only=True, gc=False, omit_defaults=True):
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
    routing_version: int | None = None
    """Of the tables that chose the agency."""
    destination: str | None = None
    """Who else answers for it, proposed to be `bukan_wewenang`: an id of the table
    `destinations`."""
    judged: Judged | None = None
    sealed: str | None = None
    """What only the unit can open (`sealing`); the text is a placeholder then, the category
    `rahasia`, and no person or place is named."""
    duplicate_of: str | None = None
    """The id of another's request of the same box that tells of the same matter."""
    marks: list[str] = []
    """What an officer should know first: `marks.Mark`, words of a newer release among them."""


class TextAmended(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Up: the whole text of a request as it is now: a missing part of its SMS has come."""

    KIND: ClassVar[str] = "service_request.text_amended"

    request_id: str
    text: str
    at: Instant
    sealed: str | None = None
    """The part that came late, where the request is sealed; the text is a placeholder then."""


class FollowedUp(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Up: what the reporter says about a ticket later on; the city decides what follows."""

    KIND: ClassVar[str] = "service_request.followed_up"

    follow_up_id: str
    """The same when it is told again under another number."""
    request_id: str
    wish: str
    """A `received.Wish`: sudah, belum, tambah, batal, hapus, data, ubah, aman, stop or mulai."""
    text: str
    """In the reporter's words; empty when nothing was said beside the wish."""
    at: Instant
    sealed: str | None = None
    """Those words where the request is sealed; the text is empty then."""
    channel: str = "sms"
    """By which it was said; what comes by portal or kiosk has joined the request by itself."""
    location: str | None = None
    kelurahan: str | None = None
    reporter_name: str | None = None
    """What was told beside the words; it completes the request where that lacks it."""


class RequestCorrected(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Down: an officer has corrected what a request is about; what is absent stays."""

    KIND: ClassVar[str] = "service_request.corrected"

    request_id: str
    corrected_at: Instant
    category: str | None = None
    kind: str | None = None
    kelurahan: str | None = None
    agency: str | None = None
    sensitivity: str | None = None


class RequestStatusChanged(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Down: the city moved a request, with a message for the resident."""

    KIND: ClassVar[str] = "service_request.status_changed"

    request_id: str
    ticket: str
    status: str
    message: str
    changed_at: Instant
    agency: str | None = None
    source: str = ""
    """Who moved it: officer, reporter, official, time, or empty where an older city said it."""
