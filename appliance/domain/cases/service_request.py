"""The service request: what a resident submits, what it becomes, and the moves it may make.

Values are stored and sent, so they are pinned by a test; the words are those of SP4N-LAPOR!.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from unicodedata import category
from uuid import UUID, uuid5

from appliance.domain.cases.marks import Mark
from appliance.domain.errors import BadInput
from appliance.domain.ids import Ticket
from appliance.domain.phone import Msisdn
from appliance.domain.privacy.consent import Consent

TEXT_MAX_CHARS = 4_000
"""Open311 GeoReport v2 bounds a description at 4,000 characters; so do we."""
LOCATION_MAX_CHARS = 200
NAME_MAX_CHARS = 80


class Channel(StrEnum):
    """How the resident reached us."""

    PORTAL = "portal"
    KIOSK = "kiosk"
    SMS = "sms"
    PHONE = "telepon"
    """Told to staff, who entered it at the desk."""


class Kind(StrEnum):
    """What the resident wants (Permen PAN-RB 62/2018 classes, plus what else arrives)."""

    COMPLAINT = "pengaduan"
    SUGGESTION = "aspirasi"
    INFORMATION = "permintaan_informasi"
    EMERGENCY = "darurat"
    STATUS = "cek_status"
    """About an earlier report; no request of its own."""
    SPAM = "spam"
    """No report. Whoever sends it through a form gets a request all the same."""


class Sensitivity(StrEnum):
    """Who may see the text: everybody after masking, the topic only, or the unit only."""

    PUBLIC = "publik"
    MASKED = "disamarkan"
    CONFIDENTIAL = "rahasia"


class Status(StrEnum):
    """Where a request stands, in the words shown to residents."""

    RECEIVED = "diterima"
    VERIFIED = "terverifikasi"
    FORWARDED = "diteruskan"
    IN_PROGRESS = "diproses"
    RESOLVED = "selesai"
    CLOSED = "ditutup"
    NEEDS_DETAILS = "butuh_kelengkapan"
    DEFERRED = "ditunda"
    NOT_OURS = "bukan_wewenang"
    MERGED = "gabungan"
    REOPENED = "dibuka_lagi"
    ARCHIVED = "diarsipkan"


class Source(StrEnum):
    """Who moves a request."""

    OFFICER = "officer"
    REPORTER = "reporter"
    OFFICIAL = "official"
    STAFF = "staff"
    """Of the kecamatan, at the desk."""
    TIME = "time"
    """Nobody: a time that was given has passed."""
    LAPOR = "lapor"
    """SP4N-LAPOR!, where the city's bridge has it from."""


FINISHED = frozenset({Status.RESOLVED, Status.CLOSED})
"""The matter has been seen to."""
DEAD_ENDS = frozenset({Status.NOT_OURS, Status.MERGED, Status.ARCHIVED})
"""It has not been, and will not be under this ticket."""
OVER = FINISHED | DEAD_ENDS
"""Nobody has to do anything about these, unless their reporter disputes it."""
ENDED = OVER - {Status.RESOLVED}
"""Nobody waits for the reporter's word any more, either."""

NEEDS_REASON = frozenset(
    {Status.NEEDS_DETAILS, Status.DEFERRED, Status.NOT_OURS, Status.MERGED, Status.ARCHIVED}
)
"""Moves that mean nothing to a resident without a sentence."""

_WORKING = frozenset(
    {Status.VERIFIED, Status.FORWARDED, Status.IN_PROGRESS, Status.RESOLVED}
    | {Status.NEEDS_DETAILS, Status.DEFERRED, Status.NOT_OURS, Status.MERGED, Status.ARCHIVED}
)

TRANSITIONS: Mapping[str, frozenset[Status]] = {
    Status.RECEIVED: _WORKING,
    Status.VERIFIED: _WORKING - {Status.VERIFIED},
    Status.FORWARDED: _WORKING - {Status.VERIFIED},
    Status.IN_PROGRESS: _WORKING - {Status.VERIFIED},
    Status.NEEDS_DETAILS: _WORKING,
    Status.DEFERRED: _WORKING - {Status.VERIFIED},
    Status.REOPENED: _WORKING - {Status.VERIFIED},
    Status.RESOLVED: frozenset({Status.CLOSED, Status.REOPENED, Status.RESOLVED}),
    Status.CLOSED: frozenset({Status.REOPENED}),
    Status.NOT_OURS: frozenset({Status.REOPENED}),
    Status.MERGED: frozenset({Status.REOPENED}),
    Status.ARCHIVED: frozenset({Status.REOPENED}),
}
"""Every legal move; a status that maps to itself may be repeated with a new message."""


