"""Classes in a real kernel, as tc(8) shows them."""

import logging
import re
import subprocess
from collections.abc import Iterator

import pytest

from tests.support.netns import a_network, ip
from tests.support.programs import needs
from tests.unit.wifi_gate.zones import a_zone
from wifi_gate.problems import Problems
from wifi_gate.shaper import Shaper

ZONE = a_zone(down_kbps=4000, up_kbps=1000, zone_kbps=9000)


@pytest.fixture(autouse=True)
def network() -> Iterator[None]:
    with a_network():
        for name in ("lan", "wan"):
            ip(f"link add {name} type veth peer name {name}-far", f"link set {name} up")
        yield


@pytest.fixture
def shaper() -> Iterator[Shaper]:
    made = Shaper([ZONE], "wan", Problems())
    yield made
    made.close()


def tc(command: str) -> str:
    """Run tc(8)."""
    done = subprocess.run(
        [needs("tc"), *command.split()], text=True, capture_output=True, check=True
    )
    return done.stdout


def classes(interface: str) -> dict[str, str]:
    """By handle: the class above, what is certain and what is most."""
    shown = re.compile(r"class htb (\S+) (?:parent )?(\S+) .*rate (\S+) ceil (\S+)")
    return {
        found[0]: " ".join(found[1:]) for found in shown.findall(tc(f"class show dev {interface}"))
    }


def test_a_session_has_its_class_both_ways_below_that_of_the_zone(shaper: Shaper) -> None:
    shaper.apply({7: "hall"})
    assert classes("lan") == {"1:fff0": "root 9Mbit 9Mbit", "1:7": "1:fff0 8Kbit 4Mbit"}
    assert classes("wan") == {"1:fff0": "root 9Mbit 9Mbit", "1:7": "1:fff0 8Kbit 1Mbit"}


def test_a_closed_session_leaves_no_class(shaper: Shaper) -> None:
    shaper.apply({7: "hall", 8: "hall"})
    shaper.apply({8: "hall"})
    assert set(classes("lan")) == {"1:fff0", "1:8"}
    shaper.apply({})
    assert classes("lan") == classes("wan") == {}


def test_classes_are_taken_over_after_a_restart(shaper: Shaper) -> None:
    shaper.apply({7: "hall", 8: "hall"})
    again = Shaper([a_zone(down_kbps=2000, up_kbps=1000, zone_kbps=9000)], "wan", Problems())
    again.apply({8: "hall", 9: "hall"})
    again.close()
    limits = "1:fff0 8Kbit 2Mbit"
    assert classes("lan") == {"1:fff0": "root 9Mbit 9Mbit", "1:8": limits, "1:9": limits}


def test_a_zone_that_loses_its_limit_lets_its_sessions_go_on(shaper: Shaper) -> None:
    shaper.apply({7: "hall"})
    again = Shaper([a_zone(down_kbps=4000)], "wan", Problems())
    again.apply({7: "hall"})
    again.close()
    assert classes("lan") == {"1:7": "root 4Mbit 4Mbit"}


def test_packets_of_a_session_wait_in_a_queue_of_its_own(shaper: Shaper) -> None:
    shaper.apply({7: "hall"})
    assert re.search(r"qdisc (fq_codel|bfifo) \S+ parent 1:7 ", tc("qdisc show dev lan"))


def test_nothing_is_left_once_it_is_removed(shaper: Shaper) -> None:
    before = tc("qdisc show")
    shaper.apply({7: "hall"})
    shaper.remove()
    assert tc("qdisc show") == before


def test_an_interface_that_was_pulled_out_is_shaped_once_it_is_back(
    shaper: Shaper, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    shaper.apply({7: "hall"})
    ip("link del lan")
    shaper.apply({7: "hall"})
    shaper.apply({7: "hall"})
    ip("link add lan type veth peer name lan-far", "link set lan up")
    shaper.apply({7: "hall"})
    assert set(classes("lan")) == {"1:fff0", "1:7"}
    assert [record.levelname for record in caplog.records] == ["ERROR", "WARNING"]
    assert "wifi.zones" in caplog.text


def test_who_shapes_an_interface_already_is_not_pushed_aside(
    shaper: Shaper, caplog: pytest.LogCaptureFixture
) -> None:
    tc("qdisc add dev wan root handle 5: tbf rate 1mbit burst 10k latency 50ms")
    shaper.apply({7: "hall"})
    assert set(classes("lan")) == {"1:fff0", "1:7"}
    assert "tc qdisc delete dev wan root" in caplog.text


def test_classes_that_somebody_deleted_come_back_with_the_next_change(shaper: Shaper) -> None:
    shaper.apply({7: "hall"})
    tc("qdisc delete dev lan root")
    shaper.apply({7: "hall", 8: "hall"})
    shaper.apply({7: "hall", 8: "hall"})
    assert set(classes("lan")) == {"1:fff0", "1:7", "1:8"}


def test_many_sessions_come_and_go_by_their_own_messages_only(shaper: Shaper) -> None:
    shaper.apply(dict.fromkeys(range(1, 501), "hall"))
    assert len(classes("lan")) == 501
    shaper.apply({})
    assert classes("lan") == {}
