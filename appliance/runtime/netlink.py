"""As much of netlink as the WiFi needs: one request, its replies, and attributes (RFC 3549).

Knows message headers and nothing of what is in them. Own code because pyroute2 takes 19 MiB and
200 ms to import, more than the whole gate may have.
"""

import os
import socket
import struct
import sys
from collections.abc import Iterator

ROUTE, NETFILTER = 0, 12
"""Families: links, addresses, neighbours and traffic control; connection tracking."""
CREATE, EXCLUSIVE, DUMP = 0x400, 0x200, 0x300
_REQUEST, _ACK = 0x1, 0x4
_ERROR, _DONE = 2, 3
_NESTED = 0x8000
_TYPE_MASK = 0x3FFF
_SOL_NETLINK, _CAP_ACK, _EXT_ACK, _STRICT = 270, 10, 11, 12
_WHY = 1
"""NLMSGERR_ATTR_MSG: the kernel's own words about an error."""
_HEADER = struct.Struct("=IHHII")
_ATTRIBUTE = struct.Struct("=HH")
_BUFFER_BYTES = 1 << 16
"""The kernel fills no datagram of a dump beyond 32 KiB."""
_PATIENCE_S = 5.0


class Netlink:
    """A socket of one family; use it from one thread. Reading needs no privilege.

    It belongs to the network namespace it was made in.
    """

    def __init__(self, family: int) -> None:
        self._socket = socket.socket(
            socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, family
        )
        self._socket.settimeout(_PATIENCE_S)
        for option in (_CAP_ACK, _EXT_ACK, _STRICT):
            self._socket.setsockopt(_SOL_NETLINK, option, 1)
        self._sequence = 0

    def close(self) -> None:
        """Give the socket back."""
        self._socket.close()

    def ask(self, kind: int, body: bytes, flags: int = 0) -> list[bytes]:
        """Send a message and return the bodies of all replies; OSError when the kernel refuses."""
        self._sequence += 1
        whole = _HEADER.size + len(body)
        head = _HEADER.pack(whole, kind, _REQUEST | _ACK | flags, self._sequence, 0)
        self._socket.send(head + body)
        replies: list[bytes] = []
        while True:
            for answer, sequence, content in messages(self._socket.recv(_BUFFER_BYTES)):
                if sequence != self._sequence:
                    continue
                if answer in (_ERROR, _DONE):
                    _check(content)
                    return replies
                replies.append(content)


def messages(datagram: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Take a datagram apart: kind, sequence number and body of each message."""
    place = 0
    while place + _HEADER.size <= len(datagram):
        length, kind, _, sequence, _ = _HEADER.unpack_from(datagram, place)
        if length < _HEADER.size:
            return
        yield kind, sequence, datagram[place + _HEADER.size : place + length]
        place += _aligned(length)


def attribute(kind: int, value: bytes) -> bytes:
    """One attribute: length, kind, value, padding."""
    length = _ATTRIBUTE.size + len(value)
    return _ATTRIBUTE.pack(length, kind) + value + bytes(_aligned(length) - length)


def nested(kind: int, *inner: bytes) -> bytes:
    """An attribute that holds others."""
    return attribute(kind | _NESTED, b"".join(inner))


def attributes(data: bytes) -> dict[int, bytes]:
    """Attributes by kind; what is cut short ends the list."""
    found, place = {}, 0
    while place + _ATTRIBUTE.size <= len(data):
        length, kind = _ATTRIBUTE.unpack_from(data, place)
        if length < _ATTRIBUTE.size:
            break
        found[kind & _TYPE_MASK] = data[place + _ATTRIBUTE.size : place + length]
        place += _aligned(length)
    return found


def _check(content: bytes) -> None:
    """Raise the OSError in an error message or at the end of a dump; 0 is success."""
    code = -int.from_bytes(content[:4], sys.byteorder, signed=True) if len(content) >= 4 else 0
    if code:
        why = attributes(content[4 + _HEADER.size :]).get(_WHY, b"").rstrip(b"\0").decode()
        raise OSError(code, f"{os.strerror(code)}{f' ({why})' if why else ''}")


def _aligned(length: int) -> int:
    return (length + 3) & ~3
