"""The gate in trouble: those inside stay, strangers stay outside, and the technician is told."""

import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest

from appliance.actions.wifi import wifi_sessions as wifi
from appliance.runtime import clock
from appliance.store.box import gauges
from appliance.store.database import connect
from appliance.store.wifi.wifi_sessions import open_in_zone
from tests.support.programs import needs
from tests.support.waiting import wait_for
from tests.wifi.client import Client
from tests.wifi.conftest import joined
from tests.wifi.hotspot import Hotspot, is_online
from tests.wifi.places import WWW

pytestmark = pytest.mark.slow
NEW_ZONE = '[[wifi.zones]]\nname="new"\ninterface="br-new"\nipv4="10.79.0.1/24"\n'


@contextmanager
def unreadable_database(hotspot: Hotspot) -> Iterator[None]:
    """The gate, and nobody else, sees an empty disk where the database lies."""
    inside = [needs("nsenter"), "--mount", f"--target={hotspot.gate.pid}"]
    folder = str(hotspot.db_path.parent)
    subprocess.run([*inside, "mount", "-t", "tmpfs", "-o", "ro", "none", folder], check=True)
    try:
        yield
    finally:
        subprocess.run([*inside, "umount", folder], check=True)


def test_with_a_database_it_cannot_read_it_changes_nothing_until_it_can(
    hotspot: Hotspot, phone: Client, stranger: Client
) -> None:
    hotspot.let_in(phone)
    with unreadable_database(hotspot):
        hotspot.gate.wait_until_it_says("database does not work")
        assert is_online(phone)
        assert stranger.tcp(WWW, 443).outcome == "refused"
    hotspot.gate.wait_until_it_says("database works again")
    hotspot.let_in(joined(hotspot))
    assert is_online(phone)


def test_flushed_rules_come_back_with_the_sessions_even_without_the_database(
    hotspot: Hotspot, phone: Client, stranger: Client
) -> None:
    hotspot.let_in(phone)
    with unreadable_database(hotspot):
        hotspot.lab.box.nft("flush ruleset")
        wait_for(lambda: "table inet posko" in hotspot.rules(), "the rules are back")
        assert is_online(phone)
        assert stranger.tcp(WWW, 443).outcome == "refused"


def test_forwarding_that_somebody_turned_off_comes_back(hotspot: Hotspot, phone: Client) -> None:
    hotspot.let_in(phone)
    hotspot.lab.box.forward(on=False)
    wait_for(lambda: is_online(phone), "packets are passed on again")


def test_another_configuration_is_loaded_without_a_gap(hotspot: Hotspot, phone: Client) -> None:
    session = hotspot.let_in(phone)
    before = hotspot.config.read_text()
    with closing(phone.download(WWW)) as running:
        running.wait_for_more()
        hotspot.config.write_text(before + NEW_ZONE)
        hotspot.gate.kill()
        hotspot.start_gate()
        wait_for(lambda: "br-new" in hotspot.rules(), "the new rules are there")
        running.wait_for_more()
    assert hotspot.stored(session).is_open
    hotspot.config.write_text(before)
    hotspot.gate.kill()
    hotspot.start_gate()


def test_a_blocked_device_is_cut(hotspot: Hotspot, phone: Client) -> None:
    session = hotspot.let_in(phone)
    with closing(connect(hotspot.db_path)) as db:
        wifi.block(db, phone.mac, "spam", 1, clock.now())
    wait_for(lambda: hotspot.stored(session).closed_as, "the session is closed")
    assert phone.tcp(WWW, 443).outcome == "refused"


def test_it_states_that_all_is_well_and_how_many_are_inside(
    hotspot: Hotspot, phone: Client
) -> None:
    zone = hotspot.let_in(phone).zone
    with closing(connect(hotspot.db_path)) as db:
        wait_for(lambda: gauges.of(db, "gate").get("problem") == "", "it states that all is well")
        inside = f"{zone} {open_in_zone(db, zone)}"
        wait_for(lambda: inside in gauges.of(db, "gate")["sessions"].split(", "), inside)
