"""The journal of a running box: in memory, small, and nobody who floods it takes it from others."""

import re

import pytest

from tests.nspawn.machine import Machine
from tests.nspawn.visitors import complain
from tests.support.waiting import wait_for

pytestmark = pytest.mark.slow
FLOOD = "test-flood"
MOST_BYTES = 16 * 2**20
"""`RuntimeMaxUse` of a board that is no Zero."""


def stored_bytes(machine: Machine) -> int:
    files = machine.must("find", "/run/log/journal", "-type", "f", "-printf", "%s\n")
    return sum(map(int, files.split()))


def test_the_journal_is_in_memory_and_bounded_on_the_running_system(machine: Machine) -> None:
    asked = machine.must("systemd-analyze", "cat-config", "systemd/journald.conf")
    assert re.findall(r"(?m)^(?:Storage|RuntimeMaxUse|RateLimitBurst)=(.+)$", asked) == [
        "volatile",
        "16M",
        "1000",
    ]
    files = re.findall(r"(?m)^File path: (.+)$", machine.must("journalctl", "--header"))
    assert files
    assert all(path.startswith("/run/log/journal/") for path in files)
    assert machine.must("find", "/var/log/journal", "-type", "f") == ""
    told = machine.journal("systemd-journald")
    assert re.search(r"Runtime Journal \(/run/log/journal/\w+\) is .*, max 16\.0M", told)
    assert machine.show("systemd-journald", "LogRateLimitBurst") == "0", "nobody set one beside"


def test_who_floods_the_journal_is_cut_short_and_intake_goes_on(machine: Machine) -> None:
    machine.must("systemd-run", "--quiet", f"--unit={FLOOD}", "yes", "banjir log")
    try:
        wait_for(lambda: machine.must("journalctl", f"--unit={FLOOD}", "--lines=1"), "it floods")
        where = complain(machine, "selokan mampet di depan pasar")
        assert "/tiket/" in where
        machine.must("systemd-cat", "--identifier=test-other", "echo", "still heard")
        assert machine.must("journalctl", "--identifier=test-other", "--output=cat").strip()
        wait_for(
            lambda: "Suppressed" in machine.journal("systemd-journald"), "it is told", limit_s=60
        )
        kept = len(machine.journal(FLOOD).splitlines())
        assert stored_bytes(machine) <= MOST_BYTES
    finally:
        machine.must("systemctl", "stop", FLOOD)
    assert 0 < kept < 20_000
