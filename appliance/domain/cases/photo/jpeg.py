"""JPEG (ITU-T T.81): segments named by a marker, and between them coded pixels.

Kept are the tables, the frame and the scans, JFIF, the colour profile and Adobe's colour transform,
and of Exif the orientation alone, since phones turn the picture by it.
"""

import re

from appliance.domain.cases.photo.size import check_size
from appliance.domain.errors import BadInput

_EOI, _SOS = 0xD9, 0xDA
_APP0, _APP1, _APP2, _APP14 = 0xE0, 0xE1, 0xE2, 0xEE
_PICTURE = range(0xC0, 0xE0)
"""Frames, tables and scans (T.81, table B.1); beyond are applications' segments and comments."""
_FRAMES = frozenset(_PICTURE[:16]) - {0xC4, 0xC8, 0xCC}
"""Those that say how large the picture is."""
_EXIF = b"Exif\0\0"
_ICC = b"ICC_PROFILE\0"
_ORIENTATION = 0x0112
_SEGMENTS_MAX = 5_000
"""An honest photo has less than a hundred; work is bounded by this."""
_SHORT = 3
"""TIFF 6.0, section 2: the type of a 16-bit number."""
_NEXT_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
"""Within coded pixels 0xFF00 is a plain 0xFF, and D0 to D7 restart the decoder (T.81, B.1.1)."""


def is_one(data: bytes) -> bool:
    """Tell a JPEG by its first bytes."""
    return data.startswith(b"\xff\xd8\xff")


def cleaned(data: bytes) -> bytes:
    """The picture without metadata; raises BadInput if it does not reach its end."""
    kept = [data[:2]]
    position, has_pixels = 2, False
    for _ in range(_SEGMENTS_MAX):
        marker, position = _marker(data, position)
        if marker == _EOI:
            if not has_pixels:
                raise BadInput("a JPEG without pixels")
            return b"".join([*kept, b"\xff\xd9"])
        end = _end(data, position)
        if marker in _FRAMES:
            width, height = _size(data, position)
            check_size(width=width, height=height)
        if marker == _SOS:
            end, has_pixels = _end_of_pixels(data, end), True
        kept.append(_kept(marker, data[position:end]))
        position = end
    raise BadInput("a JPEG of too many parts")


def frame_size(head: bytes) -> tuple[int, int]:
    """Width and height as far as the first bytes of a JPEG tell; nothing by nothing if they do not.

    Never raises.
    """
    position = 2
    try:
        for _ in range(_SEGMENTS_MAX):
            marker, position = _marker(head, position)
            if marker in _FRAMES:
                return _size(head, position)
            position = _end(head, position)
    except BadInput:
        pass
    return 0, 0


def _size(data: bytes, position: int) -> tuple[int, int]:
    """Of the frame whose length stands at this position (T.81, B.2.2)."""
    width, height = data[position + 5 : position + 7], data[position + 3 : position + 5]
    return int.from_bytes(width, "big"), int.from_bytes(height, "big")


def _marker(data: bytes, position: int) -> tuple[int, int]:
    if position >= len(data) or data[position] != 0xFF:
        raise BadInput("a JPEG that breaks off or is damaged")
    while position < len(data) and data[position] == 0xFF:
        position += 1
    if position >= len(data) or data[position] == 0:
        raise BadInput("a JPEG that breaks off or is damaged")
    return data[position], position + 1


def _end(data: bytes, position: int) -> int:
    length = int.from_bytes(data[position : position + 2], "big")
    if length < 2 or position + length > len(data):
        raise BadInput("a JPEG that breaks off or is damaged")
    return position + length


def _end_of_pixels(data: bytes, position: int) -> int:
    found = _NEXT_MARKER.search(data, position)
    if found is None:
        raise BadInput("a JPEG that breaks off")
    return found.start()


def _kept(marker: int, segment: bytes) -> bytes:
    """The segment as it goes on, marker included; `segment` begins with its length."""
    body = segment[2:]
    if marker == _APP1 and body.startswith(_EXIF):
        return _oriented(_orientation(body[len(_EXIF) :]))
    is_needed = (
        marker in _PICTURE
        or (marker == _APP0 and body.startswith(b"JFIF\0"))
        or (marker == _APP2 and body.startswith(_ICC))
        or (marker == _APP14 and body.startswith(b"Adobe"))
    )
    if not is_needed:
        return b""
    if marker == _APP0:
        segment = _without_thumbnail(body)
    return bytes([0xFF, marker]) + segment


def _without_thumbnail(jfif: bytes) -> bytes:
    """JFIF 1.02: version, unit and density; then the size of a thumbnail, and the thumbnail."""
    head = jfif[:12].ljust(12, b"\0")
    return (16).to_bytes(2, "big") + head + b"\0\0"


def _orientation(tiff: bytes) -> int:
    """The orientation in a TIFF header (Exif 2.3, 4.6.4), 1 to 8; 1 where it cannot be read."""
    order = {b"II": "little", b"MM": "big"}.get(tiff[:2])
    if order is None:
        return 1

    def number(at: int, size: int) -> int:
        return int.from_bytes(tiff[at : at + size], "little" if order == "little" else "big")

    directory = number(4, 4)
    for index in range(number(directory, 2)):
        entry = directory + 2 + index * 12
        if entry + 12 > len(tiff):
            break
        if number(entry, 2) == _ORIENTATION and number(entry + 2, 2) == _SHORT:
            value = number(entry + 8, 2)
            return value if 1 <= value <= 8 else 1
    return 1


def _oriented(value: int) -> bytes:
    """An Exif segment that says nothing but the orientation; none for an upright picture."""
    if value == 1:
        return b""
    entry = b"".join(
        n.to_bytes(size, "big") for n, size in ((_ORIENTATION, 2), (_SHORT, 2), (1, 4))
    )
    directory = b"\0\x01" + entry + value.to_bytes(2, "big") + b"\0\0" + bytes(4)
    body = _EXIF + b"MM\0*" + (8).to_bytes(4, "big") + directory
    return b"\xff\xe1" + (len(body) + 2).to_bytes(2, "big") + body
