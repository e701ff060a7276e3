"""The gate in trouble: those inside stay, strangers stay outside, and the technician is told."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from appliance.actions import wifi
from appliance.domain.wifi import Ending
from appliance.runtime import clock
from tests.support.programs import needs
from tests.support.waiting import wait_for
from tests.wifi.client import Client
from tests.wifi.guarded_box import GuardedBox
from tests.wifi.lab import Lab
from tests.wifi.places import OFFICE, WWW

pytestmark = pytest.mark.slow


@pytest.fixture
def box(lab: Lab, tmp_path: Path) -> Iterator[GuardedBox]:
    made = GuardedBox(lab, tmp_path)
    yield made
    made.close()
    made.remove()


@pytest.fixture(scope="module")
def phones(lab: Lab) -> list[Client]:
    made = [lab.client(), lab.client()]
    for number, phone in enumerate(made, 60):
        phone.set_address(f"10.77.0.{number}")
    return made


@pytest.fixture
def phone(phones: list[Client]) -> Client:
    """One that the box has heard of."""
    phones[0].udp(OFFICE.gateway, 53, limit_s=0.1)
    return phones[0]


@pytest.fixture
def stranger(phones: list[Client]) -> Client:
    phones[1].udp(OFFICE.gateway, 53, limit_s=0.1)
    return phones[1]


def is_online(phone: Client) -> bool:
    return phone.tcp(WWW, 443).outcome == "open"


@contextmanager
def unreadable(box: GuardedBox) -> Iterator[None]:
    """A folder lies in the place of the database while the block runs."""
    away = box.path.with_suffix(".away")
    box.path.rename(away)
    box.path.mkdir()
    yield
    box.path.rmdir()
    away.rename(box.path)


def test_with_a_database_it_cannot_read_it_changes_nothing_until_it_can(
    box: GuardedBox, phone: Client, stranger: Client
) -> None:
    box.admit(phone)
    with unreadable(box):
        box.restart_gate()
        box.wait_until_it_says("database does not work")
        assert is_online(phone)
        assert stranger.tcp(WWW, 443).outcome == "refused"
    box.wait_until_it_says("database works again")
    box.admit(stranger)
    assert is_online(phone)


def test_rules_come_back_though_the_database_cannot_be_read(
    box: GuardedBox, phone: Client, stranger: Client
) -> None:
    box.admit(phone)
    with unreadable(box):
        box.wait_until_it_says("database does not work")
        box.box.nft("flush ruleset")
        box.wait_until_guarded()
        assert is_online(phone)
        assert stranger.tcp(WWW, 443).outcome == "refused"


def test_without_the_right_to_set_rules_nobody_passes_and_it_says_so(
    box: GuardedBox, stranger: Client
) -> None:
    box.gate.kill()
    box.remove()
    box.restart_gate(needs("setpriv"), "--bounding-set=-net_admin", "--inh-caps=-net_admin", "--")
    box.wait_until_it_says("nftables does not work")
    assert stranger.tcp(WWW, 443, limit_s=0.5).outcome != "open"


def test_another_configuration_is_loaded_without_a_gap(box: GuardedBox, phone: Client) -> None:
    session = box.admit(phone)
    with closing(phone.download(WWW)) as stream:
        stream.wait_for_more()
        before = box.listing()
        box.write_config(
            zones='[[wifi.zones]]\nname="new"\ninterface="br-new"\nipv4="10.79.0.1/24"'
        )
        box.restart_gate()
        wait_for(lambda: b"br-new" in (box.listing() or b""), "the new rules are there")
        assert b"br-new" not in (before or b"")
        stream.wait_for_more()
    assert box.session(session.id).is_open


def test_time_ends_in_the_kernel_though_the_gate_stands_still(
    box: GuardedBox, phone: Client
) -> None:
    box.admit(phone, granted_s=3)
    box.gate.freeze()
    with closing(phone.download(WWW)) as stream:
        assert stream.wait_for_end() == "reset"
    assert phone.tcp(WWW, 443).outcome == "refused"
    box.gate.thaw()


def test_a_session_goes_on_under_a_new_mac_and_the_old_one_is_cut(
    box: GuardedBox, phone: Client, stranger: Client
) -> None:
    session = box.admit(phone)
    assert is_online(phone)
    box.db.execute("UPDATE wifi_sessions SET mac = ? WHERE id = ?", (stranger.mac, session.id))
    wait_for(lambda: is_online(stranger), "the session has moved")
    assert phone.tcp(WWW, 443).outcome == "refused"
    assert box.session(session.id).slot == session.slot


def test_a_blocked_device_is_cut(box: GuardedBox, phone: Client) -> None:
    session = box.admit(phone)
    wifi.block(box.db, phone.mac, "spam", 1, clock.now())
    assert box.wait_until_closed(session).closed_as == Ending.STAFF
    assert phone.tcp(WWW, 443).outcome == "refused"
