"""One SQLite connection per request, opened when first asked for and closed with the request.

Knows `sqlite3.Connection` as a thing to close; SQL and schema belong to whoever hands `connect` in.
"""

import sqlite3
from collections.abc import Callable
from typing import cast

from flask import Flask, current_app, g

Connect = Callable[[], sqlite3.Connection]


def open_per_request(app: Flask, connect: Connect) -> None:
    """Make `db()` work inside requests of `app`."""
    app.extensions["posko_connect"] = connect
    app.teardown_appcontext(_close)


def db() -> sqlite3.Connection:
    """The connection of the present request."""
    if "db" not in g:
        g.db = cast("Connect", current_app.extensions["posko_connect"])()
    return cast("sqlite3.Connection", g.db)


def _close(_error: BaseException | None) -> None:
    connection: sqlite3.Connection | None = g.pop("db", None)
    if connection is not None:
        connection.close()
