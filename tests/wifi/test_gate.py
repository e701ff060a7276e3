"""The gate's process in the lab: what a session opens, and what is left when something fails."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from appliance.actions import wifi
from appliance.domain.wifi import Ending
from tests.support.waiting import wait_for
from tests.wifi.client import Client
from tests.wifi.guarded_box import GuardedBox, power_cut
from tests.wifi.lab import Lab
from tests.wifi.places import OFFICE, WWW, WWW6

pytestmark = pytest.mark.slow
PROBE = "http://connectivitycheck.gstatic.com/generate_204"


@pytest.fixture
def box(lab: Lab, tmp_path: Path) -> Iterator[GuardedBox]:
    made = GuardedBox(lab, tmp_path)
    yield made
    made.close()
    made.remove()


@pytest.fixture(scope="module")
def phone(lab: Lab) -> Client:
    made = lab.client()
    made.set_address("10.77.0.50")
    made.ip(
        "address add 2001:db8:77::50/64 dev eth0 nodad",
        f"route replace default via {OFFICE.gateway6}",
    )
    return made


@pytest.fixture(autouse=True)
def _is_seen(phone: Client) -> None:
    phone.udp(OFFICE.gateway, 53, limit_s=0.1)
    phone.udp(OFFICE.gateway6, 53, limit_s=0.1)


def is_online(phone: Client, address: str = WWW) -> bool:
    return phone.tcp(address, 443).outcome == "open"


def ending_of_a_download(phone: Client) -> str:
    with closing(phone.download(WWW)) as stream:
        return stream.wait_for_end()


def test_a_session_opens_the_way_and_nothing_else_does(box: GuardedBox, phone: Client) -> None:
    assert phone.tcp(WWW, 443).outcome == "refused"
    assert phone.tcp(WWW6, 443).outcome == "refused"
    box.admit(phone)
    assert is_online(phone)
    assert is_online(phone, WWW6)


def test_a_session_ends_when_its_time_is_over(box: GuardedBox, phone: Client) -> None:
    session = box.admit(phone, granted_s=3)
    assert ending_of_a_download(phone) == "reset"
    assert box.wait_until_closed(session).closed_as == Ending.TIME
    assert phone.tcp(WWW, 443).outcome == "refused"


def test_a_session_that_is_ended_resets_a_download(box: GuardedBox, phone: Client) -> None:
    session = box.admit(phone)
    with closing(phone.download(WWW)) as stream:
        stream.wait_for_more()
        wifi.end(box.db, session.id, Ending.USER)
        assert stream.wait_for_end() == "reset"
    closed = box.wait_until_closed(session)
    assert closed.closed_as == Ending.USER
    assert closed.down_bytes > 20_000


def test_a_quota_ends_a_session(box: GuardedBox, phone: Client) -> None:
    session = box.admit(phone, granted_bytes=500_000)
    assert ending_of_a_download(phone) == "reset"
    closed = box.wait_until_closed(session)
    assert closed.closed_as == Ending.QUOTA
    assert 500_000 <= closed.up_bytes + closed.down_bytes < 600_000


def test_a_gate_that_is_killed_leaves_all_as_it_is_and_adopts_it(
    box: GuardedBox, phone: Client, lab: Lab
) -> None:
    session = box.admit(phone)
    with closing(phone.download(WWW)) as stream:
        stream.wait_for_more()
        box.gate.kill()
        stream.wait_for_more()
        box.gate.start()
        later = lab.client()
        later.set_address("10.77.0.51")
        later.udp(OFFICE.gateway, 53, limit_s=0.1)
        assert box.admit(later).slot == (session.slot or 0) + 1
        stream.wait_for_more()
    assert box.session(session.id).slot == session.slot


def test_rules_that_somebody_flushed_come_back_with_the_sessions(
    box: GuardedBox, phone: Client
) -> None:
    box.admit(phone)
    box.box.nft("flush ruleset")
    box.wait_until_guarded()
    assert is_online(phone)


def test_after_a_power_cut_a_session_goes_on_with_a_flush_charged(
    box: GuardedBox, phone: Client
) -> None:
    session = box.admit(phone, granted_s=600)
    box.gate.kill()
    box.remove()
    power_cut(box.db)
    assert not is_online(phone)
    box.gate.start()
    wait_for(lambda: is_online(phone), "the session is restored")
    wait_for(lambda: box.session(session.id).used_s >= 30, "a flush is charged")


def test_removing_leaves_nothing(box: GuardedBox, phone: Client) -> None:
    box.admit(phone)
    box.gate.stop()
    assert is_online(phone)
    box.remove()
    assert box.box.nft_json("list", "ruleset") == []
    assert "htb" not in box.box.run("tc", "qdisc")
    assert phone.tcp(WWW, 443, limit_s=0.5).outcome != "open"
