"""What the modem hands to the actions: received messages, and what their senders want."""

from dataclasses import dataclass
from datetime import datetime

from appliance.domain.ids import Ticket
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
    received_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedSms:
    """A whole message, joined and decoded."""

    sender: str
    """As the network gave it: a number, a short code or a name."""
    phone: Msisdn | None
    """The sender as a phone that can be answered; None for short codes and names."""
    text: str
    part_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """A new service request; free text is the rule."""

    text: str


@dataclass(frozen=True, slots=True)
class CheckStatus:
    """CEK: the status of one ticket, or of the sender's last ones."""

    ticket: Ticket | None


@dataclass(frozen=True, slots=True)
class UnknownTicket:
    """CEK with something that is not a ticket number."""

    typed: str


@dataclass(frozen=True, slots=True)
class Help:
    """BANTUAN: how to use the service."""


@dataclass(frozen=True, slots=True)
class Ignore:
    """Kept, but neither a request nor to be answered; the reason is stored."""

    reason: str


Command = Report | CheckStatus | UnknownTicket | Help | Ignore
