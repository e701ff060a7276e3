"""A real mosquitto on a port of its own, which a test may stop, kill and start again."""

import socket
import subprocess
from pathlib import Path

from demo.broker import Engine, command
from tests.support.ports import unused_ports
from tests.support.programs import needs
from tests.support.waiting import wait_for


class Broker:
    """One broker; it forgets everything when it ends (persistence off)."""

    def __init__(self, folder: Path, port: int | None = None) -> None:
        needs("mosquitto")
        self.host, self.port = "127.0.0.1", port or unused_ports(1)[0]
        self._command = command(Engine.MOSQUITTO, folder, self.port)
        self._log = folder / "mosquitto.log"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start and wait until it takes connections."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(self._command, stdout=log, stderr=log)
        wait_for(self._answers, f"mosquitto listens; see {self._log}")

    @property
    def pid(self) -> int:
        """Of the running process."""
        assert self._process is not None, "it does not run"
        return self._process.pid

    def stop(self) -> None:
        """Let it say goodbye; nothing happens if it does not run."""
        self._end("terminate")

    def kill(self) -> None:
        """End it as a power cut does."""
        self._end("kill")

    def _end(self, how: str) -> None:
        process, self._process = self._process, None
        if process is not None:
            getattr(process, how)()
            process.wait(10)

    def _answers(self) -> bool:
        try:
            with socket.create_connection((self.host, self.port), timeout=1):
                return True
        except OSError:
            return False
