"""A program that runs in a namespace and can be killed, frozen and started again."""

import signal
import subprocess
from pathlib import Path

from tests.support.waiting import wait_for

_ROOT = Path(__file__).parents[2]


class Program:
    """What it writes is in `log`."""

    def __init__(self, log: Path, command: list[str]) -> None:
        self.log, self._command = log, command
        self.start()

    def start(self) -> None:
        """Run it; again, if it ran before."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=_ROOT
            )

    def wait_until_it_says(self, words: str) -> None:
        """Wait for words in its log; AssertionError with the log when it ends before."""

        def said() -> bool:
            assert self._process.poll() is None, self.said()
            return words in self.said()

        wait_for(said, f"{self._command} says {words!r}")

    def said(self) -> str:
        """All it has written."""
        return self.log.read_text(errors="replace")

    @property
    def pid(self) -> int:
        return self._process.pid

    def is_running(self) -> bool:
        return self._process.poll() is None

    def pss_kib(self) -> int:
        """What it holds in memory, shared pages by their share."""
        rollup = Path(f"/proc/{self.pid}/smaps_rollup").read_text()
        return int(next(line for line in rollup.splitlines() if line.startswith("Pss:")).split()[1])

    def children(self) -> list[str]:
        """The processes it has made and that run."""
        return Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()

    def kill(self) -> None:
        """SIGKILL, as the power or the kernel's memory killer ends it."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """SIGTERM, as systemd ends it."""
        self._end(signal.SIGTERM)

    def freeze(self) -> None:
        """SIGSTOP: it lives, but does nothing until `thaw`."""
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """SIGCONT."""
        self._process.send_signal(signal.SIGCONT)

    def _end(self, by: signal.Signals) -> None:
        self._process.send_signal(by)
        self._process.wait(timeout=20)
