"""Whether the Internet is there: what is concluded, and what is asked of real sockets."""

import itertools
import socket
import struct
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.runtime.uplink_watch import (
    EVERY_S,
    PATIENCE_S,
    Event,
    Uplink,
    UplinkWatch,
    answers,
    question,
    resolvers_of,
)
from tests.support.netns import a_network, ip

RESOLVER, RESOLVER6 = "198.51.100.1", "fd00::1"
NO_ERROR, SERVER_FAILURE, NO_SUCH_NAME, REFUSED = 0, 2, 3, 5
ASKED = question("a.example", b"\x12\x34")


@given(st.lists(st.sampled_from(Event)))
def test_two_silences_in_a_row_are_offline_and_one_answer_online(events: list[Event]) -> None:
    uplink = Uplink(silences=0)
    for event in events:
        uplink = uplink.after(event)
    silences = list(itertools.takewhile(lambda event: event is Event.SILENCE, reversed(events)))
    assert uplink.is_online == (len(silences) < 2)


def test_one_silence_is_enough_for_a_watch_that_has_just_begun() -> None:
    assert not Uplink().after(Event.SILENCE).is_online


def said(rcode: int, to: bytes = ASKED) -> bytes:
    """The answer to a question."""
    return to[:2] + struct.pack("!H", 0x8180 | rcode) + to[4:]


@pytest.mark.parametrize("rcode", [NO_ERROR, NO_SUCH_NAME])
def test_an_answer_proves_the_internet(rcode: int) -> None:
    assert answers(said(rcode), ASKED)


@pytest.mark.parametrize("rcode", [SERVER_FAILURE, REFUSED])
def test_a_refusal_is_no_answer(rcode: int) -> None:
    assert not answers(said(rcode), ASKED)


@pytest.mark.parametrize(
    "data",
    [ASKED, said(NO_ERROR, question("b.example", b"\x12\x34")),
     said(NO_ERROR, question("a.example", b"\x12\x35"))],
    ids=["our own question", "of another name", "of another number"],
)  # fmt: skip
def test_what_answers_another_question_proves_nothing(data: bytes) -> None:
    assert not answers(data, ASKED)


@given(st.binary(max_size=60))
def test_any_bytes_are_judged(data: bytes) -> None:
    assert answers(data, ASKED) in (True, False)


def test_resolvers_are_read_from_the_boxs_own_file(tmp_path: Path) -> None:
    path = tmp_path / "resolv.conf"
    path.write_text(
        "# nameserver 9.9.9.9\nsearch a\nnameserver 192.168.1.1\nnameserver fd00::1 \nnameserver\n"
    )
    assert resolvers_of(path) == ["192.168.1.1", "fd00::1"]
    assert resolvers_of(tmp_path / "none") == []


@pytest.fixture
def resolver() -> Iterator[socket.socket]:
    """A server in a network with a default route; the test answers for it."""
    with a_network():
        ip(
            f"address add {RESOLVER}/32 dev lo",
            f"address add {RESOLVER6}/128 dev lo nodad",
            "link add wan type veth peer name far",
            "address add 203.0.113.2/24 dev wan",
            "link set far up",
            "link set wan up",
            "route add default via 203.0.113.1",
        )
        with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as server:
            server.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
            server.bind(("::", 53))
            server.settimeout(5)
            yield server


@pytest.fixture
def watch(resolver: socket.socket) -> Iterator[UplinkWatch]:
    made = UplinkWatch(lambda: [RESOLVER])
    yield made
    made.close()


def reply(resolver: socket.socket, rcode: int = NO_SUCH_NAME) -> None:
    """Answer the open question; on loopback the answer is there at once."""
    asked, client = resolver.recvfrom(512)
    resolver.sendto(said(rcode, asked), client)


def make_offline(watch: UplinkWatch) -> float:
    """Let a question pass in vain; the time when the next is due."""
    watch.step(0)
    assert not watch.step(PATIENCE_S)
    return EVERY_S


def test_an_answer_turns_it_online(resolver: socket.socket, watch: UplinkWatch) -> None:
    now_s = make_offline(watch)
    resolver.recvfrom(512)
    assert not watch.step(now_s)
    reply(resolver)
    assert watch.step(now_s + 0.01)


def test_a_change_is_told_once(
    resolver: socket.socket, watch: UplinkWatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    now_s = make_offline(watch)
    for later in range(4):
        watch.step(now_s + later)
    assert [record.getMessage() for record in caplog.records] == ["uplink state=offline"]


def test_it_is_asked_again_every_five_seconds(resolver: socket.socket, watch: UplinkWatch) -> None:
    watch.step(100.0)
    reply(resolver)
    for after in (0.02, EVERY_S - 0.02):
        watch.step(100.0 + after)
    resolver.settimeout(0)
    with pytest.raises(BlockingIOError):
        resolver.recv(512)
    watch.step(100.0 + EVERY_S)
    assert resolver.recv(512)


def test_silence_is_noticed_within_fifteen_seconds_of_the_last_answer(
    resolver: socket.socket, watch: UplinkWatch
) -> None:
    watch.step(0)
    reply(resolver)
    now_s = 0.02
    while watch.step(now_s):
        now_s += 0.5
    assert 10 < now_s <= 15


def test_no_two_questions_are_for_the_same_name(
    resolver: socket.socket, watch: UplinkWatch
) -> None:
    for now_s in (0, PATIENCE_S, EVERY_S):
        watch.step(now_s)
    assert resolver.recv(512)[12:] != resolver.recv(512)[12:]


def test_a_refusal_counts_as_silence(resolver: socket.socket, watch: UplinkWatch) -> None:
    watch.step(0)
    reply(resolver, REFUSED)
    assert watch.step(0.02)
    assert not watch.step(PATIENCE_S)


def test_a_resolver_of_ipv6_is_asked_too(resolver: socket.socket) -> None:
    watch = UplinkWatch(lambda: ["198.51.100.99", RESOLVER6])
    now_s = make_offline(watch)
    resolver.recvfrom(512)
    watch.step(now_s)
    reply(resolver)
    assert watch.step(now_s + 0.02)


def test_without_a_default_route_nobody_is_asked(
    resolver: socket.socket, watch: UplinkWatch
) -> None:
    ip("route del default")
    assert not watch.step(0)
    resolver.settimeout(0)
    with pytest.raises(BlockingIOError):
        resolver.recv(512)


@pytest.mark.parametrize(
    "resolvers",
    [[], ["fd00:9::9"], ["resolver.test"]],
    ids=["none", "no way to it", "no address"],
)
def test_without_a_resolver_it_is_offline(resolver: socket.socket, resolvers: list[str]) -> None:
    assert not UplinkWatch(lambda: resolvers).step(0)
