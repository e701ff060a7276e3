"""Keeps child processes running: readiness by sd_notify, restart after a crash, ordered stop."""

import os
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from appliance.domain.errors import PoskoError

CHECKOUT = Path(__file__).parents[1]
"""Where the simulated modem is: it is no part of the installed package."""
READY_WITHIN_S = 30.0
STOP_WITHIN_S = 10.0
_RESTART_PAUSE_S = 0.5


class NotReady(PoskoError, RuntimeError):
    """A child did not come up; the message names its log."""


_END_WITH_PARENT = ("setpriv", "--pdeathsig", "TERM", "--")
"""util-linux, on every Debian: no child outlives a supervisor that was killed."""


@dataclass(slots=True)
class Child:
    """One process of the house."""

    name: str
    command: list[str]
    log: Path
    is_ready: Callable[[], bool] | None = None
    """How to tell that a program is up that does not speak sd_notify."""
    process: subprocess.Popen[bytes] | None = None
    restart_at_s: float = field(default=0.0)

    def start(self, environment: dict[str, str]) -> None:
        """Start it in a session of its own, so that Ctrl-C reaches only the supervisor."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603
                [*_END_WITH_PARENT, *self.command],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=environment,
                cwd=CHECKOUT,
                start_new_session=True,
            )


class Supervisor:
    """Starts children in order and stops them in reverse."""

    def __init__(self) -> None:
        self.children: list[Child] = []

    def start(self, child: Child) -> None:
        """Start a child and wait until it is ready; raises NotReady."""
        self.children.append(child)
        if child.is_ready:
            child.start(dict(os.environ))
            self._wait(child, child.is_ready)
            return
        with (
            tempfile.TemporaryDirectory(prefix="posko-") as folder,
            socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ready,
        ):
            path = f"{folder}/notify"
            ready.bind(path)
            ready.settimeout(0.1)
            child.start({**os.environ, "NOTIFY_SOCKET": path})
            self._wait(child, lambda: _said_ready(ready))

    def kill(self, name: str) -> None:
        """Kill a child with SIGKILL, as a crash or a power cut would."""
        process = self._find(name).process
        assert process is not None
        process.kill()
        process.wait()

    def start_again(self, name: str) -> None:
        """Start a child that has ended; does not wait until it is ready."""
        self._find(name).start(dict(os.environ))

    def revive(self) -> list[str]:
        """Start again whatever has died; return the names."""
        revived = []
        for child in self.children:
            if child.process is None or child.process.poll() is None:
                continue
            if child.restart_at_s == 0.0:
                child.restart_at_s = time.monotonic() + _RESTART_PAUSE_S
            elif time.monotonic() >= child.restart_at_s:
                child.restart_at_s = 0.0
                child.start(dict(os.environ))
                revived.append(child.name)
        return revived

    def stop(self) -> None:
        """Ask every child to finish, the last started first; kill what does not."""
        for child in reversed(self.children):
            if child.process is None or child.process.poll() is not None:
                continue
            child.process.terminate()
            try:
                child.process.wait(STOP_WITHIN_S)
            except subprocess.TimeoutExpired:
                child.process.kill()
                child.process.wait()

    def _find(self, name: str) -> Child:
        return next(child for child in self.children if child.name == name)

    def _wait(self, child: Child, is_ready: Callable[[], bool]) -> None:
        deadline_s = time.monotonic() + READY_WITHIN_S
        while time.monotonic() < deadline_s:
            if is_ready():
                return
            assert child.process is not None
            if child.process.poll() is not None:
                break
        tail = child.log.read_text(errors="replace").strip().splitlines()[-5:]
        raise NotReady(f"{child.name} did not start; the end of {child.log}:\n" + "\n".join(tail))


def _said_ready(ready: socket.socket) -> bool:
    try:
        return b"READY=1" in ready.recv(4096)
    except TimeoutError:
        return False


def answers(family: socket.AddressFamily, address: tuple[str, int] | str) -> bool:
    """Tell whether something accepts connections there; waits a moment before it says no."""
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.settimeout(0.5)
        try:
            probe.connect(address)
        except OSError:
            time.sleep(0.05)
            return False
    return True
