"""Residents' photos: one a request, waiting until the city has it."""

import sqlite3
from dataclasses import dataclass
from datetime import datetime

from appliance.domain.blobs import Manifest
from appliance.domain.moment import to_ms


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """What has not reached the city yet."""

    count: int
    size_bytes: int


def add(db: sqlite3.Connection, request_id: str, photo: Manifest, at: datetime) -> bool:
    """Attach a photo; False if the request has one already."""
    added = db.execute(
        """
        INSERT INTO photos
            (request_id, sha256, size_bytes, media_type, created_at_ms, updated_at_ms)
        VALUES (:request_id, :sha256, :size_bytes, :media_type, :at_ms, :at_ms)
        ON CONFLICT (request_id) DO NOTHING
        """,
        {
            "request_id": request_id,
            "sha256": photo.sha256,
            "size_bytes": photo.size_bytes,
            "media_type": photo.media_type,
            "at_ms": to_ms(at),
        },
    )
    return bool(added.rowcount)


def state_of(db: sqlite3.Connection, request_id: str) -> str | None:
    """What became of a request's photo; None if it never had one."""
    row = db.execute("SELECT state FROM photos WHERE request_id = ?", (request_id,)).fetchone()
    return row["state"] if row else None


def file_of(db: sqlite3.Connection, request_id: str) -> Manifest | None:
    """The file of a request's photo, while it is still here."""
    row = db.execute(
        """
        SELECT sha256, size_bytes, media_type FROM photos
        WHERE request_id = ? AND state = 'waiting'
        """,
        (request_id,),
    ).fetchone()
    return Manifest(**row) if row else None


def set_state(db: sqlite3.Connection, request_id: str, state: str, at: datetime) -> bool:
    """Say what became of a photo; False if nothing is known of it."""
    changed = db.execute(
        "UPDATE photos SET state = ?, updated_at_ms = ? WHERE request_id = ?",
        (state, to_ms(at), request_id),
    )
    return bool(changed.rowcount)


def waiting(db: sqlite3.Connection) -> Waiting:
    """How many photos wait for the city, and how large they are together."""
    row = db.execute(
        "SELECT count(*), coalesce(sum(size_bytes), 0) FROM photos WHERE state = 'waiting'"
    ).fetchone()
    return Waiting(count=row[0], size_bytes=row[1])


def files(db: sqlite3.Connection) -> set[str]:
    """The names of the files that must be kept."""
    rows = db.execute("SELECT sha256 FROM photos WHERE state = 'waiting'")
    return {row["sha256"] for row in rows}


def oldest_waiting(db: sqlite3.Connection) -> Manifest | None:
    """The photo that has waited longest."""
    row = db.execute(
        """
        SELECT sha256, size_bytes, media_type FROM photos WHERE state = 'waiting'
        ORDER BY created_at_ms, request_id LIMIT 1
        """
    ).fetchone()
    return Manifest(**row) if row else None


def waiting_for(db: sqlite3.Connection, sha256: str) -> list[str]:
    """The requests whose photo is this file, and waits for the city."""
    rows = db.execute(
        "SELECT request_id FROM photos WHERE sha256 = ? AND state = 'waiting'", (sha256,)
    )
    return [row["request_id"] for row in rows]


def not_lost(db: sqlite3.Connection, sha256: str) -> list[str]:
    """The requests that have this photo, as far as they have not been told to have lost it."""
    rows = db.execute(
        "SELECT request_id FROM photos WHERE sha256 = ? AND state != 'lost'", (sha256,)
    )
    return [row["request_id"] for row in rows]
