"""Leases on PostgreSQL: session locks, free the moment their holder's connection is gone.

What they guard is done once at a time anyway (`postgresql.hold_sites`); they only divide the work.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum

from sqlalchemy import Connection, Engine, text

from command_center.store import postgresql

_OURS = 0x706F7300
"""First half of the locks, with the kind; the second is a number."""
_TRY = text("SELECT pg_try_advisory_lock(:kind, :number)")
_GIVE = text("SELECT pg_advisory_unlock(:kind, :number)")
_HELD = text(
    "SELECT objid FROM pg_locks WHERE locktype = 'advisory' AND classid = :kind AND objsubid = 2 "
    "AND granted "
    "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)


class Lease(IntEnum):
    """What is leased."""

    RECEIVER = 1
    """A receiver of this number runs."""
    SHARE = 2
    """The boxes of this share are served."""
    CHORES = 3
    """What only one does (number 0)."""
    CARD = 4
    """Making the report card of a day (number 0)."""


def held(connection: Connection, kind: Lease) -> set[int]:
    """The numbers that anybody holds."""
    return set(connection.scalars(_HELD, {"kind": _OURS + kind}))


class Leases:
    """Those of one program, on a connection of its own; each raises OperationalError when the
    server is gone, and with it every lease."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._connection: Connection | None = None

    def take(self, kind: Lease, number: int = 0) -> bool:
        """Try to get a lease; True if nobody else has it."""
        return bool(self._ask().scalar(_TRY, {"kind": _OURS + kind, "number": number}))

    def give(self, kind: Lease, number: int = 0) -> None:
        """Give a lease back."""
        self._ask().scalar(_GIVE, {"kind": _OURS + kind, "number": number})

    def held(self, kind: Lease) -> set[int]:
        """The numbers that anybody holds."""
        return held(self._ask(), kind)

    def drop(self) -> None:
        """Give all back; the next question opens a new connection."""
        connection, self._connection = self._connection, None
        if connection is not None:
            if not connection.invalidated:
                connection.detach()  # not for the pool: its locks would go on
            connection.close()

    def _ask(self) -> Connection:
        if self._connection is None:
            self._connection = self._engine.connect().execution_options(
                isolation_level="AUTOCOMMIT"
            )
        return self._connection


@contextmanager
def alone(engine: Engine, kind: Lease) -> Iterator[bool]:
    """Whether no other program does this meanwhile; a database that is a file has but one."""
    if not postgresql.is_behind(engine):
        yield True
        return
    leases = Leases(engine)
    try:
        yield leases.take(kind)
    finally:
        leases.drop()
