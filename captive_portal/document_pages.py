"""Documents that residents may read, served from the box: the uplink may be dead.

Those of the kecamatan and those that the city has published stand in one list. Knows no page of
requests; what may be served was looked at when it was put in.
"""

import sqlite3

from flask import Flask, render_template, request
from flask.typing import ResponseReturnValue

from appliance.actions.archive import archiving
from appliance.domain.archive.card import RESIDENTS
from appliance.domain.archive.file import NAMES
from appliance.domain.archive.query import Asked, asked
from appliance.domain.archive.text import pieces
from appliance.domain.public.publishing import file_name
from appliance.store import blob_files
from appliance.store.archive import archive_documents, archive_search
from appliance.store.errors import Unavailable
from web.database import db
from web.files import foreign_file
from web.security import public


def add(app: Flask) -> None:
    """Register them."""
    app.add_url_rule("/dokumen", "documents", every)
    app.add_url_rule("/dokumen/<document_id>", "document", one)


def has_documents() -> bool:
    """Whether there is anything to list; no, where the store cannot be read just now."""
    try:
        return archive_search.has_any(db(), RESIDENTS)
    except (Unavailable, sqlite3.Error):
        return False


@public
def every() -> ResponseReturnValue:
    """The list, or what was looked for in it."""
    return _listed(asked(request.args))


@public
def one(document_id: str) -> ResponseReturnValue:
    """One document, to be kept on the phone; the list in its place once it is taken back."""
    found = archive_documents.by_id(db(), document_id, RESIDENTS)
    if found is None or found.state != "kept" or found.file.media_type not in NAMES:
        return _listed(asked({}), is_gone=True), 404
    return foreign_file(
        blob_files.of(db()).file(found.file.sha256),
        media_type=found.file.media_type,
        name=file_name(found.card.title, NAMES[found.file.media_type]),
        etag=found.file.sha256,
        is_to_keep=True,
    )


def _listed(what: Asked, *, is_gone: bool = False) -> str:
    found, is_whole = archiving.search(db(), what, RESIDENTS)
    return render_template(
        "documents.html",
        found=found,
        asked=what,
        is_whole=is_whole,
        names=NAMES,
        pieces=pieces,
        is_gone=is_gone,
    )
