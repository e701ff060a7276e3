"""The nightly backup by its own unit, and a restore under running daemons. Box check 13."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from command_center.commands import sealed
from tests.nspawn.installing import CONFIG
from tests.nspawn.machine import Machine
from tests.nspawn.visitors import complain
from tests.support.waiting import wait_for

pytestmark = pytest.mark.slow
STICK = "/media/posko"


@pytest.fixture
def stick(machine: Machine, tmp_path: Path) -> Iterator[str]:
    """One that is mounted as media-posko.mount does; its key is on the box as `/root/key`."""
    public = sealed.create(tmp_path / "key")
    config = machine.root / "etc/posko/posko.toml"
    config.write_text(f'{CONFIG}\n[backup]\nkey = "{public}"\n')
    machine.must(
        "install", "-m", "600", "/dev/stdin", "/root/key", given=(tmp_path / "key").read_text()
    )
    options = "nosuid,nodev,noexec,size=8m,mode=0770,gid=posko"
    machine.must("mkdir", "-p", STICK)
    machine.must("mount", "-t", "tmpfs", "-o", options, "none", STICK)
    yield STICK
    machine.must("umount", STICK)
    config.write_text(CONFIG)


def requests(machine: Machine) -> str:
    return machine.must("posko", "requests", "--json")


def test_a_backup_is_made_by_its_unit_and_residents_go_on_after_a_restore(
    machine: Machine, stick: str
) -> None:
    complain(machine, "sebelum cadangan")
    machine.must("systemctl", "start", "posko-backup")
    assert "verified" in machine.journal("posko-backup")
    assert machine.must("find", stick, "-name", "*.posko", "-user", "posko-sync")
    assert machine.must("ls", "/var/lib/posko").count("backup") == 0
    lost = complain(machine, "setelah cadangan")

    refused = machine.run("posko", "restore", stick, "--key", "/root/key")
    assert refused.status == 1
    assert "--set-aside" in refused.said
    machine.must("posko", "restore", stick, "--key", "/root/key", "--set-aside")
    again = wait_for(lambda: complain(machine, "setelah pemulihan"), "the portal goes on")
    assert again.rpartition("/")[2][:4] != lost.rpartition("/")[2][:4], "another block"
    assert "sebelum cadangan" in requests(machine)
    assert "setelah cadangan" not in requests(machine)
    owners = machine.must("stat", "-c", "%U:%G %a", "/var/lib/posko/posko.db").strip()
    assert owners == "posko-sync:posko 660"
    wait_for(machine.is_settled, "every daemon is on the new database")


def test_a_backup_every_night_is_due(machine: Machine) -> None:
    assert machine.show("posko-backup.timer", "ActiveState") == "active"
    assert machine.show("posko-backup.timer", "NextElapseUSecRealtime")
