"""Where the files lie that are too large for the database: in a folder beside it."""

import sqlite3
from pathlib import Path

from appliance.store.connection import BoxConnection
from appliance.store.files import beside
from blob_transfer.folder import Folder


def of(db: sqlite3.Connection) -> Folder:
    """The folder that belongs to the database of this connection."""
    assert isinstance(db, BoxConnection), "only connections of `connect` have a folder"
    return at(db.path)


def at(path: Path) -> Folder:
    """The folder that belongs to the database at this path."""
    return Folder(beside(path, ".blobs"))
