"""Sticks that are put into the box and pulled out of it, on a simulated USB port.

Box checks 13 and 15; `make stick-test`. Kernel, udev, units, `posko doctor` and `posko-update` are
real, and so is what is on a stick: what was not written when it was pulled is not there.
"""

import json
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from command_center.commands import sealed
from tests.support import tiny_package
from tests.support.package import package, remade
from tests.support.programs import needs
from tests.vm import technician
from tests.vm.appliance import Appliance, running, within
from tests.vm.places import OPEN
from tests.vm.residents import complain
from tests.vm.usb import UsbPort

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]

MOUNTED_AT = "/media/posko"
SIZE_MIB = 64
SLOW_BYTES_A_SECOND = 20_000
"""The database takes many seconds at that."""
AS_AN_OLD_STICK = 200_000
"""A release takes most of a minute; a piece that the kernel asks for, less than its half minute."""
NEWER = "99.0.0"
KEPT = "/var/lib/posko-update/usb.poskoupdate"
MADE_BY = {
    "vfat": ("mkfs.vfat", "-n", "POSKO"),
    "exfat": ("mkfs.exfat", "-L", "POSKO"),
}
NOT_TAKEN = {
    "ext4": (("mkfs.ext4", "-q", "-L", "POSKO"), "holds ext4"),
    "ntfs": (("mkfs.ntfs", "-Q", "-q", "-F", "-L", "POSKO"), "holds ntfs"),
    "another-name": (("mkfs.vfat", "-n", "KINGSTON"), "named KINGSTON"),
    "nothing": ((), "holds no file system"),
}


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> UsbPort:
    return UsbPort(tmp_path_factory.mktemp("usb"))


@pytest.fixture(scope="module")
def appliance(port: UsbPort, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Appliance]:
    """A box with a USB port."""
    folder = tmp_path_factory.mktemp("vm")
    with running(folder, package(), more=port.options) as made:
        yield made


