"""Disks of a machine, by what is left on them when its power is cut."""

import subprocess
from pathlib import Path
from typing import Protocol

from tests.support.programs import needs
from tests.support.waiting import wait_for


class Disk(Protocol):
    """One file, as qemu reaches it."""

    @property
    def drive(self) -> str:
        """For `-drive`."""

    def start(self) -> None:
        """Before the machine."""

    def cut(self) -> None:
        """At the same moment as the machine."""


class KeptDisk:
    """Whatever the machine has written is there; what is still in its memory is not."""

    def __init__(self, path: Path) -> None:
        self.drive = f"file={path},cache=unsafe"

    def start(self) -> None:
        pass

    def cut(self) -> None:
        pass


class CachingDisk:
    """A disk with a cache of its own (nbdkit): at a cut only what was flushed is there.

    What was not is all lost: neither a part of it nor another order is left. A cut within a flush
    leaves a part.
    """

    def __init__(self, path: Path) -> None:
        self._path, self._socket = path, path.with_name("disk.socket")
        self.drive = f"file=nbd:unix:{self._socket},cache=writeback"

    def start(self) -> None:
        self._socket.unlink(missing_ok=True)
        serve = ["--foreground", "--exit-with-parent", "--unix", str(self._socket)]
        cache = ["cache=writeback", "cache-min-block-size=4K"]
        self._process = subprocess.Popen(
            [needs("nbdkit"), *serve, "--filter=cache", "file", str(self._path), *cache]
        )
        wait_for(self._socket.exists, "nbdkit listens")

    def cut(self) -> None:
        self._process.kill()
        self._process.wait()
