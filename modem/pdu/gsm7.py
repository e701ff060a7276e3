"""The GSM 7 bit default alphabet and its packing (3GPP 23.038 clause 6).

Knows characters, septets and fill bits. Does not know user data headers or message limits. Other
languages' tables, which are only ever read, are in `national`.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from modem.pdu.errors import PduError

ESCAPE = 0x1B

# 23.038 clause 6.2.1, read column by column from code 0x00.
_BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅå"
    "Δ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ"
    " !\"#¤%&'()*+,-./"
    "0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNO"
    "PQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmno"
    "pqrstuvwxyzäöñüà"
)
# 23.038 clause 6.2.1.1: codes that follow an escape.
_EXTENSION = {
    0x0A: "\f",
    0x14: "^",
    0x28: "{",
    0x29: "}",
    0x2F: "\\",
    0x3C: "[",
    0x3D: "~",
    0x3E: "]",
    0x40: "|",
    0x65: "€",
}
_SEPTETS_OF = {char: bytes([code]) for code, char in enumerate(_BASIC) if code != ESCAPE} | {
    char: bytes([ESCAPE, code]) for code, char in _EXTENSION.items()
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Tables:
    """Characters by code: those of the alphabet, and those that follow an escape."""

    basic: Mapping[int, str]
    extension: Mapping[int, str]


DEFAULT = Tables(basic=dict(enumerate(_BASIC)), extension=_EXTENSION)
_UNKNOWN = "\N{REPLACEMENT CHARACTER}"
# What phones and word processors put where the alphabet has a plainer sign: one of these would
# turn a 160 character text into UCS2 parts of 67.
_PLAIN = str.maketrans(
    {
        "\u2018": "'",
        "\u2019": "'",
        "\u201c": '"',
        "\u201d": '"',
        "`": "'",
        "\u2013": "-",
        "\u2014": "-",
        "\u2026": "...",
        "\u00a0": " ",
        "\u2022": "-",
        "\t": " ",
    }
)


def plain(text: str) -> str:
    """Replace typographic quotes, dashes and spaces by signs the alphabet has."""
    return text.translate(_PLAIN)


def septets_of(char: str) -> bytes | None:
    """Return the one or two septets of `char`, or None if the alphabet lacks it."""
    return _SEPTETS_OF.get(char)


def is_encodable(text: str) -> bool:
    """Tell whether every character of `text` is in the alphabet or its extension."""
    return all(char in _SEPTETS_OF for char in text)


def encode(text: str) -> bytes:
    """Return one octet per septet; raise `PduError` for a character outside the alphabet."""
    try:
        return b"".join(_SEPTETS_OF[char] for char in text)
    except KeyError as error:
        raise PduError("character outside the GSM 7 bit alphabet") from error


def decode(septets: bytes, tables: Tables = DEFAULT) -> str:
    """Read septets (one per octet); never fails.

    An unknown extension shows its basic character, a second or final escape a space (23.038
    clause 6.2.1, notes on the escape mechanism), a code without any character U+FFFD.
    """
    text: list[str] = []
    is_escaped = False
    for octet in septets:
        code = octet & 0x7F
        if is_escaped:
            basic = " " if code == ESCAPE else tables.basic.get(code, _UNKNOWN)
            text.append(tables.extension.get(code, basic))
            is_escaped = False
        elif code == ESCAPE:
            is_escaped = True
        else:
            text.append(tables.basic.get(code, _UNKNOWN))
    return "".join(text) + (" " if is_escaped else "")


def fill_bits(header_octets: int) -> int:
    """Return how many bits pad a header of so many octets to septets (23.040 9.2.3.24)."""
    return -header_octets * 8 % 7


def pack(septets: bytes, fill: int = 0) -> bytes:
    """Pack septets into octets, least significant bit first, after `fill` zero bits."""
    packed = bytearray()
    pending, width = 0, fill
    for septet in septets:
        pending |= (septet & 0x7F) << width
        width += 7
        while width >= 8:
            packed.append(pending & 0xFF)
            pending >>= 8
            width -= 8
    if width:
        packed.append(pending)
    return bytes(packed)


def unpack(octets: bytes, count: int, fill: int = 0) -> bytes:
    """Unpack exactly `count` septets that start after `fill` bits.

    The count comes from TP-UDL, so seven zero bits at the end are an "@" when it says so.
    """
    if fill + 7 * count > 8 * len(octets):
        raise PduError("user data is shorter than its length says")
    septets = bytearray()
    pending, width = 0, -fill
    for octet in octets:
        if len(septets) == count:
            break
        if width < 0:
            pending, width = octet >> -width, 8 + width
        else:
            pending |= octet << width
            width += 8
        while width >= 7 and len(septets) < count:
            septets.append(pending & 0x7F)
            pending >>= 7
            width -= 7
    return bytes(septets)
