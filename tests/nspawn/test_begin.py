"""A box begins once its settings are there, however its system files are put in force meanwhile."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from appliance.setup.draft import Folder
from tests.nspawn.changing import DAEMONS, QUICK_RETRY, changed, configured, stop_box
from tests.nspawn.installing import CONFIG
from tests.nspawn.machine import Machine
from tests.support.waiting import wait_for

pytestmark = pytest.mark.slow
FILE = "/etc/posko/posko.toml"
GO = "/run/test-go"
ANSWERS = str(Folder().answers_file)
AT_ONCE = "[Service]\nRestartSec=100ms\n"
WAITS = f'[Service]\nExecStartPre=/bin/sh -c "until [ -e {GO} ]; do sleep 0.1; done"\n'


@contextmanager
def without_settings(machine: Machine) -> Iterator[None]:
    """No posko.toml while the block lasts."""
    machine.must("mv", FILE, f"{FILE}.aside")
    try:
        yield
    finally:
        machine.run("mv", f"{FILE}.aside", FILE)


def retried(machine: Machine) -> set[str]:
    """The units that are tried anew in a while: one may be so from an earlier test."""
    waiting = machine.must("systemctl", "list-units", "--plain", "--no-legend", "posko-retry@*")
    return {line.split()[0] for line in waiting.splitlines()}


def is_held_back(machine: Machine, unit: str) -> bool:
    """Whether a unit was to be started and was not, for want of the settings."""
    asked = machine.must("systemctl", "show", "--property=ActiveState,ConditionResult", unit)
    return set(asked.split()) == {"ActiveState=inactive", "ConditionResult=no"}


def test_daemons_without_settings_are_held_back_and_start_by_themselves_when_those_come(
    machine: Machine,
) -> None:
    """Box check 2."""
    stop_box(machine)
    before = retried(machine)
    with without_settings(machine):
        machine.must("systemctl", "start", "posko-begin.path", "posko.target", *DAEMONS)
        for unit in (*DAEMONS, "posko-migrate"):
            told = machine.run("systemctl", "status", unit).said
            assert f"ConditionPathExists={FILE} was not met" in told
            assert machine.show(unit, "ActiveState") == "inactive"
        assert retried(machine) <= before
        assert machine.show("posko-begin.path", "ActiveState") == "active"
    wait_for(lambda: machine.show("posko.target", "ActiveState") == "active", "it has begun")
    machine.wait_until_settled()
    assert {machine.show(unit, "ActiveState") for unit in DAEMONS} == {"active"}


def test_what_is_restarted_or_retried_while_the_settings_are_away_starts_when_they_are_back(
    machine: Machine,
) -> None:
    hurt, other = "posko-portal", "posko-kiosk"
    retry = f"{other.replace('-', '_')}.service"
    with changed(machine, **{f"posko_retry__{retry}": QUICK_RETRY, "posko_portal": AT_ONCE}):
        for _ in range(2):
            running = machine.pid("posko-desk")
            machine.must("systemctl", "stop", other)
            with without_settings(machine):
                machine.must("systemctl", "kill", "--kill-whom=main", "--signal=KILL", hurt)
                machine.must("systemctl", "start", f"posko-retry@{other}.service.service")
                for unit in (hurt, other):
                    wait_for(lambda: is_held_back(machine, unit), f"{unit} has been tried")
            for unit in (hurt, other):
                wait_for(lambda: machine.show(unit, "ActiveState") == "active", f"{unit} is back")
            assert machine.pid("posko-desk") == running


@pytest.mark.parametrize("is_begun", [False, True])
def test_settings_put_there_by_hand_end_a_setup_that_nobody_has_begun(
    machine: Machine, is_begun: bool
) -> None:
    wait_for(lambda: machine.show("posko-begin", "ActiveState") == "inactive", "none is on")
    with without_settings(machine):
        machine.must("systemctl", "start", "posko-setup")
        if is_begun:
            machine.must("install", "-o", "posko-setup", "/dev/stdin", ANSWERS, given="{}")
        wait_for(lambda: machine.show("posko-begin", "ActiveState") == "active", "it waits")
    wait_for(lambda: machine.show("posko-begin", "ActiveState") == "inactive", "it is done")
    gone = lambda: machine.show("posko-setup", "ActiveState") == "inactive"  # noqa: E731
    if is_begun:
        assert not gone()
        machine.must("rm", ANSWERS)
        machine.must("systemctl", "stop", "posko-setup")
    else:
        wait_for(gone, "the screen is the residents'")


@pytest.mark.parametrize(
    "edit", ["cp -p {file} {file}.new && mv {file}.new {file}", "echo >>{file}"]
)
def test_an_edit_of_the_settings_starts_nothing_that_was_stopped_and_restarts_nothing(
    machine: Machine, edit: str
) -> None:
    wait_for(lambda: machine.show("posko-begin", "ActiveState") == "inactive", "none is on")
    machine.must("systemctl", "stop", "posko-kiosk")
    before = {unit: machine.pid(unit) for unit in DAEMONS}
    ran = machine.show("posko-begin", "InvocationID")
    machine.must("sh", "-c", edit.format(file=FILE))
    wait_for(lambda: machine.show("posko-begin", "InvocationID") != ran, "it is noticed")
    wait_for(lambda: machine.show("posko-begin", "ActiveState") == "inactive", "it is done")
    machine.wait_until_settled()
    assert {unit: machine.pid(unit) for unit in DAEMONS} == before
    machine.must("systemctl", "start", "posko-kiosk")


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
