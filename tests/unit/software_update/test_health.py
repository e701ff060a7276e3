"""What counts as well, with stand-ins for systemctl and `posko status`."""

import http.server
import json
import sqlite3
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from appliance.actions.box import reporting
from software_update.rescue.health import Health, active_units
from tests.support.an_update import UPDATE


class Machine:
    """systemctl and posko, as scripts that say what files hold."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.systemctl, self.status = [str(folder / "systemctl")], [str(folder / "status")]
        self.units(portal="active 0", sync="active 0")
        self.says({"acked_at": "earlier"})
        (folder / "posko.db").touch()
        for name, text in {"systemctl": self._SYSTEMCTL, "status": "cat {0}/said"}.items():
            (folder / name).write_text("#!/bin/sh\n" + text.format(folder))
            (folder / name).chmod(0o755)

    _SYSTEMCTL = """
        case "$*" in *Wants*) echo posko-portal.service posko-sync.service x.target; exit;; esac
        shift 2
        for unit; do
            load=loaded
            read state restarts result < {0}/$unit || load=not-found
            printf 'Id=%s\\nLoadState=%s\\n' $unit $load
            printf 'ActiveState=%s\\nNRestarts=%s\\nResult=%s\\n\\n' $state $restarts $result
        done"""

    def units(self, **states: str) -> None:
        for name, state in states.items():
            (self.folder / f"posko-{name}.service").write_text(state + "\n")

    def says(self, facts: object) -> None:
        (self.folder / "said").write_text(json.dumps(facts))

    def health(self, **needs: object) -> Health:
        units = ("posko-portal.service", "posko-sync.service")
        update = replace(UPDATE, units=units, database=str(self.folder / "posko.db"))
        update = replace(update, **needs)  # type: ignore[arg-type]
        return Health(update, systemctl=self.systemctl, status=self.status)


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


@pytest.fixture
def portal() -> Iterator[tuple[str, list[int]]]:
    """A page, and the status it answers with."""
    status = [200]

    class Page(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status[0])
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Page) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"127.0.0.1:{server.server_port}", status
        server.shutdown()


def test_a_box_on_which_all_runs_has_lost_nothing(machine: Machine) -> None:
    assert active_units(machine.systemctl) == ("posko-portal.service", "posko-sync.service")
    assert machine.health().lost() == frozenset()


@pytest.mark.parametrize("state", ["failed 0", "activating 0", "inactive 0"])
def test_a_unit_that_is_not_active_is_lost(machine: Machine, state: str) -> None:
    machine.units(sync=state)
    assert machine.health().lost() == {"posko-sync.service"}


def test_a_browser_whose_screen_was_switched_off_is_not_missed(machine: Machine) -> None:
    health = machine.health()
    assert health.lost() == frozenset()
    machine.units(sync="inactive 1 exec-condition")
    assert health.lost() == frozenset()
    machine.units(sync="inactive 1 exit-code")
    assert health.lost() == {"posko-sync.service"}


def test_a_unit_that_crashes_and_is_started_anew_is_seen(machine: Machine) -> None:
    health = machine.health()
    assert health.lost() == frozenset()
    machine.units(sync="active 1")
    assert health.lost() == {"posko-sync.service"}
    assert health.lost() == frozenset()


def test_a_unit_that_the_release_has_given_up_is_not_missed(machine: Machine) -> None:
    (machine.folder / "posko-sync.service").unlink()
    assert machine.health().lost() == frozenset()


def test_the_portal_must_answer(machine: Machine, portal: tuple[str, list[int]]) -> None:
    where, status = portal
    assert machine.health(portal=where).lost() == frozenset()
    status[0] = 500
    assert machine.health(portal=where).lost() == {"portal"}
    assert machine.health(portal="127.0.0.1:1").lost() == {"portal"}


def test_the_database_must_open_in_the_new_release(machine: Machine) -> None:
    (machine.folder / "status").write_text("#!/bin/sh\nexit 1\n")
    assert machine.health().lost() == {"database"}


def test_the_city_must_acknowledge_something_if_it_did_before(machine: Machine) -> None:
    assert machine.health(acked_at="earlier").lost() == {"city"}
    machine.says({"acked_at": "now"})
    assert machine.health(acked_at="earlier").lost() == frozenset()


def test_what_an_older_release_reads_of_posko_status_is_there(db: sqlite3.Connection) -> None:
    assert "acked_at" in reporting.facts(db)
