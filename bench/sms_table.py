"""One modem and one daemon on a folder of their own, and the table of what was measured."""

import itertools
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.sim.control import ModemControl
from tests.sim.running import running_modem
from tests.support.sms_daemons import SmsDaemon

LANDLINE = "0761{:06d}"
"""Posko answers no landline: nothing goes out while incoming messages are measured."""
VENDOR = "m95"
"""A modem that does not tell when it is full: one such line stops gammu-smsd."""
_READY_S = 30.0
_WIDTH = 46


class Bench:
    """Sends numbered texts to the box and counts what its daemon took in."""

    def __init__(self, modem: ModemControl, daemon: SmsDaemon) -> None:
        self.modem, self.daemon = modem, daemon
        self.expected: list[str] = []
        self._numbers = itertools.count(1)

    def sms(self, text: str = "", *, sender: str = "", **options: object) -> None:
        """Let somebody write; each call is another person and another text."""
        number = next(self._numbers)
        self.expected.append(text or f"Laporan {number}: got mampet di RT {number}")
        self.modem.sms(sender or LANDLINE.format(number), self.expected[-1], **options)

    def get_ready(self) -> None:
        """Start the daemon and wait until a first message is through."""
        self.daemon.start()
        self.sms()
        self.wait(lambda: self.daemon.count() >= 1, _READY_S)

    @staticmethod
    def wait(condition: Callable[[], object], limit_s: float, poll_s: float = 0.01) -> float | None:
        """Return the seconds until the condition held, or None."""
        begin = time.monotonic()
        while not condition():
            if time.monotonic() - begin > limit_s:
                return None
            time.sleep(poll_s)
        return time.monotonic() - begin

    def is_complete(self) -> bool:
        """Whether every expected text is in."""
        return not Counter(self.expected) - Counter(self.daemon.received())

    def balance(self) -> tuple[int, int]:
        """How many expected texts are missing, and how many are there again."""
        received = Counter(self.daemon.received())
        lost = sum(not received[text] for text in self.expected)
        return lost, sum(max(0, received[text] - 1) for text in self.expected)

    def commands(self) -> int:
        """AT commands so far."""
        count: int = self.modem.audit()["commands"]
        return count


@contextmanager
def bench(kind: type[SmsDaemon], capacity: int = 20) -> Iterator[Bench]:
    """Run a modem of `capacity` slots a memory, and prepare a daemon."""
    with tempfile.TemporaryDirectory(prefix="bench-sms-") as name:
        folder = Path(name)
        options = ("--capacity", str(capacity), "--vendor", VENDOR)
        with running_modem(folder, *options) as modem:
            daemon = kind(folder / "daemon", folder / "modem")
            try:
                yield Bench(modem, daemon)
            finally:
                daemon.stop()


def show(title: str, names: list[str], rows: Iterable[tuple[str, list[str]]]) -> None:
    """Print a table, one column a daemon, row by row as they come."""
    print(f"\n{title:{_WIDTH}} " + " ".join(f"{name:>14}" for name in names), flush=True)
    for row, cells in rows:
        print(f"{row:{_WIDTH}} " + " ".join(f"{cell:>14}" for cell in cells), flush=True)
