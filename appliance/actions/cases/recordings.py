"""A resident's voice from the kiosk: kept beside the database, and never sent to the city.

The report never depends on it.
"""

import logging
import sqlite3
from dataclasses import dataclass

from appliance.actions.cases import photos
from appliance.domain.cases.service_request import Sensitivity, ServiceRequest
from appliance.domain.moment import Moment
from appliance.store import blob_files
from appliance.store.cases import recordings
from appliance.store.cases.recordings import Recording
from appliance.store.database import transaction
from blob_transfer.folder import Staged

log = logging.getLogger(__name__)

TOTAL_MAX_BYTES = 256 * 1024 * 1024
"""All recordings: four hundred of the largest, a thousand of a whole minute."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StagedRecording:
    """A voice on disk that no request has yet."""

    file: Staged
    seconds: int


def stage(db: sqlite3.Connection, content: bytes, seconds: int) -> StagedRecording | None:
    """Write a voice to disk, to be attached next; None when it cannot be taken now."""
    folder = blob_files.of(db)
    try:
        is_full = recordings.total_bytes(db) + len(content) > TOTAL_MAX_BYTES
        if is_full or folder.free_bytes() - len(content) < photos.TAKEN_ABOVE_FREE_BYTES:
            log.warning("no room for a recording; write down those that wait at the desk")
            return None
        return StagedRecording(file=folder.stage(content), seconds=seconds)
    except (OSError, sqlite3.Error) as error:
        log.error("a recording could not be written reason=%s", error)
        return None


def attach(
    db: sqlite3.Connection, request: ServiceRequest, staged: StagedRecording, now: Moment
) -> None:
    """Give a staged voice to its new request, inside the caller's transaction.

    What is confidential has none: nothing readable of it is kept at the box.
    """
    if request.sensitivity is Sensitivity.CONFIDENTIAL:
        log.warning("a recording of a confidential report is not kept")
        return
    try:
        blob_files.of(db).keep(staged.file)
        is_kept = True
    except OSError as error:
        log.error("a recording could not be kept reason=%s", error)
        is_kept = False
    voice = Recording(
        request_id=request.id,
        sha256=staged.file.sha256,
        size_bytes=staged.file.size_bytes,
        seconds=staged.seconds,
        state="waiting" if is_kept else "lost",
        created_at=now.wall,
    )
    recordings.add(db, voice)


def discard(db: sqlite3.Connection, staged: StagedRecording) -> None:
    """Forget a staged voice; harmless once it is attached."""
    blob_files.of(db).discard(staged.file)


def lose(db: sqlite3.Connection, request_id: str, now: Moment) -> None:
    """Say that the file of a voice is not here (any more)."""
    log.error("the file of a recording is gone request=%s", request_id)
    with transaction(db):
        recordings.set_state(db, request_id, "lost", now.wall)
