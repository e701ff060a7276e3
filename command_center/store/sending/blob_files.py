"""Where the city's large files lie: beside its database, or in the folder that settings name."""

import logging

from sqlalchemy import Engine

from appliance.domain.ids import SiteCode
from blob_transfer.folder import Folder
from command_center.store.database import folder_of, writing
from command_center.store.fleet import software
from command_center.store.receiving import photos
from command_center.store.sending import documents

log = logging.getLogger(__name__)


def of(engine: Engine, site: SiteCode | None = None) -> Folder:
    """The folder that belongs to this database, with the parts that come from a site."""
    return Folder(folder_of(engine), peer=str(site or ""))


def sweep(engine: Engine) -> int:
    """Remove the files that no row names; a write transaction keeps others from adding some."""
    with writing(engine) as connection:
        coming = photos.files(connection, "wanted")
        named = photos.files(connection, "stored") | documents.files(connection)
        named |= software.files(connection)
        try:
            return of(engine).sweep(named | coming, coming)
        except OSError as error:
            log.error("files that nobody needs cannot be removed reason=%s", error)
            return 0
