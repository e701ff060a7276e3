"""What the modem hands to the actions: received messages, and what their senders want."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from appliance.domain.cases.service_request import Status
from appliance.domain.ids import Ticket
from appliance.domain.moment import Moment
from appliance.domain.phone import Msisdn


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedPart:
    """One TPDU as it came from the modem (3GPP TS 23.040); a single message has total 1."""

    fingerprint: str
    """SHA-256 in hex of the TPDU: the same TPDU delivered again is the same message."""
    tpdu: bytes
    sender: str
    concat_key: str | None = None
    """Same for all parts of one message (sender, reference, total); None for a single one."""
    total: int = 1
    part: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredPart:
    """A part as it lies in the store."""

    id: int
    tpdu: bytes
    sender: str
    concat_key: str | None
    total: int
    part: int
    boot_id: str | None
    """None for a message of one part, which waits for nothing."""
    mono_ms: int

    def waited(self, now: Moment) -> timedelta:
        """How long it has waited, at least: since this boot if it came before.

        The wall clock is not asked: somebody may have set it meanwhile.
        """
        since_ms = self.mono_ms if self.boot_id == now.boot_id else 0
        return timedelta(milliseconds=now.mono_ms - since_ms)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedSms:
    """A whole message, joined and decoded."""

    sender: str
    """As the network gave it: a number, a short code or a name."""
    phone: Msisdn | None
    """The sender as a phone that can be answered; None for short codes and names."""
    text: str
    part_ids: tuple[int, ...]
    sent_stamp: str = ""
    """When it was sent, as the network stamped it (TP-SCTS, hex): often wrong, only kept."""
    is_answerable: bool = True
    """False for what a machine seems to have written: it is kept, and never answered."""


class Wish(StrEnum):
    """What a resident may want of a ticket that exists; stored and sent, in the words they text."""

    CONFIRM = "sudah"
    """It is done."""
    DISPUTE = "belum"
    """It is not done."""
    ADD = "tambah"
    WITHDRAW = "batal"
    ERASE = "hapus"
    """Personal data are to be erased (UU 27/2022 art. 42-44)."""
    ACCESS = "data"
    """Personal data are to be shown (art. 32)."""
    CORRECT = "ubah"
    """Personal data are to be corrected (art. 30)."""
    SAFE = "aman"
    """When a victim may be called."""
    STOP = "stop"
    """No more news to this phone."""
    START = "mulai"
    """News again."""


@dataclass(frozen=True, slots=True)
class Report:
    """A new service request; free text is the rule."""

    text: str
    name: str | None = None
    """The sender's, where LAPOR#name#place#text gave it."""
    place: str | None = None
    is_explicit: bool = False
    """Whether a verb said that it is a report, so that it continues nothing."""


@dataclass(frozen=True, slots=True)
class CheckStatus:
    """CEK: the status of one ticket, or of the sender's last ones."""

    ticket: Ticket | None


@dataclass(frozen=True, slots=True)
class UnknownTicket:
    """Something that was meant to be a ticket number and is none."""

    typed: str


@dataclass(frozen=True, slots=True)
class FollowUp:
    """A word about a ticket of the sender's; without one, about the only one it can mean."""

    wish: Wish
    ticket: Ticket | None
    text: str
    """The whole message, or empty if it says nothing beside wish and ticket."""
    says_more: bool = False
    """Whether it holds words that do not go with the wish: its number may be no ticket then."""


@dataclass(frozen=True, slots=True)
class Mention:
    """A text that names a ticket and no wish: it belongs to it if the ticket is the sender's."""

    ticket: Ticket
    text: str
    complains: bool = False
    """Whether it may say that something is wrong, still or again; nothing of it is content."""


@dataclass(frozen=True, slots=True)
class OfficialReply:
    """What an official says of a request: its new status, or None for a remark alone."""

    status: Status | None
    ticket: Ticket | None
    """None for the only one that waits for this official."""
    text: str
    otherwise: "Command"
    """What it means where it is about no request of his: officials are residents, too."""


@dataclass(frozen=True, slots=True)
class Picture:
    """Somebody has sent a picture (MMS), of which only the notice reaches us."""


@dataclass(frozen=True, slots=True)
class Stop:
    """STOP: no more news, only answers."""


@dataclass(frozen=True, slots=True)
class Start:
    """MULAI: news again after STOP."""


@dataclass(frozen=True, slots=True)
class Help:
    """BANTUAN: how to use the service."""


@dataclass(frozen=True, slots=True)
class Ignore:
    """Kept, but neither a request nor to be answered; the reason is stored."""

    reason: str


Command = (
    Report
    | CheckStatus
    | UnknownTicket
    | FollowUp
    | Mention
    | OfficialReply
    | Picture
    | Start
    | Stop
    | Help
    | Ignore
)
