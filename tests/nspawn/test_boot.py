"""What stands after a boot of the installed box: our units under the real PID 1. Box check 2."""

import re
from pathlib import Path

import pytest

from firmware_config.rendering import render
from tests.nspawn.machine import Machine
from tests.nspawn.visitors import complain, page_for_phone, page_on_box
from tests.support.layouts import layout

pytestmark = pytest.mark.slow
DAEMONS = ("portal", "kiosk", "desk", "modem", "sync", "gate")
RULES = "/lib/udev/rules.d"
THRESHOLD = "20"
"""2.0, as systemd-analyze counts."""


def test_every_daemon_said_that_it_is_ready(machine: Machine) -> None:
    states = {name: machine.show(f"posko-{name}", "ActiveState") for name in DAEMONS}
    assert states == dict.fromkeys(DAEMONS, "active")
    boot = machine.journal("*").partition("Reached target posko.target")
    assert boot[1], "the journal tells of the boot"
    assert "Scheduled restart job" not in boot[0]


def test_no_machine_of_another_test_has_its_units_in_the_same_cgroups(machine: Machine) -> None:
    own = {group.name for group in machine.cgroups}
    told = Path(f"/proc/{machine.leader}/cgroup").read_text().splitlines()
    of_units = [line for line in told if re.match(r"\d+:(name=systemd)?:", line)]
    assert of_units
    assert all(own & set(line.split("/")) for line in of_units)


def test_the_database_is_made_before_a_daemon_starts(machine: Machine) -> None:
    made = int(machine.show("posko-migrate", "InactiveExitTimestampMonotonic"))
    whole = int(machine.show("posko-migrate", "ActiveEnterTimestampMonotonic"))
    assert made < whole
    for name in DAEMONS:
        assert int(machine.show(f"posko-{name}", "InactiveExitTimestampMonotonic")) >= whole
    assert "whole" in machine.must("posko", "store", "check")


def test_what_has_no_hardware_stays_out_and_says_by_which_condition(machine: Machine) -> None:
    browser = machine.run("systemctl", "status", "posko-kiosk-browser").said
    assert "start condition failed" in browser
    assert machine.show("posko-kiosk-browser", "NRestarts") == "0"


def test_a_phone_submits_a_complaint_and_reads_its_ticket(machine: Machine) -> None:
    where = complain(machine, "lampu jalan mati")
    assert page_for_phone(machine, where.removeprefix("http://posko.lan")).status == 200


@pytest.mark.parametrize(("port", "path"), [(8081, "/"), (8082, "/masuk")])
def test_kiosk_and_desk_answer(machine: Machine, port: int, path: str) -> None:
    assert page_on_box(machine, port, path).status in (200, 303)


@pytest.mark.parametrize("name", DAEMONS)
def test_no_daemon_is_root(machine: Machine, name: str) -> None:
    assert machine.must("stat", "-c", "%U", f"/proc/{machine.pid(f'posko-{name}')}").strip() == (
        f"posko-{name}"
    )


@pytest.mark.parametrize("name", [*DAEMONS, "migrate"])
def test_what_a_daemon_could_reach_is_little_on_a_running_system_too(
    machine: Machine, name: str
) -> None:
    asked = ("systemd-analyze", "security", "--no-pager", f"--threshold={THRESHOLD}")
    machine.must(*asked, f"posko-{name}.service")


def test_every_daemon_may_write_the_database_whoever_made_it(machine: Machine) -> None:
    listed = machine.must("find", "/var/lib/posko", "-printf", "%m %g %f\n").splitlines()
    modes = {name: (mode, group) for mode, group, name in map(str.split, listed)}
    assert modes["posko"] == ("2770", "posko")
    for end in ("", "-wal", "-shm"):
        assert modes[f"posko.db{end}"] == ("660", "posko")
    for name in DAEMONS:
        asked = ("test", "-w", "/var/lib/posko/posko.db")
        assert machine.run(*asked, user=f"posko-{name}").status == 0


@pytest.mark.parametrize(("wrong", "is_told"), [("", False), ('SUBSYSTEMZ=="usb"\n', True)])
def test_udev_reads_our_rules_without_a_complaint(
    machine: Machine, wrong: str, *, is_told: bool
) -> None:
    ours = machine.must("sh", "-c", f"cat {RULES}/*-posko-*.rules")
    ours += render(layout("pi4-two-zones"))["lib/udev/rules.d/75-posko-clock.rules"].text
    machine.must("mkdir", "-p", "/run/udev/rules.d")
    machine.must("tee", "/run/udev/rules.d/90-test.rules", given=ours + wrong)
    said = machine.run("udevadm", "test", "--action=add", "/class/net/lo").said
    machine.must("rm", "/run/udev/rules.d/90-test.rules")
    complaints = [line for line in said.splitlines() if "90-test.rules:" in line]
    assert bool(complaints) == is_told, said
