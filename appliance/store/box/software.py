"""The release that the city wants this box to run."""

import sqlite3
from dataclasses import dataclass
from datetime import datetime

from appliance.domain.blobs import UPDATE_TYPE, Manifest
from appliance.domain.moment import from_ms, to_ms


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What is offered, and how far it has come: wanted, stored or failed."""

    version: str
    file: Manifest
    state: str
    not_before: datetime | None


def offer(
    db: sqlite3.Connection, version: str, file: Manifest, not_before: datetime | None, at: datetime
) -> None:
    """Want a release in place of whatever was wanted."""
    db.execute("DELETE FROM software")
    db.execute(
        "INSERT INTO software VALUES (?, ?, ?, 'wanted', ?, ?)",
        (version, file.sha256, file.size_bytes, not_before and to_ms(not_before), to_ms(at)),
    )


def withdraw(db: sqlite3.Connection, version: str) -> None:
    """Want a release no more; its file goes with the next sweep."""
    db.execute("DELETE FROM software WHERE version = ?", (version,))


def settle(db: sqlite3.Connection, sha256: str, state: str, at: datetime) -> None:
    """Say how fetching it ended, or that it must be fetched again."""
    db.execute(
        "UPDATE software SET state = ?, updated_at_ms = ? WHERE sha256 = ?",
        (state, to_ms(at), sha256),
    )


def offered(db: sqlite3.Connection) -> Offer | None:
    """What is offered now."""
    row = db.execute("SELECT * FROM software").fetchone()
    if row is None:
        return None
    file = Manifest(sha256=row["sha256"], size_bytes=row["size_bytes"], media_type=UPDATE_TYPE)
    until = row["not_before_ms"]
    return Offer(
        version=row["version"],
        file=file,
        state=row["state"],
        not_before=None if until is None else from_ms(until),
    )


def files(db: sqlite3.Connection, state: str) -> set[str]:
    """The file that is to be here, if its release is in this state."""
    offer = offered(db)
    return {offer.file.sha256} if offer and offer.state == state else set()
