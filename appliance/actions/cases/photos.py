"""A resident's photo: kept beside the database, told to the city, given up when room runs out.

The complaint never depends on it: whatever happens to a photo, the request stands.
"""

import logging
import sqlite3
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from appliance.domain import quota
from appliance.domain.blobs import Manifest
from appliance.domain.cases.photo import Photo
from appliance.domain.cases.service_request import OVER, ServiceRequest
from appliance.domain.events.files import PhotoAttached, PhotoLost, PhotoSettled
from appliance.domain.moment import Moment
from appliance.domain.privacy import sealing
from appliance.domain.privacy.sealing import Content, Holder
from appliance.store import blob_files
from appliance.store.archive import archive_documents
from appliance.store.box import software
from appliance.store.cases import photos, recordings, requests
from appliance.store.city import outbox
from appliance.store.database import transaction
from appliance.store.errors import Unavailable
from appliance.store.privacy import erasures
from appliance.store.public import documents
from blob_transfer.folder import Staged

log = logging.getLogger(__name__)

TAKEN_ABOVE_FREE_BYTES = 64 * 1024 * 1024
"""A photo is taken only if this much of the disk stays free."""
SHED_BELOW_FREE_BYTES = 32 * 1024 * 1024
"""Below this the photos go, oldest first: long before a complaint lacks room."""
LATE_FOR = timedelta(days=7)
"""A photo may be added to a request for so long."""
WAITING_MAX_BYTES = 1024 * 1024 * 1024
"""All photos that wait for the city: two hundred of the largest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StagedPhoto:
    """A photo on disk that no request has yet."""

    file: Staged
    manifest: Manifest


def stage(
    db: sqlite3.Connection,
    photo: Photo,
    now: Moment,
    *,
    origin: str | None,
    limit: quota.Quota,
    of: str = "",
    to: Holder | None = None,
) -> StagedPhoto | None:
    """Write a photo to disk, to be attached next; None when it cannot be taken now.

    `origin` and `limit` bound how many photos one device may leave. That of a confidential request
    (`of`: its id) is written only sealed, `to` whom the request is.
    """
    folder = blob_files.of(db)
    try:
        if folder.free_bytes() - len(photo.content) < TAKEN_ABOVE_FREE_BYTES:
            log.warning("no room for a photo free_kb=%s", folder.free_bytes() // 1024)
            return None
        if not _counts(db, f"photo:{origin}" if origin else None, limit, now):
            return None
        file = folder.stage(_sealed(photo, of, to, now) if to else photo.content)
    except (OSError, sqlite3.Error, Unavailable) as error:
        log.error("a photo could not be written reason=%s", error)
        return None
    media_type = sealing.MEDIA_TYPE if to else photo.media_type
    manifest = Manifest(sha256=file.sha256, size_bytes=file.size_bytes, media_type=media_type)
    return StagedPhoto(file=file, manifest=manifest)


def _sealed(photo: Photo, request_id: str, to: Holder, now: Moment) -> bytes:
    content = Content(request_id=request_id, at=now.wall, said="foto", media_type=photo.media_type)
    return sealing.seal_file(content, photo.content, to)


def _counts(db: sqlite3.Connection, origin: str | None, limit: quota.Quota, now: Moment) -> bool:
    """Count one photo of a device; False when it is one too many, or all are too many."""
    with transaction(db, leaves_reserve=True):
        if photos.waiting(db).size_bytes > WAITING_MAX_BYTES:
            return False
        if origin is None:
            return True
        attempts = requests.attempts_since(db, origin, now.wall - limit.window)
        if quota.check(limit, attempts, now.wall):
            return False
        requests.add_attempt(db, origin, now.wall)
        return True


def attach(
    db: sqlite3.Connection, request: ServiceRequest, staged: StagedPhoto, now: Moment
) -> bool:
    """Give a staged photo to a request, inside the caller's transaction; False if that failed.

    It is told in the lane of the request, after it. A request that has a photo keeps it, and one
    that is sealed takes no readable one.
    """
    request_id, manifest = request.id, staged.manifest
    if photos.state_of(db, request_id) is not None or erasures.of(db, request_id) is not None:
        return False
    if request.sealed and manifest.media_type != sealing.MEDIA_TYPE:
        log.warning("a photo was not sealed as its request is, and is not kept")
        return False
    try:
        blob_files.of(db).keep(staged.file)
    except OSError as error:
        log.error("a photo could not be kept reason=%s", error)
        return False
    photos.add(db, request_id, manifest, now.wall)
    event = PhotoAttached(
        request_id=request_id,
        sha256=manifest.sha256,
        size_bytes=manifest.size_bytes,
        media_type=manifest.media_type,
    )
    outbox.follow(db, request_id, event, now)
    return True


def takes_one(db: sqlite3.Connection, request: ServiceRequest, now: Moment) -> bool:
    """Whether a request may still be given a photo: it is open, of this week, and has had none."""
    is_of_this_week = now.wall < request.created_at + LATE_FOR
    return (
        is_of_this_week
        and request.status not in OVER
        and photos.state_of(db, request.id) is None
        and erasures.of(db, request.id) is None
    )


def add_later(
    db: sqlite3.Connection,
    request: ServiceRequest,
    photo: Photo,
    now: Moment,
    *,
    origin: str | None,
    limit: quota.Quota,
) -> bool:
    """Give a photo to a request that was sent without one; False where it cannot be taken.

    The caller has made sure that the sender is its reporter. Not for what is confidential.
    """
    staged = stage(db, photo, now, origin=origin, limit=limit)
    if staged is None:
        return False
    try:
        with transaction(db, leaves_reserve=True):
            return takes_one(db, request, now) and attach(db, request, staged, now)
    finally:
        discard(db, staged)


def discard(db: sqlite3.Connection, staged: StagedPhoto) -> None:
    """Forget a staged photo; harmless once it is attached."""
    blob_files.of(db).discard(staged.file)


def settled(db: sqlite3.Connection, event: PhotoSettled, now: Moment) -> None:
    """The city wants no more of a photo, inside the caller's transaction."""
    photos.set_state(db, event.request_id, event.outcome, now.wall)


