"""`posko doctor` at a box whose daemons cannot start: its reason is named, its advice mends it."""

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.nspawn.machine import Machine
from tests.support.waiting import wait_for
from tests.wifi.namespace import entered

pytestmark = pytest.mark.slow
DESK_PORT = 8082
_PARTS = ("--only", "settings", "--only", "daemons")


def told(machine: Machine, what: str) -> list[tuple[str, str]]:
    """What is wrong with it, and what to do."""
    found = json.loads(machine.run("posko", "doctor", *_PARTS, "--json").said)["findings"]
    return [(f["found"], f["to_do"]) for f in found if f["what"] == what and f["level"] == "fault"]


@contextmanager
def mended(machine: Machine) -> Iterator[None]:
    """All runs again when the block has ended."""
    try:
        yield
    finally:
        machine.must("systemctl", "reset-failed")
        machine.must("systemctl", "start", "posko.target", "posko-portal", "posko-desk")
        machine.wait_until_settled()


def test_what_the_daemons_may_not_use_is_named_and_the_advice_gives_it_back(
    machine: Machine,
) -> None:
    with mended(machine):
        machine.must("chmod", "600", "/etc/posko/posko.toml")
        machine.must("chown", "root:root", "/etc/posko/posko.d", "/var/lib/posko")
        assert machine.run("systemctl", "restart", "posko-portal").status != 0
        [(found, advice)] = told(machine, "settings")
        paths = "/etc/posko/posko.toml, /etc/posko/posko.d, /var/lib/posko"
        assert found == f"the daemons (group posko) may not use {paths}"
        machine.must("sh", "-c", advice)
        machine.wait_until_settled()
        assert told(machine, "settings") == told(machine, "posko-portal") == []


def test_a_daemon_that_cannot_start_is_told_with_its_last_words(machine: Machine) -> None:
    machine.must("systemctl", "stop", "posko-desk")
    with mended(machine):
        with entered(machine.network):
            other = socket.create_server(("127.0.0.1", DESK_PORT))
        with other:
            machine.run("systemctl", "start", "posko-desk")
            wait_for(lambda: told(machine, "posko-desk"), "it is told")
            [(found, _)] = told(machine, "posko-desk")
        assert f"cannot listen on 127.0.0.1:{DESK_PORT}" in found
        assert "code=" not in found
