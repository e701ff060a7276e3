"""The lives of an SMS daemon on one simulated modem, in virtual time.

Driver, machine, mailbox and database are the real ones. `Line` stands for the serial port, and
outlives each daemon as the modem does, with what was written to it.
"""

import threading
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

from appliance.domain.moment import Moment
from appliance.store.database import connect, transaction
from modem.driver import Driver
from modem.machine import Machine
from modem.mailbox import SmsMailbox
from tests.support.line_killer import dies_before

_START = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
_IDLE_S, _ANSWER_S = 0.05, 0.01
_LONGEST_LIFE_S = 400.0
STEPS = [
    step.__code__
    for step in (Driver._write, Driver._deliver, Driver._perform, transaction.__wrapped__)
]
"""Between any two lines of these at most one byte string is written, or one commit made."""


class Line:
    """A serial port with a clock; opening it drops what nobody has read, as pyserial does."""

    def __init__(self, modem) -> None:
        self.modem = modem
        self.now_s = 1000.0
        self.planned: list[tuple[float, Callable[[], None]]] = []
        self._written, self._unread = bytearray(), bytearray()

    def plan(self, after_s: float, act: Callable[[], None]) -> None:
        """Let something happen later; plan in order."""
        self.planned.append((self.now_s + after_s, act))

    def turn(self) -> None:
        """Carry what was written to the modem, and back what it says to that."""
        while self.planned and self.planned[0][0] <= self.now_s:
            self.planned.pop(0)[1]()
        written, self._written = bytes(self._written), bytearray()
        said = self.modem.update(self.now_s, written)
        self._unread += said
        self.now_s += _ANSWER_S if said or written else _IDLE_S

    def pass_time(self, seconds: float) -> None:
        """Let the modem talk to nobody."""
        until_s = self.now_s + seconds
        while self.now_s < until_s:
            self.turn()

    def open(self, device: str) -> "Line":
        self._unread.clear()
        return self

    @property
    def in_waiting(self) -> int:
        return len(self._unread)

    def read(self, size: int) -> bytes:
        if not self._unread:
            self.turn()
        data = bytes(self._unread[:size])
        del self._unread[:size]
        return data

    def write(self, data: bytes) -> int:
        self._written += data
        return len(data)

    def close(self) -> None:
        """The modem does not notice."""


class SmsLives:
    """A box whose SMS daemon lives until it is told to stop, or is killed."""

    def __init__(self, path: Path, line: Line) -> None:
        self._path, self._line = path, line
        self._ids = count(1)
        self._db = connect(path)

    def close(self) -> None:
        self._db.close()

    def live(self, is_over: Callable[[], bool]) -> None:
        """Run a daemon until then."""
        stop, last_s = threading.Event(), self._line.now_s + _LONGEST_LIFE_S
        with closing(connect(self._path)) as db:
            mailbox = SmsMailbox(
                db,
                now=self._now,
                new_id=lambda: f"00000000-0000-7000-8000-{next(self._ids):012d}",
                first_reference=0,
                clock=lambda: self._line.now_s,
            )
            mailbox.recover()
            driver = Driver(
                device="modem",
                machine=Machine(),
                mailbox=mailbox,
                open_device=self._line.open,
                clock=lambda: self._line.now_s,
            )

            def turn() -> None:
                mailbox.act()
                if is_over():
                    stop.set()
                assert self._line.now_s < last_s, "it never settles"

            driver.run(stop, on_turn=turn)

    def die(self, step: int, is_over: Callable[[], bool]) -> bool:
        """Run a daemon that is killed before its n-th step; False if it was over before that."""
        return dies_before(step, lambda: self.live(is_over), STEPS)

    def query(self, sql: str) -> list[tuple]:
        """What the database says."""
        return [tuple(row) for row in self._db.execute(sql)]

    def _now(self) -> Moment:
        passed_s = self._line.now_s
        return Moment(
            wall=_START + timedelta(seconds=passed_s),
            boot_id="first boot",
            mono_ms=int(passed_s * 1000),
        )