class IllegalMove(BadInput):
    """The status table does not allow this move."""

    def __init__(self, current: str, wanted: Status) -> None:
        allowed = ", ".join(sorted(moves_from(current)))
        super().__init__(f"cannot move from {current} to {wanted}; allowed: {allowed}")


def moves_from(current: str) -> frozenset[Status]:
    """What a request may become next; from a status that this release does not know whatever an
    open one may, so that somebody can take it up."""
    return TRANSITIONS.get(current, _WORKING)


def move(current: str, wanted: Status) -> Status:
    """Return the new status, or raise IllegalMove and change nothing."""
    if wanted not in moves_from(current):
        raise IllegalMove(current, wanted)
    return wanted


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A request as a channel hands it in: checked for shape, not yet stored."""

    channel: Channel
    text: str
    submission_id: str
    """A UUID chosen by the channel before the first attempt. It becomes the id of the request, so
    that the same submission twice gives the same ticket."""
    reporter_phone: Msisdn | None = None
    reporter_name: str | None = None
    location: str | None = None
    kelurahan: str | None = None
    """Kemendagri code of the kelurahan, where the resident picked one."""
    category: str | None = None
    """Category the resident picked; triage decides where it is absent."""
    consents: tuple[Consent, ...] = ()
    is_question: bool = False
    """The resident asks something; an emergency stays one all the same."""
    pin: str | None = None
    """Of its ticket, where the channel can hand it out."""
    is_spoken: bool = False
    """Its words are in a recording; the text says so (`recording`)."""

    def __post_init__(self) -> None:
        if not self.text.strip():
            raise BadInput("the text of a request must not be empty")
        if len(self.text) > TEXT_MAX_CHARS:
            raise BadInput(f"the text of a request has at most {TEXT_MAX_CHARS} characters")


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceRequest:
    """A stored request as the box knows it."""

    id: str
    ticket: Ticket
    channel: Channel
    kind: Kind
    category: str
    sensitivity: Sensitivity
    agency: str
    status: Status
    text: str
    reporter_phone: Msisdn | None
    reporter_name: str | None
    location: str | None
    kelurahan: str | None
    created_at: datetime
    updated_at: datetime
    acked: bool
    """True once the city's database has committed it and said so."""
    routing_version: int | None = None
    """Of the tables that chose the agency; those of later days change nothing here."""
    destination: str | None = None
    """Who else answers for it, as the box proposes: an id of the table `destinations`."""
    sealed: str | None = None
    """What only the responsible unit can open; the text is a placeholder then."""
    marks: frozenset[Mark] = frozenset()
    duplicate_of: str | None = None
    """The request of somebody else that tells of the same matter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusEntry:
    """One line of a request's history."""

    status: Status
    message: str
    agency: str | None
    at: datetime
    source: str = ""
    """Who moved it: a `Source`, or what a newer city calls it."""


def submission_id(page_id: UUID, *content: str) -> str:
    """Name what was sent from one page: the same content is one submission, another a second one.

    So pressing twice is harmless, and going back to write something else loses nothing. `content`
    must be cleaned (`clean_text`), so that the separator cannot occur in it.
    """
    return str(uuid5(page_id, "\x1f".join(content)))


_UNCLEAN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
"""Control characters (category Cc, carriage returns too) and halves of surrogate pairs."""


def clean_text(text: str) -> str:
    """Make foreign text storable: no control characters, no lone surrogates, no NUL, trimmed."""
    if text.isprintable() or not _UNCLEAN.search(text):
        return text.strip()
    repaired = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    lines = repaired.replace("\r\n", "\n").replace("\r", "\n")
    kept = (c if c in "\n\t" or category(c) != "Cc" else "\ufffd" for c in lines)
    return "".join(kept).strip()
