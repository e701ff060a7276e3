"""Who may read what on an installed box, tried as each user. Box check 19."""

from collections.abc import Callable

import pytest

from tests.nspawn.installing import PASSPHRASE
from tests.nspawn.machine import WAN, Machine

pytestmark = pytest.mark.slow
DAEMONS = {f"posko-{name}" for name in ("portal", "kiosk", "desk", "modem", "sync", "gate")}
OTHERS = {"posko-browser", "posko-setup", "www-data", "nobody"}
FIRMWARE = "/etc/posko/firmware/current"
READERS: dict[str, set[str]] = {
    "/etc/posko/posko.toml": DAEMONS,
    "/var/lib/posko/posko.db": DAEMONS,
    "/var/lib/posko/posko.db-wal": DAEMONS,
    f"{FIRMWARE}/hostapd/wlan0.conf": set(),
    f"{FIRMWARE}/posko.toml": set(),
    "/etc/shadow": set(),
}
_MAKE_KEY = (
    "from pathlib import Path; from appliance.runtime import credential; "
    "own = credential.of_store(Path('/var/lib/posko/posko.db')); own.waiting_key(); "
    "print(own.pending)"
)


def readers(machine: Machine, path: str) -> set[str]:
    """The users of the box, root aside, that get at a file's content."""
    tried = {
        user: machine.run("head", "-c", "1", path, user=user).status for user in DAEMONS | OTHERS
    }
    assert set(tried.values()) <= {0, 1}, tried
    return {user for user, status in tried.items() if status == 0}


@pytest.mark.parametrize("path", READERS)
def test_a_file_is_read_by_whom_it_is_for(machine: Machine, path: str) -> None:
    machine.must("test", "-f", path)
    assert readers(machine, path) == READERS[path]


def test_the_key_for_the_city_is_read_by_the_link_to_it_only(machine: Machine) -> None:
    key = machine.must("/usr/lib/posko/bin/python3", "-c", _MAKE_KEY).strip()
    try:
        assert readers(machine, key) == {"posko-sync"}
    finally:
        machine.must("rm", key)


def test_no_other_file_holds_the_passphrase_for_anybody_to_read(machine: Machine) -> None:
    asked = (
        "grep",
        "-rlsF",
        PASSPHRASE,
        "/etc",
        "/run",
        "/var/lib",
        "/var/log",
        "/usr/share/posko",
    )
    for user in OTHERS:
        assert machine.run(*asked, user=user).said == ""
    assert f"{FIRMWARE}/hostapd/wlan0.conf".rpartition("/")[2] in machine.run(*asked).said


def test_no_daemon_reads_what_another_holds_in_memory(machine: Machine) -> None:
    for reader in DAEMONS:
        for other in DAEMONS - {reader}:
            said = machine.run("cat", f"/proc/{machine.pid(other)}/environ", user=reader)
            assert said.status != 0, (reader, other)


def test_the_uplink_reaches_no_server_of_the_box(machine: Machine) -> None:
    asked = machine.must("ss", "--no-header", "--listening", "--tcp", "--numeric").splitlines()
    ports = {int(line.split()[3].rpartition(":")[2]) for line in asked}
    assert {80, 8080, 8081, 8082} <= ports
    takes: Callable[[int], bool] = lambda port: machine.outside.accepts(WAN, port)  # noqa: E731
    assert {port for port in ports if takes(port)} == set()
