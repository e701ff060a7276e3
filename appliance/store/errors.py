"""Why the store cannot be used now. All of them pass: a resident is asked to try again."""

import sqlite3

from appliance.domain.errors import PoskoError


class Unavailable(PoskoError):
    """Nothing was stored; trying again later may work."""


class Missing(Unavailable, FileNotFoundError):
    """There is no database: it is being salvaged, or was never made."""


class Replaced(Unavailable, RuntimeError):
    """The database was set aside and replaced under a running process, which must start again."""


class Locked(Unavailable, sqlite3.OperationalError):
    """Another process has written for longer than anybody waits."""


class StoreFull(Unavailable, OSError):
    """The disk is full; the message says what to do."""
