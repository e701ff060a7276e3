"""Who has an address, asked of a real kernel in a network of the test's own."""

import os
import socket
from collections.abc import Iterator

import pytest

from appliance.runtime.neighbours import Neighbour, neighbours, of_address
from tests.support.netns import a_network, ip

PHONE, OTHER = "02:00:5e:10:00:01", "02:00:5e:10:00:02"


@pytest.fixture(autouse=True)
def network() -> Iterator[None]:
    """Two zones, each one end of a cable, and the way to the Internet."""
    with a_network():
        for name, net in (("lan", 77), ("park", 78), ("wan", 79)):
            ip(
                f"link add {name} type veth peer name {name}-far",
                f"address add 10.{net}.0.1/24 dev {name}",
                f"address add fd00:{net}::1/64 dev {name} nodad",
                f"link set {name}-far up",
                f"link set {name} up",
            )
        ip("route add default via 10.79.0.2", "route add default via fd00:79::2")
        yield


def know(address: str, interface: str, mac: str = PHONE, state: str = "reachable") -> None:
    ip(f"neighbour replace {address} lladdr {mac} dev {interface} nud {state}")


@pytest.mark.parametrize("address", ["10.77.0.9", "fd00:77::9", "fe80::9"])
def test_a_device_is_known_by_each_of_its_addresses(address: str) -> None:
    know(address, "lan")
    found = Neighbour(mac=PHONE, ip=address, interface="lan", state="reachable")
    assert of_address(address) == found
    assert found in neighbours(["lan"])


def test_a_client_of_a_dual_stack_socket_is_known_by_its_ipv4_address() -> None:
    know("10.77.0.9", "lan")
    found = of_address("::ffff:10.77.0.9")
    assert found
    assert found.ip == "10.77.0.9"


def test_a_link_local_address_is_looked_up_in_its_zone() -> None:
    know("fe80::9", "lan", PHONE)
    know("fe80::9", "park", OTHER)
    found = of_address("fe80::9%park")
    assert found
    assert found.mac == OTHER


def test_a_link_local_address_of_two_devices_is_nobodys() -> None:
    know("fe80::9", "lan", PHONE)
    know("fe80::9", "park", OTHER)
    assert of_address("fe80::9") is None


def test_an_address_claimed_in_another_zone_is_not_believed() -> None:
    know("10.77.0.9", "park", OTHER)
    assert of_address("10.77.0.9") is None
    know("10.77.0.9", "lan", PHONE)
    found = of_address("10.77.0.9")
    assert found
    assert found.mac == PHONE


@pytest.mark.parametrize("address", ["10.77.0.9", "fd00:77::9"])
@pytest.mark.parametrize("state", ["failed", "noarp"])
def test_an_entry_without_a_device_behind_it_is_left_out(address: str, state: str) -> None:
    know(address, "lan", state=state)
    assert of_address(address) is None
    assert neighbours(["lan"]) == []


def test_a_question_that_nobody_has_answered_yet_is_left_out() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asker:
        asker.sendto(b"?", ("10.77.0.9", 9))
    assert of_address("10.77.0.9") is None


@pytest.mark.parametrize("state", ["stale", "delay", "probe", "permanent"])
def test_a_device_that_was_silent_for_a_while_is_still_known(state: str) -> None:
    know("10.77.0.9", "lan", state=state)
    found = of_address("10.77.0.9")
    assert found
    assert found.mac == PHONE


@pytest.mark.parametrize(
    "address",
    ["10.77.0.8", "fd00:77::8", "fe80::8%lan", "fe80::8%no-such", "8.8.8.8", "2001:db8::8"],
)
def test_an_address_without_an_entry_is_nobodys(address: str) -> None:
    know("10.77.0.9", "lan")
    assert of_address(address) is None


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "10.77.0.1", "fd00:77::1"])
def test_the_box_is_not_its_own_neighbour(address: str) -> None:
    assert of_address(address) is None


def test_an_address_is_nobodys_where_no_route_leads() -> None:
    ip("route del default")
    assert of_address("8.8.8.8") is None


def test_only_devices_of_the_interfaces_asked_for_are_listed() -> None:
    know("10.77.0.9", "lan", PHONE)
    know("10.79.0.2", "wan", OTHER)
    assert [found.mac for found in neighbours(["lan", "park", "no-such"])] == [PHONE]


def test_a_full_table_is_listed_whole() -> None:
    addresses = {f"10.77.0.{last}" for last in range(2, 252)}
    ip(*(f"neighbour add {one} lladdr {PHONE} dev lan nud reachable" for one in addresses))
    assert {found.ip for found in neighbours({"lan"})} == addresses


def test_what_is_no_address_is_told_apart_from_an_unknown_one() -> None:
    with pytest.raises(ValueError, match="does not appear"):
        of_address("unix:")


def test_looking_somebody_up_takes_no_privilege() -> None:
    know("10.77.0.9", "lan")
    os.seteuid(65534)
    try:
        found = of_address("10.77.0.9")
    finally:
        os.seteuid(0)
    assert found
