"""Large files: photos go up, documents and releases down; their bytes follow apart."""

from typing import ClassVar, Literal

import msgspec

from appliance.domain.events.instant import Instant


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
