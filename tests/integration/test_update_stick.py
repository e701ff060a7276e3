"""Updates on a stick, and what waits for its hour, by the command itself on a box of its own."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import updated_box
from tests.support.programs import needs
from tests.support.tiny_package import KEY, package, update
from tests.support.updated_box import NEW, OLD, UpdatedBox

pytestmark = pytest.mark.slow

_OTHER = bytes(32)


class Stick:
    """A box, a stick, and what `posko-update` does with them."""

    def __init__(self, box: UpdatedBox, folder: Path) -> None:
        self.box, self.folder = box, folder / "stick"
        self.folder.mkdir()
        self.config = folder / "posko.toml"
        self.write(keys=[KEY])

    def write(self, *, keys: list[str], window: str = "00:00-00:00") -> None:
        self.config.write_text(
            f"""
            site = {{ code = "14.71.07", name = "Bukit Raya", city = "Kota Pekanbaru" }}
            store = {{ path = "{self.box.root}/posko.db" }}
            update = {{ release_keys = {json.dumps(keys)}, window = "{window}" }}
            """
        )

    def put(self, made: Path, name: str = "") -> Path:
        return made.rename(self.folder / (name or made.name))

    def run(self, *words: object) -> tuple[int, str]:
        command = [sys.executable, "-m", "software_update", "--config", str(self.config)]
        done = subprocess.run(
            [*command, "--root", str(self.box.root), *map(str, words)],
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout + done.stderr

    @property
    def waits(self) -> bool:
        return (self.box.box.home.folder / "usb.poskoupdate").exists()


@pytest.fixture
def stick(tmp_path: Path) -> Stick:
    return Stick(updated_box.make(tmp_path), tmp_path)


def test_the_newest_update_of_a_stick_waits_and_is_installed_in_its_hour(
    stick: Stick, tmp_path: Path
) -> None:
    for version in (NEW, "1.2.0"):
        stick.put(update(package(tmp_path, version)))
    stick.put(update(package(tmp_path, "1.3.0"), secret=_OTHER))
    (stick.folder / "broken.poskoupdate").write_text("not one")
    (stick.folder / "holiday.jpg").write_text("a picture")
    status, said = stick.run("look", stick.folder)
    assert (status, stick.waits) == (0, True), said
    assert "1.2.0 waits" in said
    assert "1.3.0_all.poskoupdate: signed by no release key" in said
    status, said = stick.run("due")
    assert (status, stick.box.version) == (0, OLD), said
    assert "waits for 00:00-00:00" in said
    status, said = stick.run("due", "--now")
    assert "dpkg" in said or stick.box.version == "1.2.0", said


@pytest.mark.parametrize("version", [NEW, "1.2.0"], ids=["the same", "newer"])
def test_a_damaged_copy_does_not_stand_in_the_way_of_a_whole_one(
    stick: Stick, tmp_path: Path, version: str
) -> None:
    damaged = stick.put(update(package(tmp_path, version)), "a.poskoupdate")
    content = damaged.read_bytes()
    damaged.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    stick.put(update(package(tmp_path, NEW)), "b.poskoupdate")
    status, said = stick.run("look", stick.folder)
    assert (status, stick.waits) == (0, True), said
    assert "a.poskoupdate: its package is cut short or damaged" in said
    assert f"{NEW} waits" in said


def test_in_its_hour_it_is_installed_by_itself(stick: Stick, tmp_path: Path) -> None:
    stick.put(update(package(tmp_path, NEW)))
    stick.write(keys=[KEY], window="00:00-23:59")
    assert stick.run("look", stick.folder)[0] == 0
    status, said = stick.run("due")
    assert (status, stick.box.version) == (0, NEW), said
    assert "was kept" in said
    assert stick.box.box.home.history()[-1]["source"] == "usb"
    assert "nothing waits" in stick.run("due")[1]
    assert not stick.waits


def test_what_the_city_has_sent_is_installed_likewise(stick: Stick, tmp_path: Path) -> None:
    (stick.box.root / "software").mkdir()
    update(package(tmp_path, NEW)).rename(stick.box.root / "software/x.poskoupdate")
    status, said = stick.run("due", "--now")
    assert (status, stick.box.version) == (0, NEW), said
    assert stick.box.box.home.history()[-1]["source"] == "city"


def test_what_does_not_fit_is_told_on_the_box(stick: Stick, tmp_path: Path) -> None:
    stick.put(update(package(tmp_path, "0.9.0")))
    stick.put(update(package(tmp_path, NEW), secret=_OTHER), "evil\x1b[2Jname.poskoupdate")
    status, said = stick.run("look", stick.folder)
    assert (status, stick.waits) == (1, False)
    assert "\x1b" not in said
    status, said = stick.run("status")
    assert "older than the installed" in said
    assert "signed by no release key" in said
    assert json.loads(stick.run("status", "--json")[1])["version"] == OLD


def test_a_release_that_was_taken_back_twice_is_not_tried_again_by_itself(
    stick: Stick, tmp_path: Path
) -> None:
    made = update(package(tmp_path, NEW, scripts={"postinst": "#!/bin/sh\nexit 1\n"}))
    stick.put(made)
    for _ in range(2):
        assert stick.run("look", stick.folder)[0] == 0
        status, said = stick.run("due", "--now")
        assert (status, stick.box.version) == (1, OLD), said
    for words in (("look", stick.folder), ("due", "--now")):
        assert "taken back twice" in stick.run(*words)[1]
    assert (stick.waits, stick.box.version) == (False, OLD)


def test_a_stick_without_an_update_is_none_of_our_business(stick: Stick) -> None:
    (stick.folder / "holiday.jpg").write_text("a picture")
    assert stick.run("look", stick.folder) == (0, "")


def test_a_box_goes_back_by_hand_after_a_release_has_stayed(stick: Stick, tmp_path: Path) -> None:
    assert "no release before" in stick.run("rollback")[1]
    status, said = stick.run("install", update(package(tmp_path, NEW)))
    assert (status, stick.box.version) == (0, NEW), said
    status, said = stick.run("rollback")
    assert (status, stick.box.version) == (0, OLD), said
    assert stick.box.complaints == ["before"]


@pytest.fixture
def device(stick: Stick, tmp_path: Path) -> Iterator[Path]:
    """The stick as a disk."""
    losetup, mkfs = needs("losetup"), needs("mke2fs")
    stick.put(update(package(tmp_path, NEW)))
    image = tmp_path / "image"
    image.touch()
    command = [mkfs, "-q", "-t", "ext4", "-d", str(stick.folder), str(image), "4M"]
    subprocess.run(command, check=True, capture_output=True)
    loop = subprocess.run(
        [losetup, "--find", "--show", "--read-only", str(image)],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.strip()
    yield Path(loop)
    subprocess.run([losetup, "--detach", loop], check=True)


def test_a_disk_is_mounted_to_read_and_no_longer_than_needed(stick: Stick, device: Path) -> None:
    status, said = stick.run("look", device)
    assert (status, stick.waits) == (0, True), said
    assert str(device) not in Path("/proc/mounts").read_text()


def test_what_is_no_disk_is_said(stick: Stick, tmp_path: Path) -> None:
    assert "neither a folder nor a disk" in stick.run("look", stick.config)[1]
