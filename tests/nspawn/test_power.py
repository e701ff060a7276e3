"""A box that is switched off in order: nobody has to be killed, and nothing told is missing."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest

from tests.nspawn.changing import DAEMONS
from tests.nspawn.machine import Machine
from tests.nspawn.visitors import complain, page_for_phone

pytestmark = pytest.mark.slow
_DROP_IN = "/run/systemd/journald.conf.d/90-test.conf"
_TO_CONSOLE = "[Journal]\nForwardToConsole=yes\nTTYPath=/dev/console\nMaxLevelConsole=info\n"
_KILLED = re.compile(r"posko-\S+ (?:State 'stop\S*' timed out|Sent signal SIGKILL).*|.*status=9/.*")


@contextmanager
def told_on_console(machine: Machine) -> Iterator[None]:
    """The journal is in memory and ends with the box; the console outlives both."""
    machine.must("mkdir", "-p", _DROP_IN.rpartition("/")[0])
    machine.must("tee", _DROP_IN, given=_TO_CONSOLE)
    machine.must("systemctl", "restart", "systemd-journald")
    yield


def complain_until_the_end(machine: Machine) -> list[str]:
    """Tickets that a resident was shown while the box went off."""
    shown: list[str] = []
    with suppress(OSError, AssertionError):
        while where := complain(machine, f"listrik padam, laporan {len(shown)}"):
            shown.append(where.removeprefix("http://posko.lan"))
    return shown


def test_the_button_switches_a_box_off_in_order(machine: Machine) -> None:
    asked = ("org.freedesktop.login1", "/org/freedesktop/login1", "org.freedesktop.login1.Manager")
    said = machine.must("busctl", "get-property", *asked, "HandlePowerKey")
    assert said.strip() == 's "poweroff"'
    assert "sleep" not in machine.must("systemd-inhibit", "--list", "--no-legend")


def test_a_box_that_is_switched_off_kills_nobody_and_keeps_what_it_took_in_its_last_second(
    machine: Machine,
) -> None:
    with told_on_console(machine):
        shown = [complain(machine, "sebelum mati").removeprefix("http://posko.lan")]
        switching = machine.begin("systemctl", "poweroff")
        shown += complain_until_the_end(machine)
        switching.communicate()
        machine.wait_until_off()
    console = machine.console
    for unit in DAEMONS:
        assert f"{unit}.service: Deactivated successfully." in console, console[-4000:]
    assert not _KILLED.findall(console)
    home = machine.root / "var/lib/posko"
    wal = home / "posko.db-wal"
    assert not wal.exists() or wal.stat().st_size == 0
    db = sqlite3.connect(home / "posko.db")
    assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    db.close()
    machine.boot()
    for path in shown:
        assert page_for_phone(machine, path).status == 200
    print(f"{len(shown)} tickets, the last while the box went off")
