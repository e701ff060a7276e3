"""A system that is mounted read-only, as a card's is (docs/image.md), while an update works.

The mount is this process's own where systemd gave it one, so nobody else can write meanwhile.
"""

import contextlib
import logging
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

from .home import Home

log = logging.getLogger(__name__)

LOCK = "writable.lock"


class CannotMount(Exception):
    """The system cannot be written, nor made so."""


@contextlib.contextmanager
def writable(root: Path, home: Home) -> Iterator[None]:
    """The system may be written while the block lasts, and is then as fstab(5) says; raises Busy,
    CannotMount.
    """
    if not _is_to_be_read_only(root):
        yield
        return
    with home.lock(LOCK):
        remount(root, "rw")
        try:
            yield
        finally:
            # A program that still runs from a file that was replaced keeps it writable.
            try:
                remount(root, "ro")
            except CannotMount as error:
                log.warning("update until the next start: %s", error)


def is_read_only(path: Path) -> bool:
    """Whether the file system of a path, or this view of it, may not be written."""
    return bool(os.statvfs(path).f_flag & os.ST_RDONLY)


def remount(root: Path, way: str) -> None:
    """Let it be written ("rw") or not ("ro"); raises CannotMount."""
    command = ["/usr/bin/mount", "-o", f"remount,{way}", str(root)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise CannotMount(f"{root} cannot be mounted {way}: {done.stderr.strip()}")


def _is_to_be_read_only(root: Path) -> bool:
    try:
        lines = (root / "etc/fstab").read_text("utf-8").splitlines()
    except FileNotFoundError:
        return False
    fields = [line.split() for line in lines if not line.lstrip().startswith("#")]
    return any("ro" in found[3].split(",") for found in fields if found[1:2] == ["/"])
