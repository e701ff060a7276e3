"""As much DNS as a test client speaks (RFC 1035): one question, and what the answer says."""

import socket
import struct
from dataclasses import dataclass

TYPES = {"A": 1, "CNAME": 5, "NULL": 10, "TXT": 16, "AAAA": 28, "HTTPS": 65, "ANY": 255}
RCODES = {0: "NOERROR", 1: "FORMERR", 2: "SERVFAIL", 3: "NXDOMAIN", 4: "NOTIMP", 5: "REFUSED"}
_RECURSION_DESIRED = 0x0100


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a server said; `addresses` of A and AAAA, `ttl_s` of the first record (0: none)."""

    rcode: str
    addresses: tuple[str, ...]
    ttl_s: int
    ms: float


def question(name: str, kind: str, number: int) -> bytes:
    """The datagram that asks."""
    labels = b"".join(bytes([len(label)]) + label.encode() for label in name.split("."))
    head = struct.pack("!6H", number, _RECURSION_DESIRED, 1, 0, 0, 0)
    return head + labels + b"\0" + struct.pack("!2H", TYPES[kind], 1)


def read(data: bytes, ms: float) -> Answer:
    """Take an answer apart."""
    _, flags, questions, records, _, _ = struct.unpack("!6H", data[:12])
    place = 12
    for _ in range(questions):
        place = _after_name(data, place) + 4
    addresses, ttls = [], []
    for _ in range(records):
        place = _after_name(data, place)
        kind, _, ttl_s, length = struct.unpack("!2HIH", data[place : place + 10])
        place += 10 + length
        ttls.append(ttl_s)
        if kind in (TYPES["A"], TYPES["AAAA"]):
            family = socket.AF_INET if length == 4 else socket.AF_INET6
            addresses.append(socket.inet_ntop(family, data[place - length : place]))
    return Answer(
        rcode=RCODES.get(flags & 15, "?"), addresses=tuple(addresses), ttl_s=(ttls or [0])[0], ms=ms
    )


def _after_name(data: bytes, place: int) -> int:
    while data[place]:
        if data[place] & 0xC0:
            return place + 2
        place += 1 + data[place]
    return place + 1
