"""What became of an SMS."""

from typing import ClassVar, Literal

import msgspec

from appliance.domain.events.instant import Instant

FinalState = Literal["delivered", "failed", "uncertain", "expired"]
"""Of an SMS; `uncertain` may still become another."""


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
