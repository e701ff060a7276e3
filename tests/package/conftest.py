"""The package of this tree, on a Debian of its own for each test."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.package.machine import SITE, Machine, over
from tests.support.package import package
from tests.support.programs import needs
from tests.support.rootfs import rootfs

_NOT_NEEDED = ("./boot", "./lib/modules", "./usr/lib/modules", "./usr/lib/firmware")


@pytest.fixture(scope="session")
def deb() -> Path:
    """posko_VERSION_ARCH.deb of this tree."""
    return package()


@pytest.fixture(scope="module")
def debian(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clean Debian with what the package depends on, as a folder nobody writes to."""
    folder = tmp_path_factory.mktemp("debian")
    left_out = [f"--exclude={name}" for name in _NOT_NEEDED]
    subprocess.run([needs("tar"), "-xf", str(rootfs()), "-C", str(folder), *left_out], check=True)
    (folder / "usr/sbin/policy-rc.d").write_text("#!/bin/sh\nexit 101\n")
    (folder / "usr/sbin/policy-rc.d").chmod(0o755)
    # No test cuts the power.
    (folder / "etc/dpkg/dpkg.cfg.d/posko-test").write_text("force-unsafe-io\n")
    return folder


@pytest.fixture(scope="module")
def installed(
    debian: Path, deb: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Machine]:
    """A machine on which it was installed, to look at only."""
    with over(str(debian), tmp_path_factory.mktemp("installed")) as machine:
        machine.install(deb)
        settle(machine)
        yield machine


@pytest.fixture
def box(debian: Path, installed: Machine, tmp_path: Path) -> Iterator[Machine]:
    """The same, for one test to change."""
    with over(f"{installed.root.with_name('upper')}:{debian}", tmp_path / "box") as machine:
        yield machine


def settle(machine: Machine) -> None:
    """Tell a box which kecamatan it stands in."""
    site = machine.root / "etc/posko/posko.toml"
    site.write_text(SITE)
    site.chmod(0o640)
    machine.run("chgrp", "posko", "/etc/posko/posko.toml")
