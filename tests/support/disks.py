"""A disk of a few megabytes that a test may fill to the last byte."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.programs import leave_out, needs


@contextmanager
def small_disk(folder: Path, size_bytes: int) -> Iterator[Path]:
    """Mount a tmpfs of this size while the block runs; skips without the right to mount."""
    mount, umount = needs("mount"), needs("umount")
    folder.mkdir()
    options = f"size={size_bytes}"
    command = [mount, "-t", "tmpfs", "-o", options, "posko-test", str(folder)]
    if os.geteuid() != 0 or subprocess.run(command, check=False).returncode != 0:
        leave_out("mounting a tmpfs needs root")
    try:
        yield folder
    finally:
        subprocess.run([umount, "--lazy", str(folder)], check=True)


def fill(file: Path, leave_bytes: int = 0) -> None:
    """Write into `file` until the disk has only `leave_bytes` left."""
    with file.open("ab", buffering=0) as out:
        while True:
            state = os.statvfs(file.parent)
            wanted = state.f_bavail * state.f_frsize - leave_bytes
            if wanted <= 0:
                return
            try:
                out.write(bytes(min(wanted, 65536)))
            except OSError:
                return
