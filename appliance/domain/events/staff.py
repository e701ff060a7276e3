"""What officials and staff of the kecamatan want of a request; the city decides, and answers."""

from typing import ClassVar, Literal

import msgspec

from appliance.domain.events.instant import Instant


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
    """A `staff.action.Act`: koreksi, status, disposisi, gabung, lepas."""
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
