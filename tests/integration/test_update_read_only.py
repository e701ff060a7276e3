"""An update of a system that is mounted read-only, as the image's is (docs/image.md)."""

import os
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from software_update.rescue.machine import Phase
from software_update.rescue.read_only import LOCK
from tests.support import updated_box
from tests.support.programs import needs
from tests.support.updated_box import BAD, GOOD, NEW, OLD, UpdatedBox, release

pytestmark = pytest.mark.slow
needs("dpkg")


def mount(*words: str) -> None:
    subprocess.run([needs("mount"), *words], check=True)


def is_read_only(box: UpdatedBox) -> bool:
    return bool(os.statvfs(box.root).f_flag & os.ST_RDONLY)


@pytest.fixture
def box(tmp_path: Path) -> Iterator[UpdatedBox]:
    """A box whose system is a file system of its own; what an update keeps is on another."""
    root = tmp_path / "root"
    home = root / "var/lib/posko-update"
    root.mkdir()
    mount("-t", "tmpfs", "-o", "size=64m", "system", str(root))
    try:
        home.mkdir(parents=True)
        mount("-t", "tmpfs", "-o", "size=16m", "data", str(home))
        made = updated_box.make(tmp_path)
        (root / "etc/fstab").write_text(
            f"# ro\nLABEL=data {home} ext4 ro 0 0\nLABEL=x / ext4 ro 0 1\n"
        )
        mount("-o", "remount,ro", str(root))
        yield made
    finally:
        subprocess.run([needs("umount"), "--lazy", str(home), str(root)], check=True)


@pytest.mark.parametrize(("state", "end"), [(GOOD, (NEW, "kept")), (BAD, (OLD, "returned"))])
def test_the_system_is_read_only_again_whatever_became_of_the_update(
    box: UpdatedBox, tmp_path: Path, state: str, end: tuple[str, str]
) -> None:
    box.begin(release(tmp_path, state))
    box.go_on()
    assert (box.version, box.ended()) == (end[0], f"{NEW} {end[1]}")
    assert is_read_only(box)
    assert list((box.root / "etc/systemd/system").rglob("*.service")) == []


def test_an_update_goes_on_after_a_power_cut_that_left_it_read_only(
    box: UpdatedBox, tmp_path: Path
) -> None:
    box.begin(release(tmp_path, GOOD))
    mount("-o", "remount,ro", str(box.root))
    box.go_on()
    assert box.ended() == f"{NEW} kept"
    assert is_read_only(box)


def test_what_keeps_the_system_writable_is_told_and_does_not_spoil_the_update(
    box: UpdatedBox, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with (box.root / "usr/lib/posko/state").open():
        box.begin(release(tmp_path, GOOD))
        box.go_on()
        assert not is_read_only(box)
    assert box.ended() == f"{NEW} kept"
    assert "update until the next start" in caplog.text
    assert box.box.home.load() is None


def test_nobody_makes_it_read_only_while_an_update_works(box: UpdatedBox, tmp_path: Path) -> None:
    """posko-update.service asks for this lock before it does."""
    lock = box.box.home.folder / LOCK
    seen: list[bool] = []
    wait = box.box.wait

    def look(seconds: float) -> None:
        command = [needs("flock"), "--nonblock", str(lock), "true"]
        seen.append(subprocess.run(command, check=False).returncode == 0)
        wait(seconds)

    watched = replace(box, box=replace(box.box, wait=look))
    watched.begin(release(tmp_path, GOOD))
    watched.go_on()
    assert seen
    assert not any(seen)
    assert Phase.KEPT.value in box.ended()
