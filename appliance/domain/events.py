"""Every event that crosses between box and city, one frozen Struct each.

The class carries its CloudEvents type in `KIND`; field names are the wire's. A receiver ignores
fields it does not know, so a newer sender may add some; it may never change or drop one.
"""

from datetime import datetime
from typing import Annotated, ClassVar, Literal

import msgspec

Instant = Annotated[datetime, msgspec.Meta(tz=True)]
"""RFC 3339 with a zone."""


FinalState = Literal["delivered", "failed", "uncertain", "expired"]
"""Of an SMS; `uncertain` may still become another."""


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


class RenewalAsked(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Up: the box's certificate will soon end; it has made a new key and asks for another."""

    KIND: ClassVar[str] = "credential.renewal_asked"

    csr: str
    """PKCS #10, as PEM."""


class FollowedUp(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Up: what the reporter says about a ticket later on; the city decides what follows."""

    KIND: ClassVar[str] = "service_request.followed_up"

    follow_up_id: str
    """The same when it is told again under another number."""
    request_id: str
    wish: str
    """A `sms.Wish`: sudah, belum, tambah, batal, hapus, data, ubah, aman, stop or mulai."""
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


class OfficialReplied(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Up: an official has answered by SMS about a request of his agency; the city decides."""

    KIND: ClassVar[str] = "service_request.official_replied"

    reply_id: str
    """The same when it is told again under another number."""
    request_id: str
    status: str
    """Where the official wants it: diproses, selesai, bukan_wewenang; empty for a remark."""
    text: str
    official: str
    """His name in the box's directory."""
    agency: str
    at: Instant


class OfficialAnswered(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Down: what the city made of an official's reply, so that he hears of it."""

    KIND: ClassVar[str] = "service_request.official_answered"

    reply_id: str
    request_id: str
    outcome: Literal["moved", "noted", "refused"]
    """`noted`: a remark; `refused`: the case may not move so, or has left his agency."""
    status: str
    """Where the request stands now."""
    agency: str
    """Whose it is now."""


class StaffActed(msgspec.Struct, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """Up: staff of the kecamatan have acted on a request at the desk; the city decides.

    What is absent is not wanted. `seen` is what the act builds upon, as its author saw it: where
    the city has something else by now, it refuses.
    """

    KIND: ClassVar[str] = "service_request.staff_acted"

    action_id: str
    """The same when it is told again under another number."""
    request_id: str
    act: str
    """A `staff_action.Act`: koreksi, status, disposisi, gabung, lepas."""
    by: str
    """The account at the desk."""
    at: Instant
    status: str | None = None
    message: str = ""
    """For the reporter."""
    category: str | None = None
    kind: str | None = None
    kelurahan: str | None = None
    """A code; empty for a place that is not known."""
    agency: str | None = None
    parent: str | None = None
    """The ticket of the request that tells of the same matter."""
    seen: dict[str, str] = {}
    """By field: status, category, kind, kelurahan, agency."""


class StaffAnswered(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Down: what the city made of an act of staff; what it changed has come before."""

    KIND: ClassVar[str] = "service_request.staff_answered"

    action_id: str
    request_id: str
    outcome: Literal["applied", "refused"]
    reason: str = ""
    """Why it was refused, in words for staff."""


class TextAmended(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Up: the whole text of a request as it is now: a missing part of its SMS has come."""

    KIND: ClassVar[str] = "service_request.text_amended"

    request_id: str
    text: str
    at: Instant
    sealed: str | None = None
    """The part that came late, where the request is sealed; the text is a placeholder then."""


class TextSettled(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Up: what became of an SMS about a request; a later one about the same text holds."""

    KIND: ClassVar[str] = "service_request.text_settled"

    request_id: str
    text_id: int
    """Its number at the box."""
    purpose: str
    recipient: str
    """Masked."""
    state: FinalState
    at: Instant
    error: str = ""
    """Why the network or the modem refused it."""


class NoticeSettled(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Up: what became of an SMS to an official that the city has ordered; a later one holds."""

    KIND: ClassVar[str] = "official_notice.settled"

    notice_id: str
    state: str
    """sent, delivered, failed, uncertain or expired."""
    at: Instant
    error: str = ""
    """Why the network or the modem refused it."""


class ConsentChanged(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Up: the reporter has agreed to something about a request, or takes it back."""

    KIND: ClassVar[str] = "service_request.consent_changed"

    request_id: str
    purpose: str
    """A `consent.Purpose`: publish, call_back."""
    is_given: bool
    text_version: str
    language: str
    channel: str
    at: Instant


class RequestErased(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Up: the box has erased what it knew of a person through this request; the city must too."""

    KIND: ClassVar[str] = "service_request.erased"

    request_id: str
    at: Instant
    by: str
    """Who erased it: posko, or the city."""


class ErasureOrdered(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Down: nobody may keep anything of the person behind this request any more.

    It waits like any event, and is sent again to a box that was restored from an older backup.
    """

    KIND: ClassVar[str] = "service_request.erasure_ordered"

    request_id: str
    at: Instant


class PhotoAttached(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Up: a resident's photo belongs to this request; its bytes follow when the city asks."""

    KIND: ClassVar[str] = "service_request.photo_attached"

    request_id: str
    sha256: str
    size_bytes: int
    media_type: str


class PhotoLost(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Up: the box does not have this photo any more, and the city has not got it."""

    KIND: ClassVar[str] = "service_request.photo_lost"

    request_id: str
    reason: Literal["shed", "missing"]
    """`shed`: the disk was full; `missing`: the file is gone."""


class PhotoSettled(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Down: the city wants no more of this photo, so the box may forget it."""

    KIND: ClassVar[str] = "service_request.photo_settled"

    request_id: str
    outcome: Literal["stored", "failed"]


class DocumentPublished(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Down: a document for residents; the box fetches its bytes, then the portal shows it."""

    KIND: ClassVar[str] = "document.published"

    document_id: str
    title: str
    sha256: str
    size_bytes: int
    media_type: str
    published_at: Instant


class DocumentWithdrawn(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Down: residents must not see this document any more."""

    KIND: ClassVar[str] = "document.withdrawn"

    document_id: str


class DocumentSettled(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Up: the box has a document whole, or has given up."""

    KIND: ClassVar[str] = "document.settled"

    document_id: str
    outcome: Literal["stored", "failed"]


class SoftwarePublished(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Down: the release that the box is to run; it fetches the file, proves and installs it."""

    KIND: ClassVar[str] = "software.published"

    version: str
    sha256: str
    size_bytes: int
    published_at: Instant
    not_before: Instant | None = None


class SoftwareWithdrawn(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Down: a box that has not installed this release yet is not to."""

    KIND: ClassVar[str] = "software.withdrawn"

    version: str


class BoxHeartbeat(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Up: how the box is doing; told every few minutes while the link is up, and after a change."""

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
    photos: dict[str, int] = {}
    """Photos that wait for the city: `count` and `bytes`."""
    acked_at: Instant | None = None
    """When the city last acknowledged anything, by the box's clock."""
    resends: int = 0
    """How often this run of the box has sent something again."""
    rejects: int = 0
    """Events that the city has set aside."""
    clock_source: str = "none"
    """Who set the box's clock."""
    acked_last_minute: int = 0
    """Events that the city has acknowledged in the minute before."""


class BoxAlarm(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Up: a part of the box keeps failing, or works again; each is told once for an episode."""

    KIND: ClassVar[str] = "box.alarm"

    part: Annotated[str, msgspec.Meta(pattern=r"\A[a-z0-9][a-z0-9@._-]{0,63}\Z")]
    """A unit of the box, like posko-portal."""
    state: Literal["raised", "cleared"]
    detail: Annotated[str, msgspec.Meta(max_length=200)]
    """For a technician; empty when cleared."""
    at: Instant


class WifiSessionClosed(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Up: a session of the WiFi has ended. It tells no name, address, page or lookup."""

    KIND: ClassVar[str] = "wifi.session_closed"

    session_id: str
    zone: str
    device: str
    """The device's hash under the salt of that day, which the box has deleted since."""
    terms_version: str
    """Of the terms that its user agreed to."""
    opened_at: Instant
    seconds: Annotated[int, msgspec.Meta(ge=0, le=366 * 86_400)]
    up_bytes: Annotated[int, msgspec.Meta(ge=0, le=2**53)]
    down_bytes: Annotated[int, msgspec.Meta(ge=0, le=2**53)]
    ended: Annotated[str, msgspec.Meta(min_length=1, max_length=20)]
    """A `wifi.Ending`."""


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


CommandId = Annotated[str, msgspec.Meta(pattern=r"\A[0-9A-Za-z_-]{1,64}\Z")]
Word = Annotated[str, msgspec.Meta(pattern=r"\A[a-z][a-z_]{0,39}\Z")]
DETAIL_MAX_CHARS = 4_000
CELL_MAX_CHARS = 1_000
TABLE_MAX_ROWS = 200
Row = Annotated[
    dict[Word, Annotated[str, msgspec.Meta(max_length=CELL_MAX_CHARS)]],
    msgspec.Meta(max_length=16),
]


class CommandIssued(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Down: the city orders the box to do something, once, before the order expires."""

    KIND: ClassVar[str] = "command.issued"

    command_id: CommandId
    name: Word
    args: Row
    issued_at: Instant
    """By the city's clock, as is the end of the command: `expires_s` later."""
    expires_s: Annotated[int, msgspec.Meta(ge=1, le=366 * 86_400)]


class CommandResult(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Up: what became of a command."""

    KIND: ClassVar[str] = "command.result"

    command_id: CommandId
    outcome: Annotated[str, msgspec.Meta(min_length=1, max_length=20)]
    """A `remote_command.Outcome`."""
    detail: Annotated[str, msgspec.Meta(max_length=DETAIL_MAX_CHARS)]
    """For people; of `report`, a JSON object."""
    at: Instant


class TablePublished(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Down: a whole table of the city; it replaces an older version at the box."""

    KIND: ClassVar[str] = "table.published"

    name: Word
    version: Annotated[int, msgspec.Meta(ge=1, le=2**53)]
    rows: Annotated[list[Row], msgspec.Meta(max_length=TABLE_MAX_ROWS)]


Event = (
    RequestReceived
    | BoxHeartbeat
    | RequestStatusChanged
    | CommandIssued
    | CommandResult
    | TablePublished
    | TextSettled
    | NoticeSettled
    | PhotoAttached
    | PhotoLost
    | PhotoSettled
    | DocumentPublished
    | DocumentWithdrawn
    | DocumentSettled
    | SoftwarePublished
    | SoftwareWithdrawn
    | RenewalAsked
    | FollowedUp
    | OfficialReplied
    | OfficialAnswered
    | StaffActed
    | StaffAnswered
    | TextAmended
    | WifiSessionClosed
    | BoxAlarm
    | RequestCorrected
    | ConsentChanged
    | RequestErased
    | ErasureOrdered
)

EVENT_TYPES: dict[str, type[Event]] = {
    RequestReceived.KIND: RequestReceived,
    BoxHeartbeat.KIND: BoxHeartbeat,
    RequestStatusChanged.KIND: RequestStatusChanged,
    CommandIssued.KIND: CommandIssued,
    CommandResult.KIND: CommandResult,
    TablePublished.KIND: TablePublished,
    TextSettled.KIND: TextSettled,
    NoticeSettled.KIND: NoticeSettled,
    PhotoAttached.KIND: PhotoAttached,
    PhotoLost.KIND: PhotoLost,
    PhotoSettled.KIND: PhotoSettled,
    DocumentPublished.KIND: DocumentPublished,
    DocumentWithdrawn.KIND: DocumentWithdrawn,
    DocumentSettled.KIND: DocumentSettled,
    SoftwarePublished.KIND: SoftwarePublished,
    SoftwareWithdrawn.KIND: SoftwareWithdrawn,
    RenewalAsked.KIND: RenewalAsked,
    FollowedUp.KIND: FollowedUp,
    OfficialReplied.KIND: OfficialReplied,
    OfficialAnswered.KIND: OfficialAnswered,
    StaffActed.KIND: StaffActed,
    StaffAnswered.KIND: StaffAnswered,
    TextAmended.KIND: TextAmended,
    WifiSessionClosed.KIND: WifiSessionClosed,
    BoxAlarm.KIND: BoxAlarm,
    RequestCorrected.KIND: RequestCorrected,
    ConsentChanged.KIND: ConsentChanged,
    RequestErased.KIND: RequestErased,
    ErasureOrdered.KIND: ErasureOrdered,
}
