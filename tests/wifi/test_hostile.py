"""Clients that mean harm: others are served all the same, and nothing is gained."""

import contextlib
import socket
import struct
from collections.abc import Iterator

import pytest

from tests.wifi import frames
from tests.wifi.client import Client
from tests.wifi.conftest import joined
from tests.wifi.hotspot import PORTAL_HOST, PROBE, Hotspot, is_sent_to_portal
from tests.wifi.places import OFFICE, WWW

pytestmark = pytest.mark.slow

SLOW_SOCKETS = 200
HALF_OPEN = 10_000
NONSENSE = [
    b"",
    b"\r\n\r\n",
    b"\0" * 4096 + b"\r\n\r\n",
    b"GET /\r\n\r\n",
    b"GET / HTTP/9.9\r\n\r\n",
    b"GET /%00%ff%fe HTTP/1.1\r\nHost: \xff\xfe\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
    b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
    b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999\r\n\r\nx",
    b"GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzzz\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"t" * 100,
    b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 10_000 + b"\r\n",
]


@pytest.fixture
def villain(hotspot: Hotspot) -> Client:
    return joined(hotspot)


def test_nonsense_kills_nothing(hotspot: Hotspot, stranger: Client, villain: Client) -> None:
    """WiFi check 35."""
    for host in (WWW, OFFICE.gateway):
        for nonsense in NONSENSE:
            with sent(villain, host, nonsense):
                pass
    is_served(hotspot, stranger)


def test_slow_senders_and_silent_ones_delay_nobody(
    hotspot: Hotspot, stranger: Client, villain: Client
) -> None:
    """WiFi check 35."""
    with contextlib.ExitStack() as open_ones:
        for number in range(SLOW_SOCKETS):
            begun = b"GET / HTTP/1.1\r\nX-Slow: " if number % 2 else b""
            open_ones.enter_context(sent(villain, OFFICE.gateway, begun))
        is_served(hotspot, stranger)


def test_endless_headers_are_cut_short(hotspot: Hotspot, stranger: Client, villain: Client) -> None:
    """WiFi check 35."""
    with sent(villain, WWW, b"GET / HTTP/1.1\r\nHost: a\r\nX-Long: ") as line:
        with contextlib.suppress(OSError):
            for _ in range(100):
                line.sendall(b"x" * 100_000)
        is_served(hotspot, stranger)


def test_ten_thousand_half_open_connections_delay_nobody(
    hotspot: Hotspot, stranger: Client, villain: Client
) -> None:
    with villain.socket(socket.AF_PACKET, socket.SOCK_RAW) as line:
        line.bind(("eth0", 0))
        for number in range(HALF_OPEN):
            source = f"10.77.0.{number % 200 + 20}"
            packet = syn(source, OFFICE.gateway, 1024 + number // 200)
            line.send(frames.ethernet(OFFICE.mac, villain.mac, frames.ETH_IP, packet))
    is_served(hotspot, stranger)


def syn(source: str, target: str, port: int) -> bytes:
    head = struct.pack("!HHIIBBHHH", port, 80, 1, 0, 5 << 4, 2, 64240, 0, 0)
    pseudo = socket.inet_aton(source) + socket.inet_aton(target) + struct.pack("!HH", 6, len(head))
    checked = head[:16] + struct.pack("!H", frames.checksum(pseudo + head)) + head[18:]
    return frames.ipv4(source, target, frames.TCP, checked)


@pytest.mark.parametrize("host", [WWW, OFFICE.gateway], ids=["captured", "portal"])
@pytest.mark.parametrize(
    "ambiguous",
    [
        b"Content-Length: 50\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"Content-Length: 0\r\nContent-Length: 50\r\n\r\n",
        b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
        b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
    ],
    ids=["both-lengths", "two-lengths", "unknown-coding", "space"],
)
def test_no_request_is_smuggled_in_another(villain: Client, host: str, ambiguous: bytes) -> None:
    hidden = b"GET /hidden HTTP/1.1\r\nHost: hidden.test\r\n\r\n"
    request = f"POST / HTTP/1.1\r\nHost: {PORTAL_HOST}\r\n".encode() + ambiguous + hidden
    with sent(villain, host, request) as line:
        line.settimeout(1)
        heard = b""
        with contextlib.suppress(OSError):
            while data := line.recv(65536):
                heard += data
    assert b"hidden" not in heard
    assert heard.count(b"HTTP/1.1 2") + heard.count(b"HTTP/1.1 3") <= 1


@contextlib.contextmanager
def sent(client: Client, host: str, data: bytes) -> Iterator[socket.socket]:
    """A connection on which bytes were sent, as far as they were taken."""
    with client.socket(socket.AF_INET, socket.SOCK_STREAM) as line:
        line.settimeout(2)
        with contextlib.suppress(OSError):
            line.connect((host, 80))
            line.sendall(data)
        yield line


def is_served(hotspot: Hotspot, client: Client) -> None:
    """Others are sent to the portal and see its page, and its processes live."""
    assert is_sent_to_portal(client.get(PROBE, to=WWW))
    assert client.get(f"http://{PORTAL_HOST}/").status == 200
    assert [name for name, one in hotspot.lab.box.programs.items() if not one.is_running()] == []
