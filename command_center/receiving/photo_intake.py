"""Photos of residents at the city: wanted when a box tells of one, settled when its file is here.

Functions that take a connection run inside the caller's transaction. However a photo ends, its box
is told by an event, so that it may forget its file.
"""

import logging
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine

from appliance.domain.blobs import Manifest
from appliance.domain.errors import BadInput
from appliance.domain.events.files import PhotoAttached, PhotoSettled
from appliance.domain.ids import SiteCode
from command_center.store.cases import requests
from command_center.store.database import writing
from command_center.store.privacy import erasures
from command_center.store.receiving import photos
from command_center.store.sending import downlinks

log = logging.getLogger(__name__)

WANTED_FOR = timedelta(days=30)
"""After this time nobody acts on the photo any more."""


def attach(connection: Connection, site: SiteCode, event: PhotoAttached, now: datetime) -> None:
    """Want the photo of a request; raises BadInput for what cannot be one, and tells the box."""
    try:
        file = Manifest(
            sha256=event.sha256, size_bytes=event.size_bytes, media_type=event.media_type
        )
        if requests.owners(connection, [event.request_id]).get(event.request_id) != site:
            raise BadInput("no such request of this site")
    except BadInput:
        _tell(connection, site, event.request_id, is_stored=False, now=now)
        raise
    if erasures.of(connection, event.request_id) is not None:
        _tell(connection, site, event.request_id, is_stored=False, now=now)
        return
    known = photos.by_request(connection, event.request_id)
    if known is None:
        photos.add(connection, site, event.request_id, file, now)
    elif known.state in ("stored", "failed"):
        _tell(connection, site, event.request_id, is_stored=known.state == "stored", now=now)


def fetched(engine: Engine, site: SiteCode, sha256: str, now: datetime, *, is_stored: bool) -> None:
    """A file is here whole, or will never be."""
    with writing(engine) as connection:
        state = "stored" if is_stored else "failed"
        for request_id in photos.settle(connection, site, sha256, state, now):
            _tell(connection, site, request_id, is_stored=is_stored, now=now)


def give_up_old(engine: Engine, now: datetime) -> int:
    """Want no more what has not come for a month; return how many photos that were."""
    with writing(engine) as connection:
        old = photos.wanted_before(connection, now - WANTED_FOR)
        for photo in old:
            log.error("a photo never came site=%s request=%s", photo.site, photo.request_id)
            for request_id in photos.settle(
                connection, photo.site, photo.file.sha256, "failed", now
            ):
                _tell(connection, photo.site, request_id, is_stored=False, now=now)
    return len(old)


def _tell(
    connection: Connection, site: SiteCode, request_id: str, *, is_stored: bool, now: datetime
) -> None:
    event = PhotoSettled(request_id=request_id, outcome="stored" if is_stored else "failed")
    downlinks.append(connection, site, event, subject=request_id, now=now)
