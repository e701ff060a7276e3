"""An update whose portal does not start, on a real box: box check 14."""

import json
import shutil
import tomllib
from pathlib import Path

import pytest

from tests.nspawn.installing import CONFIG
from tests.nspawn.machine import Machine
from tests.nspawn.visitors import complain, page_for_phone
from tests.support import tiny_package
from tests.support.package import package, remade
from tests.support.repository import ROOT
from tests.support.waiting import wait_for

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

INSTALLED = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
BROKEN = "99.0.0"
_UPDATE = f'\n[update]\nrelease_keys = ["{tiny_package.KEY}"]\nwindow = "00:00-23:59"\n'


def broken_release(folder: Path) -> Path:
    """This package as a newer one, whose portal and whose own updater do not start."""
    return tiny_package.update(remade(package(), folder, BROKEN, _break))


def _break(tree: Path) -> None:
    for name in ("posko-portal", "posko-update"):
        (tree / "usr/lib/posko/bin" / name).write_text("#!/bin/sh\nexit 1\n")


def version(machine: Machine) -> str:
    return machine.must("dpkg-query", "--show", "--showformat=${Version}", "posko")


def under_way(machine: Machine) -> Path:
    return machine.root / "var/lib/posko-update/update.json"


def shorten_trial(machine: Machine) -> None:
    """Nobody waits a quarter of an hour."""
    told = json.loads(under_way(machine).read_text())
    aside = under_way(machine).with_name("aside")
    aside.write_text(json.dumps({**told, "minutes": 0.2}))
    aside.rename(under_way(machine))


def test_a_release_whose_portal_does_not_start_is_taken_back_by_what_was_left_aside(
    machine: Machine, tmp_path: Path
) -> None:
    complain(machine, "Lampu jalan depan pasar mati sejak sebelum pembaruan")
    config = machine.root / "etc/posko/posko.toml"
    folder = machine.root / "var/lib/posko/software"
    try:
        config.write_text(CONFIG + _UPDATE)
        folder.mkdir(exist_ok=True)
        shutil.copy(broken_release(tmp_path), folder / "x.poskoupdate")
        began = machine.run("systemctl", "start", "posko-update.service")
        assert began.status == 0, machine.journal("posko-update.service")
        wait_for(lambda: '"trial"' in under_way(machine).read_text(), "on trial", limit_s=60)
        assert version(machine) == BROKEN
        assert machine.run("posko-update", "status").status == 1
        shorten_trial(machine)
        wait_for(lambda: not under_way(machine).exists(), "ended", limit_s=120)
    finally:
        config.write_text(CONFIG)
        shutil.rmtree(folder)
        machine.must("systemctl", "reset-failed")
    assert version(machine) == INSTALLED
    [*_, ended] = json.loads(machine.must("posko-update", "status", "--json"))["history"]
    assert (ended["version"], ended["ended"], ended["source"]) == (BROKEN, "returned", "city")
    assert "posko-portal.service" in ended["why"]
    machine.wait_until_settled()
    assert page_for_phone(machine, "/").status == 200
    assert "sejak sebelum pembaruan" in machine.must("posko", "requests", "--json")
    units = machine.root / "etc/systemd/system"
    assert [path.name for path in units.rglob("posko-update-run.service")] == []
