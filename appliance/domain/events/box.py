"""How a box is, and what it asks for itself."""

from typing import Annotated, ClassVar, Literal

import msgspec

from appliance.domain.events.instant import Instant


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


class RenewalAsked(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Up: the box's certificate will soon end; it has made a new key and asks for another."""

    KIND: ClassVar[str] = "credential.renewal_asked"

    csr: str
    """PKCS #10, as PEM."""
