"""What may be known of a person."""

from typing import ClassVar

import msgspec

from appliance.domain.events.instant import Instant


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
