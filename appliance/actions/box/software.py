"""The release that the city wants: wanted, fetched, and laid where `posko-update` looks.

Nothing here believes the file: `posko-update`, as root, proves that a release key has signed it.
"""

import contextlib
import logging
import os
import re
import sqlite3
from pathlib import Path

from appliance.domain.blobs import UPDATE_TYPE, Manifest
from appliance.domain.box.software import SUFFIX, VERSION_PATTERN
from appliance.domain.errors import BadInput
from appliance.domain.events.files import SoftwarePublished, SoftwareWithdrawn
from appliance.domain.moment import Moment
from appliance.store import blob_files
from appliance.store.box import software
from appliance.store.box.software import Offer
from appliance.store.connection import BoxConnection
from appliance.store.database import transaction

log = logging.getLogger(__name__)

FOLDER = "software"
"""Beside the database."""


def told(db: sqlite3.Connection, event: SoftwarePublished | SoftwareWithdrawn, now: Moment) -> None:
    """Want a release or want it no more, inside the caller's transaction; raises BadInput for what
    cannot be one.
    """
    if isinstance(event, SoftwareWithdrawn):
        software.withdraw(db, event.version)
        return
    if not re.match(VERSION_PATTERN, event.version):
        raise BadInput(f"{event.version[:80]!r} is not a version")
    file = Manifest(sha256=event.sha256, size_bytes=event.size_bytes, media_type=UPDATE_TYPE)
    software.offer(db, event.version, file, event.not_before, now.wall)


def fetched(db: sqlite3.Connection, sha256: str, now: Moment, *, is_stored: bool) -> None:
    """The file is here whole, or will never be."""
    with transaction(db):
        software.settle(db, sha256, "stored" if is_stored else "failed", now.wall)


def keep_house(db: sqlite3.Connection, installed: str, now: Moment) -> dict[str, str]:
    """Forget what runs already, fetch what is gone, and lay out what may be installed by now;
    return what to say of it. The file is a second name of the one that was fetched.
    """
    offer = software.offered(db)
    if offer and offer.version == installed:
        with transaction(db):
            software.withdraw(db, offer.version)
        offer = None
    folder = blob_files.of(db)
    if offer and offer.state == "stored" and not folder.has(offer.file.sha256):
        with transaction(db):
            software.settle(db, offer.file.sha256, "wanted", now.wall)
        offer = software.offered(db)
    try:
        _lay_out(db, offer, now)
    except OSError as error:
        log.error("an update cannot be laid out reason=%s", error)
    return {"from_city": f"{offer.version} {offer.state}" if offer else ""}


def _lay_out(db: sqlite3.Connection, offer: Offer | None, now: Moment) -> None:
    assert isinstance(db, BoxConnection)
    home = db.path.parent / FOLDER
    wanted: Path | None = None
    if offer and offer.state == "stored" and (offer.not_before or now.wall) <= now.wall:
        wanted = home / f"{offer.version}-{offer.file.sha256[:16]}{SUFFIX}"
        home.mkdir(mode=0o750, exist_ok=True)
        with contextlib.suppress(FileExistsError):
            os.link(blob_files.of(db).file(offer.file.sha256), wanted)
    for other in home.glob(f"*{SUFFIX}"):
        if other != wanted:
            other.unlink()
