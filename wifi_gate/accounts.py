"""The gate's side of the database: sessions wanted, and notes of what the kernel has made of them.

A connection that has failed is given up; the next one is opened by what may also salvage the file.
"""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass

from appliance.actions import health, wifi_leases
from appliance.domain.moment import Moment
from appliance.domain.wifi import Session
from appliance.store import wifi
from appliance.store.connection import BoxConnection
from appliance.store.database import Watcher
from appliance.store.errors import Replaced
from wifi_gate.ledger import Ledger

PROCESS = "gate"


@dataclass(frozen=True, slots=True)
class News:
    """All sessions that concern the gate, and the MACs that staff have blocked."""

    sessions: list[Session]
    blocked: set[str]


class Accounts:
    """Every method raises sqlite3.Error or PoskoError; call `give_up` then."""

    def __init__(self, open_database: Callable[[], sqlite3.Connection]) -> None:
        self._open_database = open_database
        self._line: tuple[sqlite3.Connection, Watcher] | None = None

    @property
    def is_open(self) -> bool:
        """Whether there is a connection."""
        return self._line is not None

    def news(self, now: Moment) -> News | None:
        """What is wanted, if anybody has committed anything since the last time."""
        db, watcher = self._open()
        if isinstance(db, BoxConnection) and not db.gate.is_open():
            raise Replaced("the database was replaced by a salvaged one")
        if not watcher.changed():
            return None
        return News(wifi.for_gate(db), {mac for mac, _, _ in wifi.blocked(db, now.wall)})

    def note(self, ledger: Ledger, now: Moment) -> None:
        """Write what the kernel now does: sessions taken up, used, closed."""
        db, _ = self._open()
        leases = list(ledger.leases.values())
        if fresh := [one for one in leases if not one.is_noted and one.ending is None]:
            wifi_leases.take_up(db, {one.session.id: one.slot for one in fresh}, now)
        closed = [one for one in leases if one.ending is not None]
        if closed:
            wifi_leases.close(db, {one.use(now): one.ending for one in closed if one.ending}, now)
        due = [one for one in leases if one.ending is None and one.is_due(now)]
        if due:
            wifi_leases.record(db, [one.use(now) for one in due], now)
        for one in (*fresh, *due):
            one.wrote(now)
        for one in closed:
            del ledger.leases[one.session.id]

    def state(self, problem: str, now: Moment) -> None:
        """Tell `posko status` what is wrong; empty: nothing."""
        db, _ = self._open()
        health.state(db, PROCESS, {"problem": problem}, now)

    def give_up(self) -> None:
        """Forget a connection that has failed."""
        if self._line is not None:
            self._line[0].close()
            self._line = None

    def _open(self) -> tuple[sqlite3.Connection, Watcher]:
        if self._line is None:
            db = self._open_database()
            self._line = db, Watcher(db)
        return self._line