def missing(db: sqlite3.Connection, sha256: str, now: Moment) -> bool:
    """The city asks for a photo that is not here (any more): tell it, once; True if so."""
    with transaction(db):
        lost = photos.not_lost(db, sha256)
        for request_id in lost:
            _lose(db, request_id, "missing", now)
    return bool(lost)


def shed(db: sqlite3.Connection, free_bytes: int, now: Moment) -> int:
    """Give up photos, the oldest first, while the disk is that low; return how many went.

    The file goes first: on a disk that is full to the last byte no row can be changed before.
    """
    folder, count = blob_files.of(db), 0
    while free_bytes < SHED_BELOW_FREE_BYTES and (photo := photos.oldest_waiting(db)):
        folder.remove(photo.sha256)
        free_bytes += photo.size_bytes
        with transaction(db):
            for request_id in photos.waiting_for(db, photo.sha256):
                _lose(db, request_id, "shed", now)
                log.error("the disk is low: a photo was given up request=%s", request_id)
                count += 1
    return count


def _lose(
    db: sqlite3.Connection, request_id: str, reason: Literal["shed", "missing"], now: Moment
) -> None:
    event = PhotoLost(request_id=request_id, reason=reason)
    photos.set_state(db, request_id, "lost", now.wall)
    outbox.follow(db, request_id, event, now)


def sweep(db: sqlite3.Connection) -> int:
    """Remove the files that no row names; a write transaction keeps others from adding some.

    Mostly there are none, and with a large archive looking takes long: so nobody waits for that.
    """
    folder = blob_files.of(db)
    try:
        if not folder.strays(*_needed(db)):
            return 0
        with transaction(db):
            return folder.sweep(*_needed(db))
    except OSError as error:
        log.error("files that nobody needs cannot be removed reason=%s", error)
        return 0


def _needed(db: sqlite3.Connection) -> tuple[set[str], set[str]]:
    """The names of files that are to be here, and which of them are still coming."""
    named = photos.files(db) | recordings.files(db) | archive_documents.files(db)
    named |= {document.file.sha256 for document in documents.in_state(db, "stored")}
    named |= software.files(db, "stored")
    coming = {document.file.sha256 for document in documents.in_state(db, "wanted")}
    coming |= software.files(db, "wanted")
    return named | coming, coming