@pytest.fixture(scope="module")
def key(appliance: Appliance, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Opens the backups; the box has the public half."""
    file = tmp_path_factory.mktemp("key") / "key"
    public = sealed.create(file)
    before = technician.settings(appliance.box)
    technician.write(appliance.box, f'{before}\n[backup]\nkey = "{public}"\n')
    return file


@pytest.fixture(scope="module")
def release(appliance: Appliance, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A signed update of what is installed; the box has the key that proves it."""
    folder = tmp_path_factory.mktemp("release")
    before = technician.settings(appliance.box)
    technician.write(appliance.box, f'{before}\n[update]\nrelease_keys = ["{tiny_package.KEY}"]\n')
    return tiny_package.update(remade(package(), folder, NEWER))


@pytest.fixture(autouse=True)
def an_empty_port(port: UsbPort, appliance: Appliance) -> Iterator[None]:
    yield
    port.slow_down(0)
    if port.is_taken:
        port.pull()
    within(appliance, lambda: not is_mounted(appliance), "nothing is mounted any more")


def stick(folder: Path, program: str = "", *options: str) -> Path:
    """A new one with a file system made by that program; without: nothing on it."""
    file = folder / "stick"
    with file.open("wb") as made:
        made.truncate(SIZE_MIB * 2**20)
    if program:
        subprocess.run([needs(program), *options, str(file)], check=True, capture_output=True)
    return file


def carrying(made: Path, files: dict[str, Path]) -> Path:
    """A stick with copies of files, by their names there."""
    for name, file in files.items():
        subprocess.run([needs("mcopy"), "-i", str(made), str(file), f"::{name}"], check=True)
    return made


def is_mounted(appliance: Appliance) -> bool:
    return f" {MOUNTED_AT} " in appliance.box.run("cat", "/proc/self/mounts")


def looks(appliance: Appliance) -> bool:
    """Whether a stick is looked over for an update."""
    states = "--state=activating,deactivating"
    return bool(
        appliance.box.run(
            "systemctl", "list-units", "posko-update-look@*", "--plain", "--no-legend", states
        )
    )


def update_state(appliance: Appliance) -> Any:
    """As `posko-update` tells it."""
    return json.loads(appliance.box.run("posko-update", "status", "--json"))


def back_up(appliance: Appliance) -> str:
    """What the unit says of the backup that it makes now."""
    box = appliance.box
    box.run("systemctl", "start", "posko-backup", check=False)
    asked = ["systemctl", "show", "--value", "--property=InvocationID", "posko-backup"]
    return box.run("journalctl", "--quiet", f"_SYSTEMD_INVOCATION_ID={box.run(*asked).strip()}")


def doctor(appliance: Appliance) -> str:
    return appliance.box.run("posko", "doctor", check=False)


def restored(stick: Path, key: Path, folder: Path) -> set[str]:
    """The complaints of a new box that was made of what is on a stick."""
    config, database = folder / "posko.toml", folder / "posko.db"
    config.write_text(
        '[site]\ncode = "14.71.07"\nname = "Bukit Raya"\ncity = "Kota Pekanbaru"\n'
        f'[store]\npath = "{database}"\n'
    )
    copy = folder / "copy"
    copy.mkdir()
    take = [needs("mcopy"), "-s", "-n", "-i", str(stick), "::posko-147107", str(copy)]
    subprocess.run(take, check=True)
    restore = [sys.executable, "-m", "appliance", "restore", str(copy), "--key", str(key)]
    subprocess.run([*restore, "--config", str(config)], check=True)
    with closing(sqlite3.connect(database)) as db:
        return {text for [text] in db.execute("SELECT text FROM requests")}


@pytest.mark.parametrize("kind", MADE_BY)
def test_a_stick_is_mounted_by_itself_and_holds_a_backup(
    appliance: Appliance, port: UsbPort, key: Path, tmp_path: Path, kind: str
) -> None:
    port.plug(stick(tmp_path, *MADE_BY[kind]))
    within(appliance, lambda: is_mounted(appliance), "the stick is mounted")
    assert f" {MOUNTED_AT} {kind} " in appliance.box.run("cat", "/proc/self/mounts")
    assert "verified" in back_up(appliance)


def test_a_stick_pulled_out_amid_a_backup_takes_the_next_and_another_box_is_made_of_it(
    appliance: Appliance, port: UsbPort, key: Path, tmp_path: Path
) -> None:
    phone = appliance.phone("budi")
    phone.arrive(OPEN)
    complain(phone, "sebelum stik dicabut")
    made, box = stick(tmp_path, *MADE_BY["vfat"]), appliance.box
    port.plug(made)
    within(appliance, lambda: is_mounted(appliance), "the stick is mounted")
    assert "verified" in back_up(appliance)
    complain(phone, "saat stik dicabut")
    port.slow_down(SLOW_BYTES_A_SECOND)
    box.run("systemctl", "start", "--no-block", "posko-backup")
    unfinished = lambda: box.run("find", MOUNTED_AT, "-name", "*.posko.new", check=False)  # noqa: E731
    within(appliance, unfinished, "a backup is being written")
    port.pull()
    ended = lambda: "posko-backup" in box.run("systemctl", "--failed", "list-units")  # noqa: E731
    within(appliance, ended, "the backup has failed")
    within(appliance, lambda: not is_mounted(appliance), "the stick is not mounted any more")
    said = doctor(appliance)
    assert "stick" in said, said

    port.slow_down(0)
    port.plug(made)
    within(appliance, lambda: is_mounted(appliance), "it is mounted again")
    complain(phone, "setelah stik kembali")
    assert "verified" in back_up(appliance)
    port.pull()
    within(appliance, lambda: not is_mounted(appliance), "it is not mounted any more")
    told = restored(made, key, tmp_path)
    assert {"sebelum stik dicabut", "saat stik dicabut", "setelah stik kembali"} <= told


@pytest.mark.parametrize("case", NOT_TAKEN)
def test_a_stick_that_takes_no_backup_is_named(
    appliance: Appliance, port: UsbPort, key: Path, tmp_path: Path, case: str
) -> None:
    how, words = NOT_TAKEN[case]
    port.plug(stick(tmp_path, *how))
    transports = ["lsblk", "--noheadings", "--output=TRAN"]
    within(appliance, lambda: "usb" in appliance.box.run(*transports), "the stick is there")
    appliance.box.run("udevadm", "settle")
    assert "nothing is mounted" in back_up(appliance)
    assert words in doctor(appliance)


def test_an_update_on_a_stick_is_proved_kept_and_put_on_when_the_stick_has_gone(
    appliance: Appliance, port: UsbPort, release: Path, tmp_path: Path
) -> None:
    damaged = tmp_path / "damaged"
    content = release.read_bytes()
    damaged.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    appliance.box.run("rm", "-f", KEPT)
    files = {"baca-dulu.txt": Path(__file__), "a.poskoupdate": damaged, "b.poskoupdate": release}
    port.plug(carrying(stick(tmp_path, "mkfs.vfat", "-n", "KINGSTON"), files))
    within(appliance, lambda: appliance.box.exists(KEPT), "the stick holds an update")
    within(appliance, lambda: not looks(appliance), "it was looked over")
    port.pull()
    refused, waits = update_state(appliance)["stick"]
    assert "a.poskoupdate" in refused, refused
    assert waits == f"Posko {NEWER} waits"
    installed = update_state(appliance)["version"]
    appliance.box.run("posko-update", "due", "--now")
    assert update_state(appliance)["version"] == NEWER
    appliance.box.run("posko-update", "rollback")
    after = update_state(appliance)
    [*_, ended] = after["history"]
    assert (after["version"], ended["source"], ended["ended"]) == (installed, "usb", "returned")


def test_a_stick_pulled_out_while_it_is_looked_over_is_taken_the_next_time(
    appliance: Appliance, port: UsbPort, release: Path, tmp_path: Path
) -> None:
    box = appliance.box
    box.run("rm", "-f", KEPT)
    made = carrying(stick(tmp_path, "mkfs.vfat"), {"b.poskoupdate": release})
    port.slow_down(AS_AN_OLD_STICK)
    port.plug(made)
    within(appliance, lambda: looks(appliance), "it is looked over")
    port.pull()
    within(appliance, lambda: not looks(appliance), "no longer")
    [said] = update_state(appliance)["stick"]
    assert "waits" not in said
    assert "nothing waits" in box.run("posko-update", "due", "--now")

    port.slow_down(0)
    port.plug(made)
    within(appliance, lambda: box.exists(KEPT), "it is kept")
