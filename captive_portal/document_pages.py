"""Documents that the city has published, served from the box: the uplink may be dead.

Knows no page of requests. What may be served was checked by the city and by its hash.
"""

import sqlite3

from flask import render_template
from flask.typing import ResponseReturnValue

from appliance.domain.publishing import EXTENSIONS, file_name
from appliance.store import blob_files, documents
from appliance.store.errors import Unavailable
from web.database import db
from web.files import foreign_file
from web.security import public


def has_documents() -> bool:
    """Whether there is anything to list; no, where the store cannot be read just now."""
    try:
        return bool(documents.in_state(db(), "stored"))
    except (Unavailable, sqlite3.Error):
        return False


@public
def every() -> ResponseReturnValue:
    """The list, the newest first."""
    return _listed()


@public
def one(document_id: str) -> ResponseReturnValue:
    """One document, to be kept on the phone; the list in its place once it is taken back."""
    found = documents.stored(db(), document_id)
    if found is None or found.file.media_type not in EXTENSIONS:
        return _listed(is_gone=True), 404
    return foreign_file(
        blob_files.of(db()).file(found.file.sha256),
        media_type=found.file.media_type,
        name=file_name(found.title, found.file.media_type),
        etag=found.file.sha256,
        is_to_keep=True,
    )


def _listed(*, is_gone: bool = False) -> str:
    found = documents.in_state(db(), "stored")
    return render_template(
        "documents.html", documents=found, extensions=EXTENSIONS, is_gone=is_gone
    )
