"""What is told of the free WiFi."""

from typing import Annotated, ClassVar

import msgspec

from appliance.domain.events.instant import Instant


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
    """A `wifi.sessions.Ending`."""
