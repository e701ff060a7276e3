"""Box check 1: the package on a clean Debian, by the real dpkg and apt."""

import sqlite3
import subprocess
import tomllib
from contextlib import closing
from pathlib import Path

import pytest

from appliance.store.migrate import scripts
from tests.package.earlier import earlier
from tests.package.machine import Machine
from tests.support.package import ROOT
from tests.support.programs import needs

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]  # the first one builds the package

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
PROGRAMS = sorted(set(PROJECT["scripts"]) - {"posko-center"})
TICKET, SHOWN = "7620014", "07 620 014"
"""Of the complaint in tests/databases/schema-001.sql."""


@pytest.fixture(scope="module")
def before(deb: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package of the release before."""
    return earlier(deb, tmp_path_factory.mktemp("earlier"))


def give_a_complaint(machine: Machine) -> None:
    """The database of the first release, as its box left it."""
    path = machine.root / "var/lib/posko/posko.db"
    with closing(sqlite3.connect(path)) as db:
        db.executescript((ROOT / "tests/databases/schema-001.sql").read_text())
        db.execute("PRAGMA user_version = 1")
    path.chmod(0o660)
    machine.run("chown", "posko-sync:posko", "/var/lib/posko/posko.db")


def complaints(machine: Machine) -> str:
    return machine.run("posko", "requests", "--json", user="posko-desk")


def test_users_and_folders_are_made_with_their_rights(installed: Machine) -> None:
    listed = (
        "posko-portal",
        "posko-kiosk",
        "posko-desk",
        "posko-modem",
        "posko-sync",
        "posko-gate",
    )
    for user in listed:
        assert "posko" in installed.run("id", "-nG", user).split()
    found = installed.run(
        "stat", "-c", "%a %U:%G", "/var/lib/posko", "/etc/posko", "/etc/posko/posko.d"
    )
    assert found.splitlines() == ["2770 posko-sync:posko", "751 root:posko", "750 root:posko"]


@pytest.mark.parametrize("program", PROGRAMS)
def test_every_program_starts(installed: Machine, program: str) -> None:
    assert f"usage: {program}" in installed.run(program, "--help", user="posko-sync")


def test_it_says_its_version(installed: Machine) -> None:
    assert installed.run("posko", "--version") == f"posko {PROJECT['version']}\n"


def test_what_wheels_bring_can_be_imported(installed: Machine) -> None:
    modules = (
        "escpos.printer, gpiozero, msgspec, nacl.public, paho.mqtt.client, phonenumbers, segno"
    )
    code = f"import {modules}, serial, sqlite_utils, uuid_utils, waitress, usb.core"
    installed.run("/usr/lib/posko/bin/python3", "-c", code)


def test_modules_are_compiled_before_daemons_start_and_hold_no_docstrings(
    installed: Machine,
) -> None:
    code = (
        "import appliance.store.database as ours, flask; print(ours.__doc__, flask.Flask.__doc__)"
    )
    assert installed.run("/usr/lib/posko/bin/python3", "-c", code) == "None None\n"


def test_units_are_enabled_and_those_of_debian_left_out(installed: Machine) -> None:
    units = installed.root / "usr/lib/systemd/system"
    wanted = [
        f"{target}.wants/{unit.name}"
        for unit in units.glob("posko*")
        if unit.is_file()
        for line in unit.read_text().splitlines()
        if line.startswith("WantedBy=")
        for target in line.removeprefix("WantedBy=").split()
    ]
    enabled = installed.root / "etc/systemd/system"
    assert [link for link in wanted if not (enabled / link).is_symlink()] == []
    assert "multi-user.target.wants/posko.target" in wanted
    assert not (units / "posko-center.service").exists()
    for other in ("nginx", "dnsmasq", "hostapd"):
        assert (units / f"{other}.service.d/posko.conf").exists()


def test_systemd_has_nothing_to_say_about_the_installed_units(installed: Machine) -> None:
    units = sorted((installed.root / "usr/lib/systemd/system").glob("posko*.service"))
    names = [unit.name for unit in units if "@" not in unit.name]
    said = installed.ask("systemd-analyze", "verify", "--man=no", *names, "posko.target")
    complaints = [line for line in said.stderr.splitlines() if "posko" in line]
    # What the browser is started by is made from posko.toml.
    assert [line for line in complaints if "firmware/current/kiosk/browser" not in line] == []


def test_nobody_but_root_may_change_a_program_and_none_names_the_folder_of_its_build(
    installed: Machine,
) -> None:
    home = "/usr/lib/posko"
    assert (
        installed.run("find", home, "!", "-user", "root", "-o", "-perm", "/022", "!", "-type", "l")
        == ""
    )
    assert installed.ask("grep", "-rIlE", "/tmp/tmp[.]|debian/posko", home).stdout == ""


def test_the_database_is_open_to_all_daemons_and_to_nobody_else(box: Machine) -> None:
    assert box.migrate().returncode == 0
    for user in ("posko-portal", "posko-kiosk", "posko-desk", "posko-modem", "posko-gate"):
        box.run("test", "-w", "/var/lib/posko/posko.db", user=user)
    assert box.ask("test", "-r", "/var/lib/posko/posko.db", user="nobody").returncode == 1
    assert complaints(box).strip() == "[]"


def test_an_upgrade_migrates_and_keeps_every_complaint(
    box: Machine, before: Path, deb: Path
) -> None:
    box.install(before)
    give_a_complaint(box)
    assert box.migrate().returncode == 0
    assert box.schema() == len(scripts()) - 1
    kept = complaints(box)
    box.install(deb)
    assert box.migrate().returncode == 0
    assert box.schema() == len(scripts())
    assert complaints(box) == kept
    assert f'"ticket": "{SHOWN}"' in kept


def test_after_a_downgrade_the_program_goes_on_where_the_database_lets_it_or_says_what_to_do(
    box: Machine, before: Path
) -> None:
    give_a_complaint(box)
    assert box.migrate().returncode == 0
    kept, newest = complaints(box), len(scripts())
    box.install(before)
    box.sql(f"UPDATE schema_needs SET program = {newest} WHERE schema = {newest}")
    assert "Install the newer posko again" in box.migrate().stderr
    box.sql(f"UPDATE schema_needs SET program = {newest - 1} WHERE schema = {newest}")
    assert box.migrate().returncode == 0
    assert box.schema() == newest
    assert complaints(box) == kept


def test_complaints_and_settings_outlive_a_removal(box: Machine, deb: Path) -> None:
    give_a_complaint(box)
    assert box.migrate().returncode == 0
    kept = complaints(box)
    box.run("dpkg", "--remove", "posko")
    assert not (box.root / "usr/lib/posko").exists()
    assert not (box.root / "usr/bin/posko").is_symlink()
    box.install(deb)
    assert complaints(box) == kept


def test_a_purge_takes_settings_and_keys_but_never_complaints(box: Machine) -> None:
    give_a_complaint(box)
    place = box.root / "usr/local/lib/sysctl.d"
    place.parent.mkdir(parents=True, exist_ok=True)
    place.symlink_to("../../../etc/posko/firmware/current/lib/sysctl.d")
    said = box.run("dpkg", "--purge", "posko")
    assert "residents' complaints are kept in /var/lib/posko" in said
    assert not (box.root / "etc/posko").exists()
    assert not place.is_symlink()
    assert box.sql(f"SELECT count(*) FROM requests WHERE ticket = {TICKET}") == "1"


def test_lintian_finds_nothing_that_has_no_reason(deb: Path) -> None:
    command = [needs("lintian"), "--allow-root", "--fail-on=error,warning", str(deb)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
