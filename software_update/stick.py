"""Sticks: looked into where they are mounted, else mounted for that moment, to read and no more."""

import contextlib
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from appliance.domain.box.software import BadUpdate

_FILE_SYSTEMS = frozenset({"vfat", "exfat", "ext4"})
_OPTIONS = "ro,nosuid,nodev,noexec"
_COMMAND_S = 60.0


@contextmanager
def folder_of(place: Path) -> Iterator[Path]:
    """The folder that a device holds, or a folder as it is; raises BadUpdate."""
    if place.is_dir():
        yield place
        return
    if not place.is_block_device():
        raise BadUpdate(f"{place} is neither a folder nor a disk; see: lsblk")
    if there := _mounted(place):
        yield there
        return
    kind = _said("/usr/sbin/blkid", "-p", "-o", "value", "-s", "TYPE", str(place))
    if kind not in _FILE_SYSTEMS:
        raise BadUpdate(f"{place} holds {kind or 'no file system'}; take a stick with FAT")
    with (
        tempfile.TemporaryDirectory(prefix="posko-stick-") as folder,
        contextlib.ExitStack() as end,
    ):
        _run("/usr/bin/mount", "-t", kind, "-o", _OPTIONS, str(place), folder)
        end.callback(_run, "/usr/bin/umount", folder)
        yield Path(folder)


def _mounted(device: Path) -> Path | None:
    """Where a device is mounted already."""
    number = device.stat().st_rdev
    for line in Path("/proc/self/mounts").read_text("utf-8", "replace").splitlines():
        source, target, *_ = line.split(" ")
        with contextlib.suppress(OSError):
            if source.startswith("/dev/") and Path(source).stat().st_rdev == number:
                return Path(target.encode("latin-1", "replace").decode("unicode_escape"))
    return None


def _said(*command: str) -> str:
    done = subprocess.run(  # noqa: S603 - Debian's own
        command, capture_output=True, text=True, timeout=_COMMAND_S, check=False
    )
    return done.stdout.strip()


def _run(*command: str) -> None:
    done = subprocess.run(  # noqa: S603 - Debian's own
        command, capture_output=True, text=True, timeout=_COMMAND_S, check=False
    )
    if done.returncode:
        raise BadUpdate(f"{Path(command[0]).name} failed: {done.stderr.strip()[:200]}")
