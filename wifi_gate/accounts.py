"""The gate's side of the database: sessions wanted, and notes of what the kernel has made of them.

A connection that has failed is given up; the next one is opened by what may also salvage the file.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

from appliance.actions.box import health
from appliance.actions.wifi import wifi_leases
from appliance.domain.moment import Moment
from appliance.domain.wifi.sessions import Session
from appliance.store.commits import Listener
from appliance.store.connection import BoxConnection
from appliance.store.errors import Replaced
from appliance.store.wifi import wifi_sessions as wifi
from wifi_gate.ledger import Ledger

PROCESS = "gate"


@dataclass(frozen=True, slots=True)
class News:
    """All sessions that concern the gate, and the MACs that staff have blocked."""

    sessions: list[Session]
    blocked: set[str]


class Accounts:
    """Every method raises sqlite3.Error or PoskoError; call `give_up` then."""

    def __init__(self, open_database: Callable[[], BoxConnection]) -> None:
        self._open_database = open_database
        self._line: tuple[BoxConnection, Listener] | None = None

    @property
    def is_open(self) -> bool:
        """Whether there is a connection."""
        return self._line is not None

    def news(self, now: Moment) -> News | None:
        """What is wanted, if anybody has committed anything since the last time."""
        db, listener = self._open()
        if not db.gate.is_open():
            raise Replaced("the database was taken away or replaced by a salvaged one")
        if not listener.changed():
            return None
        return News(wifi.for_gate(db), {mac for mac, _, _ in wifi.blocked(db, now.wall)})

    def wait(self, timeout_s: float) -> None:
        """Sleep until somebody may have committed, for at most `timeout_s`."""
        if self._line is None:
            time.sleep(timeout_s)
        else:
            self._line[1].wait(timeout_s)

    def take_up(self, ledger: Ledger, now: Moment) -> None:
        """Write which sessions the kernel has begun to let through."""
        fresh = [one for one in ledger.open_leases() if not one.is_noted]
        if fresh:
            db, _ = self._open()
            wifi_leases.take_up(db, {one.session.id: one.slot for one in fresh}, now)
            for lease in fresh:
                lease.wrote(now)

    def record(self, ledger: Ledger, now: Moment) -> None:
        """Write what sessions have used, if it is time."""
        due = [one for one in ledger.open_leases() if one.is_due(now)]
        if due:
            db, _ = self._open()
            wifi_leases.record(db, [one.use(now) for one in due], now)
            for lease in due:
                lease.wrote(now)

    def close(self, ledger: Ledger, now: Moment) -> None:
        """Write which sessions the kernel has cut, and why."""
        ended = ledger.ended()
        if ended:
            db, _ = self._open()
            wifi_leases.close(db, {one.use(now): ending for one, ending in ended}, now)
            for lease, _ in ended:
                del ledger.leases[lease.session.id]

    def state(self, ledger: Ledger, problem: str, now: Moment, *, is_online: bool) -> None:
        """Tell how many are inside, whether the Internet is there, and what is wrong; empty:
        nothing."""
        stated = {
            "problem": problem,
            "sessions": ", ".join(f"{zone} {count}" for zone, count in ledger.census().items()),
            "internet": "up" if is_online else "down",
        }
        db, _ = self._open()
        health.state(db, PROCESS, stated, now)

    def give_up(self) -> None:
        """Forget a connection that has failed."""
        if self._line is not None:
            db, listener = self._line
            listener.close()
            db.close()
            self._line = None

    def _open(self) -> tuple[BoxConnection, Listener]:
        if self._line is None:
            db = self._open_database()
            self._line = db, Listener(db)
        return self._line
