"""Disk and card: room, rights, errors, and whether "written" means written. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median

from appliance.desk.condition.machine import LITTLE_BYTES, SCARCE_BYTES
from appliance.doctor.finding import Finding, absent, fault, ok, warn

_MB = 1_000_000
_LITTLE_PERCENT = 5
_IMPOSSIBLE_S = 0.000_08
"""No card or SSD without a capacitor brings 4 kB to its cells so fast."""
_SLOW_S = 0.25
_CARD = "make the card's copy or a backup, and replace it by an endurance card or an SSD"
_NOT_DISKS = frozenset({"tmpfs", "ramfs"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Disk:
    """A filesystem that the box writes to, and `refusal`, what a try to write there met."""

    folder: str
    free: int
    total: int
    free_files: int
    all_files: int
    is_readonly: bool
    errors: int
    refusal: str


def disk(seen: Disk) -> Iterator[Finding]:
    """Whether it takes what residents bring."""
    where = "disk"
    if seen.is_readonly:
        yield fault(
            where,
            f"{seen.folder} is read-only",
            "a card that fails is set so by the kernel: see dmesg | grep -i error, then " + _CARD,
        )
        return
    room = f"{seen.folder}: {seen.free // _MB} of {seen.total // _MB} MB free"
    make_room = "make room (docs/runbook.md, Disk full): du -xhd2 / | sort -h | tail"
    if seen.free < SCARCE_BYTES:
        yield fault(where, room, make_room)
    elif seen.free < LITTLE_BYTES:
        yield warn(where, room, make_room)
    else:
        yield ok(where, room)
    if seen.refusal and seen.free >= SCARCE_BYTES:
        yield fault(
            where,
            f"{seen.folder} cannot be written: {seen.refusal}",
            f"give the group posko the folder: chgrp posko {seen.folder}; chmod 2770 {seen.folder}",
        )
    if seen.all_files and seen.free_files * 100 < seen.all_files * _LITTLE_PERCENT:
        yield fault(
            where,
            f"{seen.folder}: {seen.free_files} of {seen.all_files} inodes are left",
            "some folder holds very many files: du --inodes -xd2 / | sort -n | tail",
        )
    if seen.errors:
        yield fault(
            where, f"{seen.folder}: the filesystem has recorded {seen.errors} errors", _CARD
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Wear:
    """What a trial of the disk measured."""

    filesystem: str
    device: str
    syncs_s: tuple[float, ...]
    """How long each of many small writes took to be flushed."""
    write_mb_s: float
    read_back: bool
    written_mb_per_day: float | None
    """Since the boot; None: not known."""


def wear(seen: Wear) -> Iterator[Finding]:
    """Whether the disk keeps its word, how fast it is, and what is written to it."""
    if seen.filesystem in _NOT_DISKS:
        yield absent("flush", f"the database lies on {seen.filesystem}, which is no disk")
        return
    took_s = median(seen.syncs_s)
    told = f"a small write is flushed in {took_s * 1000:.2f} ms on {seen.device}"
    if not seen.read_back:
        yield fault("flush", f"{seen.device} gave back other bytes than were written", _CARD)
    elif took_s < _IMPOSSIBLE_S:
        yield warn(
            "flush",
            f"{told}: too fast to be true, unless it has a battery",
            "a disk that lies about flush loses complaints in a power cut: try another card, and "
            "pull the plug under load before you trust this one",
        )
    elif took_s > _SLOW_S:
        yield warn("flush", f"{told}: slow", _CARD)
    else:
        yield ok("flush", f"{told}, {seen.write_mb_s:.0f} MB/s in one piece")
    if seen.written_mb_per_day is not None:
        yield ok(
            "writes", f"{seen.written_mb_per_day:.0f} MB a day to {seen.device} since the boot"
        )
