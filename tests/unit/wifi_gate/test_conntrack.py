"""Connections are ended in a real kernel; conntrack(8) says which are left."""

import re
import socket
import subprocess
from collections.abc import Iterator

import pytest

from tests.support.netns import a_network, ip
from tests.support.programs import needs
from wifi_gate.conntrack import Conntrack

PHONE, PHONE6, OTHER, OTHER6 = "127.0.0.2", "fd00::2", "127.0.0.3", "fd00::3"
MARKS = {PHONE: 7, PHONE6: 7, OTHER: 8, OTHER6: 8}


@pytest.fixture(autouse=True)
def network() -> Iterator[None]:
    """Each connection is marked with the number of its device; ports 9 to 5000 are redirected."""
    with a_network():
        ip(*(f"address add {one}/128 dev lo nodad" for one in ("fd00::1", PHONE6, OTHER6)))
        rules = "".join(
            f"ip{'6' if ':' in one else ''} saddr {one} ct mark set {mark};"
            for one, mark in MARKS.items()
        )
        subprocess.run(
            [needs("nft"), "-f", "-"],
            input="table inet t {"
            f" chain numbers {{ type filter hook output priority filter; {rules} }};"
            " chain capture { type nat hook output priority -100;"
            " meta l4proto { tcp, udp } th dport 9-5000 redirect; }; }",
            text=True,
            check=True,
        )
        yield


@pytest.fixture
def conntrack() -> Iterator[Conntrack]:
    line = Conntrack()
    yield line
    line.close()


def connect(source: str, ports: range = range(9, 12)) -> None:
    """Begin a connection to each port."""
    family = socket.AF_INET6 if ":" in source else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as line:
        line.bind((source, 0))
        for port in ports:
            line.sendto(b"?", ("fd00::1" if ":" in source else "127.0.0.9", port))


def sources(protocol: str = "udp") -> list[str]:
    """Who has begun the connections that conntrack(8) lists."""
    listed = "".join(
        subprocess.run(
            [needs("conntrack"), "-L", "-f", family], text=True, capture_output=True, check=True
        ).stdout
        for family in ("ipv4", "ipv6")
    )
    return re.findall(rf"^{protocol} .*?src=(\S+)", listed, re.MULTILINE)


def test_the_connections_of_a_mark_end_on_both_families(conntrack: Conntrack) -> None:
    for source in MARKS:
        connect(source)
    conntrack.flush_mark(7)
    assert sorted(sources()) == [OTHER] * 3 + [OTHER6] * 3


@pytest.mark.parametrize("source", [PHONE, PHONE6])
def test_the_redirected_connections_begun_from_an_address_end(
    conntrack: Conntrack, source: str
) -> None:
    for each in MARKS:
        connect(each)
    conntrack.flush_sources([source])
    assert set(sources()) == set(MARKS) - {source}


def test_connections_to_an_address_are_not_those_from_it(conntrack: Conntrack) -> None:
    connect(PHONE)
    conntrack.flush_sources(["127.0.0.9"])
    assert sources() == [PHONE] * 3


def test_connections_that_went_where_they_meant_stay(conntrack: Conntrack) -> None:
    connect(PHONE, range(6000, 6003))
    conntrack.flush_sources([PHONE])
    assert sources() == [PHONE] * 3


def test_a_tcp_connection_is_ended_though_it_is_alive(conntrack: Conntrack) -> None:
    with socket.create_server(("127.0.0.1", 1234)):
        line = socket.create_connection(("127.0.0.9", 1234), source_address=(PHONE, 0))
        assert sources("tcp") == [PHONE]
        conntrack.flush_sources([PHONE])
        assert sources("tcp") == []
        line.close()


def test_connections_of_many_others_are_left_alone(conntrack: Conntrack) -> None:
    connect(OTHER, range(3000, 5000))
    connect(PHONE)
    conntrack.flush_sources([PHONE])
    conntrack.flush_mark(7)
    assert sources() == [OTHER] * 2000


def test_nothing_to_end_is_no_trouble(conntrack: Conntrack) -> None:
    conntrack.flush_mark(7)
    conntrack.flush_sources([PHONE])
    conntrack.flush_sources([PHONE6])
    assert sources() == []
