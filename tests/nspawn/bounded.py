"""A machine with the memory of a Pi with 1 GB: the kernel counts and bounds what it may take.

Its systemd has the kernel's memory controller to itself (cgroup v1), so that the limits of units
and of the browser's session hold as on a box. Its root is on a disk: pages of files count too, as
they do where a card is read, and go when there is no room.
"""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.nspawn.machine import Machine
from tests.support.programs import leave_out, needs
from tests.wifi.namespace import Namespace

MEMORY_BYTES = 850 * 2**20
"""A Pi 3B+ of 1 GB: 1024 MiB, less 76 that its firmware keeps for the GPU, less some 43 of the
kernel's own code and page table: about 905 MiB (`MemTotal`, not measured by us). Another 55 for
what a kernel takes beside the group of a program: drivers, the picture, packets under way.
No swap."""
_CONTROLLER = Path("/sys/fs/cgroup/memory")
_INIT = "mount -o remount,bind,rw /sys/fs/cgroup/memory && exec /sbin/init systemd.show_status=0"
_FIELD = re.compile(r"(?m)^(\w+) (\d+)$")


class Bounded(Machine):
    """One machine whose programs share `MEMORY_BYTES`."""

    controllers = (_CONTROLLER,)

    def __init__(self, root: Path, outside: Namespace) -> None:
        super().__init__(root, outside)
        self.group = self.cgroups[-1]
        (self.group / "memory.limit_in_bytes").write_text(str(MEMORY_BYTES))

    def held(self) -> dict[str, int]:
        """What its programs hold now, in bytes by memory.stat's names: `total_rss`, ..."""
        stat = (self.group / "memory.stat").read_text()
        return {name: int(value) for name, value in _FIELD.findall(stat)}

    def killed(self) -> list[str]:
        """Programs that the kernel has killed for lack of memory, oldest first, by its log: each
        as `session-1.scope cage`, where and what.
        """
        told = subprocess.run([needs("dmesg")], capture_output=True, text=True, check=True).stdout
        mine = rf"oom-kill:.*task_memcg=/{self.group.name}\S*?([^/,]+),task=([^,]+)"
        return [" ".join(found) for found in re.findall(mine, told)]

    def pss_mib(self, *pids: str) -> float:
        """Memory of processes, shared pages by their share."""
        told = self.must("cat", *(f"/proc/{pid}/smaps_rollup" for pid in pids))
        return sum(int(kib) for kib in re.findall(r"(?m)^Pss:\s+(\d+) kB", told)) / 1024

    def _init(self) -> list[str]:
        return ["/bin/sh", "-c", _INIT]

    def _environment(self) -> dict[str, str]:
        return {**super()._environment(), "SYSTEMD_NSPAWN_UNIFIED_HIERARCHY": "0"}


@contextmanager
def folder_on_disk() -> Iterator[Path]:
    """A folder for its root, in no memory; gone when the block ends."""
    if os.geteuid() != 0:
        leave_out("a machine is booted as root only")
    if not (_CONTROLLER / "memory.limit_in_bytes").exists():
        leave_out(f"{_CONTROLLER}: this kernel counts no memory by cgroup v1")
    made = Path(tempfile.mkdtemp(prefix="posko-box-", dir="/var/tmp"))
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)


def forget_files(root: Path) -> None:
    """Take what was written there out of this kernel's memory, so that its reader pays for it."""
    subprocess.run([needs("sync"), "--file-system", str(root)], check=True)
    for folder, _, names in os.walk(root):
        for path in (Path(folder, name) for name in names):
            if path.is_file() and not path.is_symlink():
                with path.open("rb") as file:
                    os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
