"""`posko doctor` at boxes that have a fault, box check 18: database, disk and backups."""

import os
import shutil
import subprocess
from contextlib import ExitStack

import pytest

from tests.integration.doctor.sick import Doctor, Faults, Sick
from tests.support.disks import fill, small_disk

pytestmark = pytest.mark.slow
faults = Faults()


@faults.seed("database", "fault", "damaged", "posko store repair")
def corrupt_database(box: Sick, _: ExitStack) -> None:
    with box.database.open("r+b") as file:
        file.seek(3 * 512)
        file.write(b"\xee" * 20_000)


@faults.seed("database", "fault", "none at", "posko migrate")
def no_database(box: Sick, _: ExitStack) -> None:
    box.database.unlink()


@faults.seed("database", "fault", "posko.db.blobs", "chmod g+rwX")
def folder_of_photos_that_nobody_enters(box: Sick, _: ExitStack) -> None:
    box.database.with_name("posko.db.blobs").mkdir(mode=0o660)


@faults.seed("database", "fault", "group may not write", "chmod g+rwX")
def database_that_the_group_may_not_write(box: Sick, _: ExitStack) -> None:
    box.database.chmod(0o640)


@faults.seed("database", "fault", "group may not write", "chgrp posko")
def database_that_belongs_to_root(box: Sick, _: ExitStack) -> None:
    box.database.chmod(0o660)
    os.chown(box.database, -1, 1)


@faults.seed("database", "fault", "its disk is mounted read-only", "dmesg")
def database_on_a_disk_that_is_read_only(box: Sick, done: ExitStack) -> None:
    disk = done.enter_context(small_disk(box.home / "disk", 4_000_000))
    shutil.copy(box.database, disk)
    subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
    box.tables["store"] = [f'path = "{disk}/posko.db"']


@faults.seed("backup", "warn", "key is not set", "docs/backup.md")
def nobody_makes_backups(_box: Sick, _: ExitStack) -> None:
    pass


@faults.seed("disk", "fault", "0 of", "Disk full")
def full_disk(box: Sick, done: ExitStack) -> None:
    disk = done.enter_context(small_disk(box.home / "disk", 4_000_000))
    fill(disk / "photos")
    box.tables["store"] = [f'path = "{disk}/posko.db"']


@faults.seed("disk", "fault", "read-only", "dmesg")
def disk_that_the_kernel_has_made_read_only(box: Sick, done: ExitStack) -> None:
    disk = done.enter_context(small_disk(box.home / "disk", 4_000_000))
    subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
    box.tables["store"] = [f'path = "{disk}/posko.db"']


@pytest.mark.parametrize("name", faults)
def test_doctor_finds_a_fault_and_says_what_to_do(name: str, sick: Sick, doctor: Doctor) -> None:
    faults[name].check(sick, doctor)
