"""The pure pieces of the image: table of partitions, mounts, growing, words for the kernel."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from firmware_config import boards, chips
from tests.support.programs import leave_out, needs
from tests.support.repository import ROOT

IMAGE = ROOT / "packaging/image"
FSTAB = IMAGE / "files/etc/fstab"
GROW = IMAGE / "files/usr/lib/posko-image/grow"
GENERATOR = Path("/lib/systemd/system-generators/systemd-fstab-generator")
MIB = 1024 * 1024


def table(disk: Path) -> dict[str, object]:
    command = [needs("sfdisk"), "--json", str(disk)]
    done = subprocess.run(command, capture_output=True, check=True)
    found: dict[str, object] = json.loads(done.stdout)["partitiontable"]
    return found


@pytest.fixture
def disk(tmp_path: Path) -> Path:
    """A card of 1 GiB with an image for half of it."""
    made = tmp_path / "card"
    made.touch()
    os.truncate(made, 1024 * MIB)
    said = subprocess.run(
        ["sh", str(IMAGE / "partitions.sh"), "64", "256", "128"], capture_output=True, check=True
    )
    sfdisk = [needs("sfdisk"), "--quiet", str(made)]
    subprocess.run(sfdisk, input=said.stdout, check=True)
    return made


def sizes(disk: Path) -> list[tuple[int, int]]:
    parts = table(disk)["partitions"]
    assert isinstance(parts, list)
    return [(part["start"] * 512 // MIB, part["size"] * 512 // MIB) for part in parts]


def test_partitions_follow_each_other_on_whole_mebibytes(disk: Path) -> None:
    assert sizes(disk) == [(1, 64), (65, 256), (321, 128)]


def test_the_data_grow_to_the_end_of_the_card_and_again_do_nothing(disk: Path) -> None:
    for _ in range(2):
        subprocess.run(["sh", str(GROW), str(disk), "3"], check=True)
        assert sizes(disk) == [(1, 64), (65, 256), (321, 1024 - 321)]


def test_mounts_name_partitions_of_the_table(disk: Path) -> None:
    label = str(table(disk)["id"]).removeprefix("0x")
    named = re.findall(r"PARTUUID=(\w+)-0([1-3])", FSTAB.read_text())
    assert sorted(named) == [(label, number) for number in "123"]
    assert f"root=PARTUUID={label}-02 " in (IMAGE / "cmdline.txt").read_text()


def test_systemd_mounts_the_root_read_only_and_settings_and_complaints_from_the_data(
    tmp_path: Path,
) -> None:
    folders = [str(tmp_path / name) for name in ("normal", "early", "late")]
    for folder in folders:
        Path(folder).mkdir()
    environment = {"SYSTEMD_FSTAB": str(FSTAB), "SYSTEMD_IN_INITRD": "0"}
    subprocess.run([str(GENERATOR), *folders], env=environment, check=True, timeout=20)
    for mount, source in (
        ("var-lib-posko", "/data/posko"),
        ("etc-posko", "/data/settings"),
        ("var-lib-systemd", "/data/systemd"),
    ):
        assert f"What={source}\n" in (tmp_path / f"normal/{mount}.mount").read_text()
    [device] = (tmp_path / "normal").glob("dev-disk*03.device.d/*.conf")
    assert "JobRunningTimeoutSec=5min\n" in device.read_text()
    root = (tmp_path / "normal/-.mount").read_text()
    assert re.search(r"(?m)^Options=ro\b", root)
    assert (tmp_path / "normal/boot-firmware.automount").exists()


def test_the_words_of_a_box_go_into_those_for_the_kernel() -> None:
    words = ["console=tty1", "panic=10"]
    merged = boards.merged((IMAGE / "cmdline.txt").read_text(), words).split()
    assert {"ro", "rootwait", *words} <= set(merged)
    assert [word for word in merged if word.startswith("panic=")] == ["panic=10"]
    # A modem on the header's UART must not be spoken to by the kernel.
    assert not [word for word in merged if word.startswith(("console=ttyS", "console=ttyAMA"))]


def test_systemd_has_nothing_to_say_about_the_units_of_the_image(tmp_path: Path) -> None:
    units = IMAGE / "files/usr/lib/systemd/system"
    for program in ("usr/lib/posko-image/first-boot", "usr/lib/systemd/systemd-sysctl"):
        (tmp_path / program).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / program).touch(mode=0o755)
    (tmp_path / "usr/bin").mkdir()
    for program in ("mount", "systemctl"):
        (tmp_path / "usr/bin" / program).touch(mode=0o755)
    shutil.copytree(units, tmp_path / "usr/lib/systemd/system")
    names = [
        str(tmp_path / "usr/lib/systemd/system" / unit.name) for unit in units.glob("*.service")
    ]
    command = [needs("systemd-analyze"), "verify", "--man=no", "--recursive-errors=no"]
    done = subprocess.run(
        [*command, f"--root={tmp_path}", *names], capture_output=True, text=True, check=False
    )
    assert done.stdout + done.stderr == ""


def test_programs_of_this_machine_leave_nothing_in_the_root_they_were_lent_to(
    tmp_path: Path,
) -> None:
    if os.uname().machine != "x86_64":
        leave_out("where nothing is emulated nothing is lent")
    (tmp_path / "usr/bin").mkdir(parents=True)
    (tmp_path / "usr/lib").mkdir()
    (tmp_path / "lib").symlink_to("usr/lib")
    (tmp_path / "usr/bin/sh").symlink_to("dash")
    before = everything_below(tmp_path)
    for verb in ("add", "shell"):
        subprocess.run(["sh", str(IMAGE / "native-tools.sh"), verb, str(tmp_path)], check=True)
    if os.geteuid() == 0:
        said = subprocess.run(
            [needs("chroot"), str(tmp_path), "/usr/bin/sh", "-c", "/native/bin/dpkg-deb --version"],
            capture_output=True,
            text=True,
            check=True,
        )
        assert "dpkg-deb" in said.stdout
    subprocess.run(["sh", str(IMAGE / "native-tools.sh"), "remove", str(tmp_path)], check=True)
    assert everything_below(tmp_path) == before


def everything_below(folder: Path) -> dict[str, str]:
    """Names, and where links point."""
    return {
        str(path.relative_to(folder)): str(path.readlink()) if path.is_symlink() else ""
        for path in folder.rglob("*")
    }


def test_the_image_has_the_firmware_of_every_chip_that_a_box_can_use() -> None:
    needed = {chip.firmware for chip in chips.table().values() if chip.firmware}
    assert "firmware-brcm80211" in needed
    assert needed <= set((IMAGE / "packages").read_text().split())
