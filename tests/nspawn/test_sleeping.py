"""Kiosk and desk sleep, for the real PID 1 as the services that it watches. Box check 16."""

import pytest

from tests.nspawn.changing import all_are_back, changed, configured
from tests.nspawn.installing import CONFIG
from tests.nspawn.machine import Machine
from tests.nspawn.visitors import page_on_box
from tests.support.waiting import wait_for

pytestmark = pytest.mark.slow

WATCHDOG_S = 3
PAGES = {"posko-kiosk": (8081, "/"), "posko-desk": (8082, "/masuk")}
_QUICK = f"[Service]\nWatchdogSec={WATCHDOG_S}s\nRestartSec=100ms\n"
_SLEEPY = f"{CONFIG}\n[sleep]\nafter_s = 1\n"


def is_asleep(machine: Machine, unit: str) -> bool:
    return machine.show(unit, "StatusText").startswith("asleep")


def turned_ms(machine: Machine, unit: str) -> int:
    """When systemd last heard from it."""
    return int(machine.show(unit, "WatchdogTimestampMonotonic")) // 1000


@pytest.mark.parametrize("unit", PAGES)
def test_a_face_sleeps_and_wakes_as_the_service_that_systemd_watches(
    machine: Machine, unit: str
) -> None:
    port, path = PAGES[unit]
    with changed(machine, **{unit.replace("-", "_"): _QUICK}), configured(machine, _SLEEPY):
        machine.run("posko", "desk", "add", "--role", "admin", "tini")  # once is enough
        machine.must("systemctl", "restart", unit)
        pid = machine.pid(unit)
        wait_for(lambda: is_asleep(machine, unit), "it sleeps")
        began_ms = turned_ms(machine, unit)
        wait_for(
            lambda: turned_ms(machine, unit) > began_ms + 1000 * WATCHDOG_S, "it goes on turning"
        )
        assert is_asleep(machine, unit)
        assert page_on_box(machine, port, path).status == 200
        assert not is_asleep(machine, unit)
        assert (machine.pid(unit), machine.show(unit, "NRestarts")) == (pid, "0")
        wait_for(lambda: is_asleep(machine, unit), "it sleeps again")
        machine.must("kill", "-STOP", pid)
        wait_for(lambda: machine.show(unit, "NRestarts") == "1", "it was missed")
        wait_for(lambda: all_are_back(machine, {unit: pid}), "it is back")
        assert page_on_box(machine, port, path).status == 200
