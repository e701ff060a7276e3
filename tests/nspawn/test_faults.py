"""Daemons that hang, die or can't start, under the real PID 1. Box checks 3 and 4."""

import json
import re
import sqlite3
from collections import Counter

import pytest
from sqlalchemy import Engine

from appliance.domain.events.box import BoxAlarm
from tests.nspawn.changing import (
    DAEMONS,
    QUICK_RETRY,
    QUICK_REVIEW,
    all_are_back,
    changed,
    configured,
    stop_box,
)
from tests.nspawn.installing import CONFIG
from tests.nspawn.machine import Machine
from tests.nspawn.visitors import complain, page_for_phone
from tests.support.repository import ROOT
from tests.support.waiting import wait_for
from tests.unit.command_center.city import rows

pytestmark = pytest.mark.slow


WATCHDOG_S = 6


def complaints(city: Engine) -> Counter[str]:
    return Counter(str(text) for (text,) in rows(city, "SELECT text FROM requests"))


def all_is_told(machine: Machine) -> bool:
    """Whether the city has acknowledged every event."""
    return all(event["acked"] for event in json.loads(machine.must("posko", "outbox", "--json")))


def alarms(city: Engine) -> list[tuple[str, str]]:
    """What the city was told of a unit, and which."""
    asked = f"SELECT payload FROM events WHERE kind = '{BoxAlarm.KIND}' ORDER BY id"
    said = [str(payload) for (payload,) in rows(city, asked)]
    found = [re.search(r'"part":"([^"]+)","state":"([a-z]+)"', one) for one in said]
    return [(one[1], one[2]) for one in found if one]


def test_every_daemon_that_hangs_is_back_within_its_limit_and_nothing_is_lost(
    machine: Machine, city: Engine
) -> None:
    before_it, after_it = "sampah menumpuk di pasar", "jalan berlubang di depan sekolah"
    drop_in = f"[Service]\nWatchdogSec={WATCHDOG_S}s\nRestartSec=100ms\n"
    with changed(machine, **{unit.replace("-", "_"): drop_in for unit in DAEMONS}):
        machine.must("systemctl", "restart", *DAEMONS)
        where = complain(machine, before_it)
        before = {unit: machine.pid(unit) for unit in DAEMONS}
        machine.must("kill", "-STOP", *before.values())
        wait_for(lambda: all_are_back(machine, before), "all are back", limit_s=WATCHDOG_S + 20)
        results = {unit: machine.show(unit, "NRestarts") for unit in DAEMONS}
        assert results == dict.fromkeys(DAEMONS, "1")
        assert "watchdog" in machine.must("journalctl", "--no-pager", "--unit=posko-portal").lower()
        assert page_for_phone(machine, where.removeprefix("http://posko.lan")).status == 200
        complain(machine, after_it)
        wait_for(lambda: complaints(city)[after_it], "the city has what came after")
        assert (complaints(city)[before_it], complaints(city)[after_it]) == (1, 1)


def test_every_daemon_that_is_killed_is_back_after_a_pause(machine: Machine) -> None:
    before = {unit: machine.pid(unit) for unit in DAEMONS}
    where = complain(machine, "pohon tumbang menutup jalan")
    machine.must("kill", "-KILL", *before.values())
    wait_for(lambda: all_are_back(machine, before), "all are back")
    assert page_for_phone(machine, where.removeprefix("http://posko.lan")).status == 200


def test_a_crash_loop_is_told_to_the_city_once_and_once_that_it_is_over(
    machine: Machine, city: Engine
) -> None:
    machine.must("posko", "alarm", "review", "--steady", "0")
    wait_for(lambda: all_is_told(machine), "the city knows what came before", limit_s=70)
    before = len(alarms(city))
    raised, cleared = ("posko-portal", "raised"), ("posko-portal", "cleared")
    retry = "posko_retry__posko_portal.service"
    with changed(machine, **{retry: QUICK_RETRY, "posko_alarms": QUICK_REVIEW}):
        machine.must("systemctl", "stop", "posko-alarms.service")  # it may be waiting a minute
        with changed(
            machine,
            posko_portal="[Service]\nExecStart=\nExecStart=/bin/false\nRestartSec=20ms\n"
            "StartLimitIntervalSec=2min\n",
        ):
            machine.run("systemctl", "restart", "posko-portal")
            told = "Started posko-retry@posko-portal"
            wait_for(
                lambda: len(re.findall(told, machine.must("journalctl", "--no-pager"))) >= 2,
                "it has been tried anew, and failed again",
            )
            wait_for(lambda: alarms(city)[before:], "the city is told")
            assert alarms(city)[before:] == [raised]
        wait_for(lambda: alarms(city)[before + 1 :], "the city is told that it is over")
        assert alarms(city)[before:] == [raised, cleared]


