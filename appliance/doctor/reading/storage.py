"""Disk and card; only `wear` writes more than one byte, and only when asked."""

import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from appliance.doctor.case import Case, text
from appliance.doctor.judging.storage import Disk, Wear

_SYNCS = 40
_BULK_BYTES = 8 * 1024 * 1024
_SECTOR_BYTES = 512


def disks(case: Case) -> Iterator[Disk]:
    """The filesystem of the database, then that of the system if it is another one."""
    folder = case.database.parent
    yield _disk(folder, is_ours=True)
    if case.root.stat().st_dev != folder.stat().st_dev:
        system = _disk(case.root, is_ours=False)
        if not system.is_readonly:  # as an image has it, on purpose
            yield system


def wear(case: Case) -> Wear:
    """Write and flush small pieces, then one large one, and read it back past the cache."""
    folder = case.database.parent
    with tempfile.NamedTemporaryFile(dir=folder, prefix=".doctor-") as file:
        syncs = []
        for number in range(_SYNCS):
            begun_s = time.perf_counter()
            os.pwrite(file.fileno(), os.urandom(4096), number * 4096)
            os.fdatasync(file.fileno())
            syncs.append(time.perf_counter() - begun_s)
        content = os.urandom(_BULK_BYTES)
        begun_s = time.perf_counter()
        os.pwrite(file.fileno(), content, 0)
        os.fsync(file.fileno())
        took_s = time.perf_counter() - begun_s
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        is_same = os.pread(file.fileno(), _BULK_BYTES, 0) == content
    device = _device(folder)
    return Wear(
        filesystem=_filesystem(folder),
        device=device.name if device else "its disk",
        syncs_s=tuple(syncs),
        write_mb_s=_BULK_BYTES / took_s / 1e6,
        read_back=is_same,
        written_mb_per_day=_written_mb_per_day(device),
    )


def _disk(folder: Path, *, is_ours: bool) -> Disk:
    state = os.statvfs(folder)
    device = _device(folder)
    errors = text(Path("/sys/fs/ext4") / device.name / "errors_count") if device else ""
    return Disk(
        folder=str(folder),
        free=state.f_bavail * state.f_frsize,
        total=state.f_blocks * state.f_frsize,
        free_files=state.f_favail,
        all_files=state.f_files,
        is_readonly=bool(state.f_flag & os.ST_RDONLY),
        errors=int(errors) if errors.isdigit() else 0,
        refusal=_refusal(folder) if is_ours else "",
    )


def _refusal(folder: Path) -> str:
    """What a try to write meets; nothing for who may not write there anyway."""
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"x")
    except PermissionError as error:
        return str(error.strerror) if os.geteuid() == 0 else ""
    except OSError as error:
        return error.strerror or str(error)
    return ""


def _device(folder: Path) -> Path | None:
    """The block device below /sys, if the filesystem has one."""
    number = folder.stat().st_dev
    path = Path(f"/sys/dev/block/{os.major(number)}:{os.minor(number)}")
    return path.resolve() if path.exists() else None


def _filesystem(folder: Path) -> str:
    """Its type, from the longest mount point that leads there."""
    place, found = f"{folder.resolve()}/", ("", "")
    for line in text(Path("/proc/self/mounts")).splitlines():
        _, mount, kind, *_ = line.split()
        mount = mount.replace("\\040", " ")
        if place.startswith(f"{mount.rstrip('/')}/") and len(mount) >= len(found[0]):
            found = (mount, kind)
    return found[1]


def _written_mb_per_day(device: Path | None) -> float | None:
    numbers = text(device / "stat").split() if device else []
    days = time.clock_gettime(time.CLOCK_BOOTTIME) / 86_400
    return int(numbers[6]) * _SECTOR_BYTES / 1e6 / days if len(numbers) > 6 else None
