"""Small photos of each format, made from their parts."""

import zlib

SECRET = b"LATITUDE-0.5071"
"""What must not leave the box."""
PIXELS = b"\x12\xff\x00\x34\xff\xd0\x56"
"""Coded pixels with a stuffed 0xFF and a restart marker, which are not the end of them."""


def segment(marker: int, body: bytes) -> bytes:
    """A JPEG segment with its length."""
    return bytes([0xFF, marker]) + (len(body) + 2).to_bytes(2, "big") + body


def exif(orientation: int = 1, *, order: str = "big") -> bytes:
    """An Exif segment with an orientation, a pointer to GPS, and the secret."""

    def n(value: int, size: int) -> bytes:
        return value.to_bytes(size, "big" if order == "big" else "little")

    gps = n(0x8825, 2) + n(4, 2) + n(1, 4) + n(38, 4)
    turn = n(0x0112, 2) + n(3, 2) + n(1, 4) + n(orientation, 2) + n(0, 2)
    head = (b"MM" if order == "big" else b"II") + n(42, 2) + n(8, 4)
    return segment(0xE1, b"Exif\0\0" + head + n(2, 2) + gps + turn + n(0, 4) + SECRET)


def jpeg(*extra: bytes, pixels: bytes = PIXELS, after: bytes = b"") -> bytes:
    """A JPEG with more segments before the frame, and bytes after its end."""
    jfif = segment(0xE0, b"JFIF\0\x01\x02\x00\0\x48\0\x48\0\0")
    frame = segment(0xC0, b"\x08\0\x01\0\x01\x01\x01\x11\0")
    scan = segment(0xDA, b"\x01\x01\0\0\x3f\0")
    return b"\xff\xd8" + jfif + b"".join(extra) + frame + scan + pixels + b"\xff\xd9" + after


def png_chunk(name: bytes, body: bytes) -> bytes:
    """A PNG chunk with length and checksum."""
    return len(body).to_bytes(4, "big") + name + body + zlib.crc32(name + body).to_bytes(4, "big")


def png(*extra: bytes, after: bytes = b"") -> bytes:
    """A PNG of one black pixel with more chunks."""
    head = png_chunk(b"IHDR", b"\0\0\0\x01\0\0\0\x01\x08\0\0\0\0")
    pixels = png_chunk(b"IDAT", zlib.compress(b"\0\0"))
    end = png_chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(extra) + pixels + end + after


def webp_chunk(name: bytes, body: bytes) -> bytes:
    """A RIFF chunk, padded."""
    return name + len(body).to_bytes(4, "little") + body + bytes(len(body) % 2)


def webp(*extra: bytes, flags: int = 0, after: bytes = b"") -> bytes:
    """A WebP with an extended header and more chunks."""
    head = webp_chunk(b"VP8X", bytes([flags]) + bytes(9))
    body = b"WEBP" + head + webp_chunk(b"VP8 ", b"\x01\x02\x03") + b"".join(extra)
    return b"RIFF" + len(body).to_bytes(4, "little") + body + after