def test_a_mistake_in_posko_toml_is_named_and_tried_again_until_it_is_mended(
    machine: Machine,
) -> None:
    wrong = CONFIG.replace("[board]", '[portal]\nlisten = "everywhere"\n\n[board]')
    with changed(machine, **{"posko_retry__posko_portal.service": QUICK_RETRY}):
        with configured(machine, wrong):
            assert machine.run("systemctl", "restart", "posko-portal").status != 0
            assert machine.show("posko-portal", "ExecMainStatus") == "78"
            said = machine.show("posko-portal", "StatusText")
            assert "portal.listen" in said
            assert "HOST:PORT" in said
            assert machine.show("posko-kiosk", "ActiveState") == "active"
        wait_for(
            lambda: machine.show("posko-portal", "ActiveState") == "active",
            "it runs again by itself",
        )


def test_a_box_that_starts_with_a_mistake_starts_by_itself_once_it_is_mended(
    machine: Machine,
) -> None:
    stop_box(machine)
    retries = {f"posko_retry__{unit.replace('-', '_')}.service": QUICK_RETRY for unit in DAEMONS}
    with changed(machine, **retries):
        with configured(machine, CONFIG.replace("14.71.07", "Bukit Raya")):
            machine.run("systemctl", "start", "posko.target")
            wait_for(
                lambda: machine.show("posko-migrate", "ExecMainStatus") == "78", "migrate refuses"
            )
            assert "site.code" in machine.show("posko-migrate", "StatusText")
            assert machine.pid("posko-sync") == "0"
        machine.wait_until_settled()
        wait_for(
            lambda: all(machine.show(unit, "ActiveState") == "active" for unit in DAEMONS),
            "every daemon is ready",
        )


def test_the_box_stops_in_order_and_nobody_has_to_be_killed(machine: Machine) -> None:
    stop_box(machine)
    assert {machine.show(unit, "ActiveState") for unit in DAEMONS} == {"inactive"}
    assert {machine.show(unit, "Result") for unit in DAEMONS} == {"success"}
    stopped = [int(machine.show(unit, "InactiveEnterTimestampMonotonic")) for unit in DAEMONS]
    assert max(stopped) <= int(machine.show("posko-migrate", "InactiveEnterTimestampMonotonic"))
    machine.must("systemctl", "start", "posko.target")
    machine.wait_until_settled()


def test_a_restart_of_the_target_takes_over_other_settings(machine: Machine) -> None:
    with configured(machine, CONFIG.replace("Bukit Raya", "Marpoyan Damai")):
        machine.must("systemctl", "restart", "posko.target")
        machine.wait_until_settled()
        assert b"Marpoyan Damai" in page_for_phone(machine, "/").body
    machine.must("systemctl", "restart", "posko.target")
    machine.wait_until_settled()
    assert b"Bukit Raya" in page_for_phone(machine, "/").body


def test_a_database_of_an_older_release_is_migrated_before_a_daemon_opens_it(
    machine: Machine,
) -> None:
    home = machine.root / "var/lib/posko"
    stop_box(machine)
    machine.must("cp", "-a", "/var/lib/posko", "/var/lib/posko-aside")
    try:
        for file in home.glob("posko.db*"):
            file.unlink() if file.is_file() else None
        older = sqlite3.connect(home / "posko.db")
        older.executescript((ROOT / "tests/databases/schema-001.sql").read_text())
        older.close()
        machine.must("chown", "posko-sync:posko", "/var/lib/posko/posko.db")
        machine.must("systemctl", "start", "posko.target")
        machine.wait_until_settled()
        assert "is at schema" in machine.journal("posko-migrate")
        complain(machine, "air PDAM keruh")
    finally:
        stop_box(machine)
        machine.must("rm", "-rf", "/var/lib/posko")
        machine.must("mv", "/var/lib/posko-aside", "/var/lib/posko")
        machine.must("systemctl", "start", "posko.target")
        machine.wait_until_settled()


def test_nobody_who_asks_while_the_portal_starts_anew_is_sent_away(machine: Machine) -> None:
    before = {"posko-portal": machine.pid("posko-portal")}
    resting = []
    for ending in ("restart", "kill --kill-whom=main --signal=KILL"):
        machine.must("systemctl", "--no-block", *ending.split(), "posko-portal")
        while not all_are_back(machine, before):
            resting.append(b"sedang dimulai" in page_for_phone(machine, "/lapor").body)
        before = {"posko-portal": machine.pid("posko-portal")}
    assert len(resting) > 1
    assert not any(resting)


def test_a_screen_whose_browser_is_not_installed_is_left_alone(machine: Machine) -> None:
    """Not started again for ever."""
    folder, screen = "/etc/posko/firmware/current/kiosk", "/dev/dri"
    machine.must("mkdir", folder, screen)
    try:
        machine.must("touch", f"{folder}/browser", f"{screen}/card0")
        machine.must("systemctl", "start", "posko-kiosk-browser")
        told = machine.run("systemctl", "status", "posko-kiosk-browser").said
        assert "ConditionPathExists=/usr/bin/cage was not met" in told
    finally:
        machine.must("rm", "-r", folder, screen)
