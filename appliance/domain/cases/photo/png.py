"""PNG (W3C, second edition, 5.3): chunks of length, name, data and checksum."""

from appliance.domain.cases.photo.size import check_size
from appliance.domain.errors import BadInput

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_KEPT = frozenset(
    {b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"sBIT"}
)
"""The picture and its colours; texts, times and Exif are not among them."""
_CHUNKS_MAX = 20_000
"""Of 8 KiB each an honest photo has 640; work is bounded by this."""


def is_one(data: bytes) -> bool:
    """Tell a PNG by its first bytes."""
    return data.startswith(_SIGNATURE)


def cleaned(data: bytes) -> bytes:
    """The picture without metadata; raises BadInput if it does not reach its end."""
    kept, position = [_SIGNATURE], len(_SIGNATURE)
    for _ in range(_CHUNKS_MAX):
        if position + 12 > len(data):
            break
        name = data[position + 4 : position + 8]
        end = position + 12 + int.from_bytes(data[position : position + 4], "big")
        if end > len(data):
            break
        if name == b"IHDR":
            width, height = _size(data, position)
            check_size(width=width, height=height)
        if name in _KEPT:
            kept.append(data[position:end])
        if name == b"IEND":
            return b"".join(kept)
        position = end
    raise BadInput("a PNG that breaks off, or of too many parts")


def frame_size(head: bytes) -> tuple[int, int]:
    """Width and height by the first bytes of a PNG, whose first chunk tells them. Never raises."""
    return _size(head, len(_SIGNATURE))


def _size(data: bytes, position: int) -> tuple[int, int]:
    """Of the IHDR that begins at this position (11.2.2)."""
    width, height = data[position + 8 : position + 12], data[position + 12 : position + 16]
    return int.from_bytes(width, "big"), int.from_bytes(height, "big")
