"""Documents that the city has published, served from the box: the uplink may be dead.

Knows no page of requests. What may be served was checked by the city and by its hash.
"""

import sqlite3
from pathlib import Path

from flask import Response, abort, render_template, send_file
from flask.typing import ResponseReturnValue

from appliance.domain.publishing import EXTENSIONS, file_name
from appliance.store import blob_files, documents
from appliance.store.errors import Unavailable
from web.database import db
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
    found = documents.in_state(db(), "stored")
    return render_template("documents.html", documents=found, extensions=EXTENSIONS)


@public
def one(document_id: str) -> ResponseReturnValue:
    """One document, to be kept on the phone."""
    found = documents.stored(db(), document_id)
    if found is None or found.file.media_type not in EXTENSIONS:
        abort(404)
    path: Path = blob_files.of(db()).file(found.file.sha256)
    if not path.exists():
        abort(404)
    response: Response = send_file(
        path.resolve(),
        mimetype=found.file.media_type,
        as_attachment=True,
        download_name=file_name(found.title, found.file.media_type),
        etag=found.file.sha256,
    )
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
