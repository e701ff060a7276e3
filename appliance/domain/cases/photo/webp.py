"""WebP (RFC 9649): a RIFF file of chunks, each padded to an even length."""

from appliance.domain.cases.photo.size import check_size
from appliance.domain.errors import BadInput

_KEPT = frozenset({b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF", b"ICCP"})
_CHUNKS_MAX = 5_000
"""Work is bounded by this; a still photo has less than ten."""
_PIXELS = frozenset({b"VP8 ", b"VP8L", b"ANMF"})
_SIDE = 0x3FFF
"""Sides have 14 bits."""
_EXIF_AND_XMP = 0x08 | 0x04
"""Flags of VP8X that promise such chunks (RFC 9649, 2.7.1)."""


def is_one(data: bytes) -> bool:
    """Tell a WebP by its first bytes."""
    return data[:4] == b"RIFF" and data[8:12] == b"WEBP"


def cleaned(data: bytes) -> bytes:
    """The picture without metadata; raises BadInput if it does not reach its end."""
    whole = 8 + _number(data[4:8])
    kept: list[bytes] = []
    names: set[bytes] = set()
    position = 12
    for _ in range(_CHUNKS_MAX):
        if position + 8 > min(whole, len(data)):
            break
        name = data[position : position + 4]
        length = _number(data[position + 4 : position + 8])
        end = position + 8 + length
        if end > len(data):
            break
        if name in _KEPT:
            body = data[position + 8 : end]
            _check(name, body)
            names.add(name)
            kept.append(_chunk(name, body))
        position = end + length % 2
    if whole > len(data) or position < whole or not names & _PIXELS:
        raise BadInput("a WebP that breaks off")
    body = b"WEBP" + b"".join(kept)
    return b"RIFF" + len(body).to_bytes(4, "little") + body


def _check(name: bytes, body: bytes) -> None:
    """Read how large a picture is: RFC 9649, 2.7 and 3.4; RFC 6386, 9.1."""
    if name == b"VP8X":
        width, height = _number(body[4:7]) + 1, _number(body[7:10]) + 1
    elif name == b"VP8L":
        sides = _number(body[1:5])
        width, height = (sides & _SIDE) + 1, (sides >> 14 & _SIDE) + 1
    elif name == b"VP8 ":
        width, height = _number(body[6:8]) & _SIDE, _number(body[8:10]) & _SIDE
    else:
        return
    check_size(width=width, height=height)


def _number(data: bytes) -> int:
    return int.from_bytes(data, "little")


def _chunk(name: bytes, body: bytes) -> bytes:
    if name == b"VP8X" and body:
        body = bytes([body[0] & ~_EXIF_AND_XMP]) + body[1:]
    return name + len(body).to_bytes(4, "little") + body + bytes(len(body) % 2)
