"""A box begins once its settings are there, however its system files are put in force meanwhile."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.nspawn.installing import CONFIG
from tests.nspawn.machine import Machine
from tests.nspawn.test_faults import DAEMONS, changed, configured, stop_box
from tests.support.waiting import wait_for

pytestmark = pytest.mark.slow
FILE = "/etc/posko/posko.toml"
GO = "/run/test-go"
WAITS = f'[Service]\nExecStartPre=/bin/sh -c "until [ -e {GO} ]; do sleep 0.1; done"\n'


@contextmanager
def without_settings(machine: Machine) -> Iterator[None]:
    """No posko.toml while the block lasts."""
    machine.must("mv", FILE, f"{FILE}.aside")
    try:
        yield
    finally:
        machine.run("mv", f"{FILE}.aside", FILE)


def test_daemons_without_settings_are_held_back_and_start_by_themselves_when_those_come(
    machine: Machine,
) -> None:
    """Box check 2."""
    stop_box(machine)
    with without_settings(machine):
        machine.must("systemctl", "start", "posko-begin.path", "posko.target", *DAEMONS)
        for unit in (*DAEMONS, "posko-migrate"):
            told = machine.run("systemctl", "status", unit).said
            assert f"ConditionPathExists={FILE} was not met" in told
            assert machine.show(unit, "ActiveState") == "inactive"
        waiting = machine.must("systemctl", "list-units", "--no-legend", "posko-retry@*")
        assert waiting == ""
        assert machine.show("posko-begin.path", "ActiveState") == "active"
    wait_for(lambda: machine.show("posko.target", "ActiveState") == "active", "it has begun")
    assert {machine.show(unit, "ActiveState") for unit in DAEMONS} == {"active"}
    stop_box(machine)
    assert machine.show("posko-begin.service", "ActiveState") == "active", "done once"
    machine.must("systemctl", "stop", "posko-begin.path", "posko-begin.service")
    machine.must("systemctl", "start", "posko.target")


def test_who_waits_for_the_start_of_the_box_is_not_cut_off_by_new_system_files(
    machine: Machine,
) -> None:
    stop_box(machine)
    watched = CONFIG.replace("watchdog = false", "watchdog = true")
    with changed(machine, posko_migrate=WAITS), configured(machine, watched):
        starting = machine.begin("systemctl", "start", "posko.target")
        wait_for(lambda: machine.show("posko-migrate", "ActiveState") == "activating", "it waits")
        try:
            machine.must("posko-firmware", "apply")
            assert machine.show("", "RuntimeWatchdogUSec") == "14s"
            machine.must("posko-firmware", "rollback")
            assert machine.show("", "RuntimeWatchdogUSec") == "0"
            assert starting.poll() is None
        finally:
            machine.must("touch", GO)
        said, _ = starting.communicate(timeout=60)
        machine.must("rm", GO)
    assert (starting.returncode, said) == (0, "")
    assert {machine.show(unit, "ActiveState") for unit in DAEMONS} == {"active"}
