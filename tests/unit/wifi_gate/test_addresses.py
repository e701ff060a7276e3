"""Which addresses belong to a device."""

from appliance.runtime.neighbours import Neighbour
from tests.unit.wifi_gate.zones import OFFICE, PARK
from wifi_gate.addresses import MAX_PER_DEVICE, AddressBook

MAC, OTHER = "02:00:5e:10:00:01", "02:00:5e:10:00:02"


def seen(ip: str, mac: str = MAC, interface: str = "br-kantor") -> Neighbour:
    return Neighbour(mac=mac, ip=ip, interface=interface, state="reachable")


def a_book(*neighbours: Neighbour) -> AddressBook:
    book = AddressBook([OFFICE, PARK])
    book.learn(neighbours, set())
    return book


def test_a_device_has_its_addresses_of_both_families_ipv4_first() -> None:
    book = a_book(seen("fd00:77::50"), seen("10.77.0.50"))
    assert book.by_device() == {("kantor", MAC): ["10.77.0.50", "fd00:77::50"]}


def test_addresses_that_the_zone_does_not_give_out_are_none() -> None:
    foreign = ["fe80::1", "10.78.0.50", "192.168.1.9", "10.77.0.1", "fd00:77::1"]
    assert a_book(*map(seen, foreign)).by_device() == {}


def test_a_device_is_another_one_in_another_zone() -> None:
    book = a_book(seen("10.77.0.50"), seen("10.78.0.50", interface="br-taman"))
    assert set(book.by_device()) == {("kantor", MAC), ("taman", MAC)}


def test_a_device_with_a_session_keeps_its_address_while_it_sleeps() -> None:
    book = a_book(seen("10.77.0.50"))
    book.learn([], keep={MAC})
    assert book.by_device() == {("kantor", MAC): ["10.77.0.50"]}
    book.learn([], keep={OTHER})
    assert book.by_device() == {}


def test_an_address_is_his_who_has_it_now() -> None:
    book = a_book(seen("10.77.0.50"))
    book.learn([seen("10.77.0.50", OTHER)], keep={MAC})
    assert book.by_device() == {("kantor", OTHER): ["10.77.0.50"]}


def test_what_a_former_gate_let_through_is_taken_over_unless_another_has_it() -> None:
    book = a_book(seen("10.77.0.51", OTHER))
    book.adopt([(MAC, "10.77.0.50"), (MAC, "10.77.0.51"), (MAC, "192.168.1.9")])
    assert book.by_device()["kantor", MAC] == ["10.77.0.50"]


def test_a_device_with_too_many_addresses_has_the_first_only() -> None:
    book = a_book(*(seen(f"fd00:77::{number:x}") for number in range(2, 60)))
    assert len(book.by_device()["kantor", MAC]) == MAX_PER_DEVICE


def test_it_is_known_whether_every_device_has_an_address() -> None:
    book = a_book(seen("10.77.0.50"))
    assert book.knows({MAC})
    assert not book.knows({MAC, OTHER})
