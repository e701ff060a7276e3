"""A network namespace: programs that run inside it, and sockets of the test's own that live there.

A socket belongs to the namespace it was made in, for ever. So a thread of the test steps in with
setns(2), makes the socket and steps out again; no process has to be started to send a packet.
"""

import ctypes
import os
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.programs import needs
from tests.wifi.program import Program

_CLONE_NEWNET = 0x40000000
_LIBC = ctypes.CDLL(None, use_errno=True)
_PREFIX = "posko-wifi"


class Namespace:
    """One of them, called posko-wifi-PID-NAME so that labs side by side do not collide."""

    def __init__(self, name: str, folder: Path) -> None:
        self._ip, self.folder = needs("ip"), folder
        self.programs: dict[str, Program] = {}
        self.name = f"{_PREFIX}-{os.getpid()}-{name}"
        subprocess.run([self._ip, "netns", "add", self.name], check=True)
        self.ip("link set lo up")

    def ip(self, *commands: str) -> None:
        """Run lines of ip(8) in one go, e.g. `link set eth0 up`."""
        batch = [self._ip, "-n", self.name, "-batch", "-"]
        subprocess.run(batch, input="\n".join(commands), text=True, check=True)

    def sysctl(self, name: str, value: str) -> None:
        """Set a kernel variable, e.g. `net/ipv4/ip_forward` to `1`, if this kernel has it."""
        with self.entered():
            if (variable := Path("/proc/sys", name)).exists():
                variable.write_text(value)

    def run(self, *command: str, given: str = "", check: bool = True) -> str:
        """Run a program to its end; its output, and its complaints too where it failed."""
        done = subprocess.run(
            [*self.inside(), *command], input=given, text=True, capture_output=True, check=False
        )
        assert not check or done.returncode == 0, f"{command}: {done.stderr}"
        return done.stdout if done.returncode == 0 else done.stdout + done.stderr

    def start(self, name: str, *command: str, ready: str = "") -> Program:
        """Run a program until it is killed, and wait for the words it says when it is ready."""
        log = self.folder / f"{name}.log"
        self.programs[name] = Program(log, [*self.inside(), *command])
        if ready:
            self.programs[name].wait_until_it_says(ready)
        return self.programs[name]

    def inside(self) -> list[str]:
        """What stands before a command that is to run here, and to die with the test."""
        return [self._ip, "netns", "exec", self.name, needs("setpriv"), "--pdeathsig", "KILL", "--"]

    @contextmanager
    def entered(self) -> Iterator[None]:
        """The calling thread sees this namespace's network while the block runs."""
        with entered(f"/run/netns/{self.name}"):
            yield

    def socket(self, family: int, kind: int, protocol: int = 0) -> socket.socket:
        """A socket of this namespace, usable from any thread."""
        with self.entered():
            return socket.socket(family, kind, protocol)

    def accepts(self, address: str, port: int) -> bool:
        """Whether something takes connections from here there."""
        with self.socket(socket.AF_INET, socket.SOCK_STREAM) as line:
            line.settimeout(0.5)
            return line.connect_ex((address, port)) == 0

    def remove(self) -> None:
        """Kill what still runs inside and take the namespace away."""
        for program in self.programs.values():
            program.kill()
        _remove(self._ip, self.name)


@contextmanager
def entered(namespace: str) -> Iterator[None]:
    """The calling thread sees the network of a file like /proc/1/ns/net in the block."""
    home = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
    there = os.open(namespace, os.O_RDONLY)
    try:
        _enter(there)
        yield
    finally:
        _enter(home)
        os.close(there)
        os.close(home)


def sweep() -> None:
    """Take away what labs have left whose test process is gone."""
    ip = needs("ip")
    listed = subprocess.run([ip, "netns", "list"], text=True, capture_output=True, check=True)
    for name in (line.split()[0] for line in listed.stdout.splitlines()):
        if _is_orphan(name):
            _remove(ip, name)
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}-*"):
        if _is_orphan(folder.name):
            shutil.rmtree(folder, ignore_errors=True)  # another process may sweep as well


def folder_for_all() -> Path:
    """A new folder that daemons may read which give up root."""
    return Path(tempfile.mkdtemp(prefix=f"{_PREFIX}-{os.getpid()}-"))


def _is_orphan(name: str) -> bool:
    owner = name.removeprefix(f"{_PREFIX}-").split("-")[0]
    return name.startswith(_PREFIX) and not Path(f"/proc/{owner}").exists()


def _remove(ip: str, name: str) -> None:
    inside = subprocess.run(
        [ip, "netns", "pids", name], text=True, capture_output=True, check=False
    )
    for pid in inside.stdout.split():
        try:
            os.kill(int(pid), signal.SIGKILL)
        except ProcessLookupError:
            continue
    subprocess.run([ip, "netns", "del", name], check=False, capture_output=True)


def _enter(namespace: int) -> None:
    if _LIBC.setns(namespace, _CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "setns")
