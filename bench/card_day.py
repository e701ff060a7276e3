"""What a busy day writes to the card: sectors sent to a disk that holds a whole box.

The box is that of tests/nspawn: Debian, our package, every daemon under systemd. Its root is ext4
on a loop device, mounted as the image mounts its data, so the file system's own journal counts,
and all that Debian writes. A day has 50 complaints and 200 WiFi sessions (box check 22). It is not
waited for. What a box with one session writes by itself is measured over minutes and taken for 24
hours; a complaint and a session one by one, further apart than ext4's commits, so that none shares
the sectors of another; a backup is made. What the box writes anyway in that time is taken off. The
city is heard all the time, and acknowledges.
"""

import argparse
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from command_center.commands import sealed
from tests.nspawn.installing import CONFIG, folder
from tests.nspawn.machine import Machine
from tests.nspawn.standing import hearing, standing, start_broker
from tests.nspawn.visitors import complain, page_for_phone
from tests.support.programs import needs
from tests.wifi.namespace import sweep

COMPLAINTS_A_DAY, SESSIONS_A_DAY = 50, 200
APART_S = 12.0
"""Twice what ext4 waits before it commits (5 s), and the kernel's flusher its round."""
CARD_BYTES = 32 * 10**9
CYCLES = 500
"""Each cell of a cheap card of TLC bears some 500 to 1,000 rounds (remembered, not measured)."""
_SECTOR_BYTES = 512
_DISK_BYTES = 4 * 2**30
_DAY_S = 86_400.0


@dataclass(frozen=True, slots=True)
class Disk:
    """A block device whose writes are counted by the kernel."""

    device: str

    def written_bytes(self) -> int:
        """Since it was attached, once nothing waits in memory any more."""
        subprocess.run([needs("sync")], check=True)
        stat = Path("/sys/block", Path(self.device).name, "stat").read_text().split()
        return int(stat[6]) * _SECTOR_BYTES


@contextmanager
def disk(at: Path) -> Iterator[Disk]:
    """An empty ext4 on a loop device, mounted; gone when the block ends."""
    with tempfile.NamedTemporaryFile(prefix="posko-card-", suffix=".img") as image:
        image.truncate(_DISK_BYTES)
        _run("mkfs.ext4", "-q", "-E", "nodiscard", image.name)
        device = _run("losetup", "--find", "--show", image.name).strip()
        at.mkdir()
        try:
            _run("mount", "-o", "noatime", device, str(at))
            yield Disk(device)
        finally:
            subprocess.run([needs("umount"), "--lazy", str(at)], check=False)
            _run("losetup", "--detach", device)


@contextmanager
def box() -> Iterator[tuple[Machine, Disk]]:
    """A box that has booted from its card, with a city that acknowledges."""
    sweep()
    with (
        folder() as here,
        disk(here / "card") as card,
        standing(here, "outside", Machine, root=here / "card" / "box") as machine,
    ):
        start_broker(machine, here)
        with hearing(machine, here, datetime.now(UTC)):
            yield machine, card


def measure(card: Disk, act: Callable[[int], None], times: int, idle_a_s: float) -> float:
    """Bytes that one act costs beside what is written anyway."""
    before, started = card.written_bytes(), time.monotonic()
    for number in range(times):
        act(number)
        time.sleep(APART_S)
    spent_s = time.monotonic() - started
    return (card.written_bytes() - before - idle_a_s * spent_s) / times


def idle(card: Disk, minutes: float) -> float:
    """Bytes a second of a box that nobody visits."""
    before, started = card.written_bytes(), time.monotonic()
    time.sleep(60 * minutes)
    return (card.written_bytes() - before) / (time.monotonic() - started)


def new_phone(machine: Machine, number: int) -> None:
    """Another device with another address comes, and its resident taps once."""
    mac, address = f"02:00:00:00:01:{number:02x}", f"10.77.0.{100 + number}"
    machine.outside.ip(
        *("address flush dev phone", f"link set phone address {mac}"),
        f"address add {address}/24 dev phone",
    )
    answer = page_for_phone(machine, "/wifi/sambung", x="1")
    assert answer.status in (200, 303), answer


def backup(machine: Machine, folder: Path) -> None:
    """One night's, to a stick that is no part of the card."""
    public = sealed.create(folder / "key")
    (machine.root / "etc/posko/posko.toml").write_text(f'{CONFIG}\n[backup]\nkey = "{public}"\n')
    machine.must("mkdir", "-p", "/media/posko")
    options = "nosuid,nodev,noexec,size=64m,mode=0770,gid=posko"
    machine.must("mount", "-t", "tmpfs", "-o", options, "none", "/media/posko")
    machine.must("systemctl", "start", "posko-backup")
    assert "verified" in machine.journal("posko-backup")


def run(times: int, minutes: float) -> None:
    """Measure, and print the day."""
    with box() as (machine, card), tempfile.TemporaryDirectory() as keys:
        _told(complain(machine, "sebelum diukur"))
        new_phone(machine, 100)
        time.sleep(60)
        idle_a_s = idle(card, minutes)
        complaint = measure(
            card, lambda n: _told(complain(machine, f"jalan rusak {n}")), times, idle_a_s
        )
        session = measure(card, lambda n: new_phone(machine, n), times, idle_a_s)
        with_visitors_a_s = idle(card, minutes)
        night = measure(card, lambda _: backup(machine, Path(keys)), 1, idle_a_s)
    rows = {
        "a day with one session open": idle_a_s * _DAY_S,
        f"more while {times} more sessions last, 12 h": max(0.0, with_visitors_a_s - idle_a_s)
        * (_DAY_S / 2),
        f"{COMPLAINTS_A_DAY} complaints": complaint * COMPLAINTS_A_DAY,
        f"{SESSIONS_A_DAY} WiFi sessions": session * SESSIONS_A_DAY,
        "the nightly backup": night,
    }
    print(f"idle {minutes:.0f} min, {times} complaints and sessions, each {APART_S:.0f} s apart")
    for name, day_bytes in rows.items():
        print(f"  {name:44} {day_bytes / 1e6:8.1f} MB")
    day = sum(rows.values())
    years = CARD_BYTES * CYCLES / day / 365
    print(f"  {'a busy day':44} {day / 1e6:8.1f} MB")
    print(f"  one complaint {complaint / 1000:.0f} kB, one session {session / 1000:.0f} kB")
    print(f"  a card of {CARD_BYTES / 1e9:.0f} GB and {CYCLES} rounds: {years:.0f} years, if")
    print("  the card itself writes no more than it is told; cards write several times that")


def _told(where: str) -> None:
    assert "/tiket/" in where, where


def _run(program: str, *arguments: str) -> str:
    done = subprocess.run([needs(program), *arguments], check=True, capture_output=True, text=True)
    return done.stdout


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=10)
    parser.add_argument("--minutes", type=float, default=4)
    asked = parser.parse_args()
    run(asked.times, asked.minutes)
