"""The simulator's own SMS codec: writes DELIVER and STATUS-REPORT, reads SUBMIT strictly.

Shares nothing with `modem.pdu`, works the other way round (big integers instead of shifting bits),
and refuses what a network would refuse, so that the two check each other.
"""

from dataclasses import dataclass
from datetime import datetime

_ROWS = [
    "@Δ 0¡P¿p",
    "£_!1AQaq",
    '$Φ"2BRbr',
    "¥Γ#3CScs",
    "èΛ¤4DTdt",
    "éΩ%5EUeu",
    "ùΠ&6FVfv",
    "ìΨ'7GWgw",
    "òΣ(8HXhx",
    "ÇΘ)9IYiy",
    "\nΞ*:JZjz",
    "Ø\x1b+;KÄkä",
    "øÆ,<LÖlö",
    "\ræ-=MÑmñ",
    "Åß.>NÜnü",
    "åÉ/?O§oà",
]
CODE = {
    char: column * 16 + row for row, chars in enumerate(_ROWS) for column, char in enumerate(chars)
}
ESCAPED = dict(zip("\f^{}\\[~]|€", (10, 20, 40, 41, 47, 60, 61, 62, 64, 101), strict=True))
CHAR = {code: char for char, code in CODE.items()}
UNESCAPED = {code: char for char, code in ESCAPED.items()}

VALIDITY_OCTETS = (0, 7, 1, 7)
"""None, enhanced, relative, absolute (23.040 9.2.3.3)."""


class BadSubmitError(ValueError):
    """A network would refuse this TPDU."""


@dataclass(frozen=True)
class Submit:
    """A decoded SMS-SUBMIT."""

    number: str
    text_units: bytes
    is_ucs2: bool
    reference: int | None
    total: int
    sequence: int
    wants_report: bool
    validity: int | None
    """Relative (23.040 9.2.3.12.1), or None."""


def to_septets(text: str) -> list[int]:
    """Encode in the default alphabet; KeyError for anything else."""
    return [
        code for char in text for code in ([27, ESCAPED[char]] if char in ESCAPED else [CODE[char]])
    ]


def from_septets(codes: list[int]) -> str:
    """Decode, strictly: an unknown escape is an error."""
    text, rest = "", iter(codes)
    for code in rest:
        text += UNESCAPED[next(rest)] if code == 27 else CHAR[code]
    return text


def is_gsm(text: str) -> bool:
    """Whether the default alphabet is enough."""
    return all((char in CODE and char != "\x1b") or char in ESCAPED for char in text)


def units_of(text: str) -> bytes:
    """Return septets (one an octet) or UTF-16 octets, as the text requires."""
    return bytes(to_septets(text)) if is_gsm(text) else text.encode("utf-16-be", "surrogatepass")


def text_of(units: bytes, *, is_ucs2: bool) -> str:
    """Return the text of joined units, strictly."""
    return units.decode("utf-16-be") if is_ucs2 else from_septets(list(units))


def pack(codes: bytes, skip_bits: int) -> bytes:
    """Pack septets behind some fill bits (23.038 6.1.2.1)."""
    value = sum(code << (skip_bits + 7 * place) for place, code in enumerate(codes))
    return value.to_bytes((skip_bits + 7 * len(codes) + 7) // 8, "little")


def unpack(octets: bytes, count: int, skip_bits: int) -> bytes:
    """Take septets out again, one an octet."""
    value = int.from_bytes(octets, "little") >> skip_bits
    return bytes(value >> 7 * place & 127 for place in range(count))


def _swap(digits: str) -> bytes:
    digits += "F" * (len(digits) % 2)
    return bytes.fromhex("".join(digits[at + 1] + digits[at] for at in range(0, len(digits), 2)))


def _address(sender: str) -> bytes:
    if sender.startswith("+"):
        return bytes([len(sender) - 1, 0x91]) + _swap(sender[1:])
    if sender.isdigit():
        return bytes([len(sender), 0x81]) + _swap(sender)
    packed = pack(bytes(to_septets(sender)), 0)
    return bytes([(7 * len(sender) + 3) // 4, 0xD0]) + packed


def stamp(moment: datetime, quarters: int = 28) -> bytes:
    """Encode the local time of `moment`, which already is local, with a zone of quarter hours."""
    octets = bytearray(_swap(moment.strftime("%y%m%d%H%M%S")))
    tens, ones = divmod(abs(quarters), 10)
    octets.append(ones << 4 | tens | (8 if quarters < 0 else 0))
    return bytes(octets)


def deliver(
    sender: str,
    units: bytes,
    when: datetime,
    *,
    is_ucs2: bool = False,
    header: bytes = b"",
    dcs: int | None = None,
    pid: int = 0,
    centre: str = "+6281100000",
) -> bytes:
    """Build an SMS-DELIVER with SMSC prefix; `header` includes its length octet."""
    skip = -len(header) * 8 % 7
    if is_ucs2:
        data, length = header + units, len(header) + len(units)
    else:
        data = header + pack(units, skip)
        length = (len(header) * 8 + skip) // 7 + len(units)
    smsc = bytes([0x91]) + _swap(centre[1:])
    coding = dcs if dcs is not None else (8 if is_ucs2 else 0)
    return (
        bytes([len(smsc)])
        + smsc
        + bytes([0x44 if header else 0x04])
        + _address(sender)
        + bytes([pid, coding])
        + stamp(when)
        + bytes([length])
        + data
    )


def header_of(reference: int, total: int, sequence: int, *, is_wide: bool = False) -> bytes:
    """Build a concatenation header with an 8 or 16 bit reference."""
    if is_wide:
        return bytes([6, 8, 4, reference >> 8, reference & 255, total, sequence])
    return bytes([5, 0, 3, reference & 255, total, sequence])


def status_report(number: str, reference: int, status: int, when: datetime) -> bytes:
    """Build an SMS-STATUS-REPORT with an empty SMSC prefix."""
    times = stamp(when) * 2
    return bytes([0, 0x06, reference]) + _address(number) + times + bytes([status])


def message_class(pdu: bytes) -> int | None:
    """Return the class of a DELIVER with SMSC prefix (23.038 4), or None if it has none."""
    at = 1 + pdu[0] if pdu else 0
    if len(pdu) < at + 4 or pdu[at] & 3:
        return None
    at += 4 + (pdu[at + 1] + 1) // 2
    dcs = pdu[at] if at < len(pdu) else 0
    has_class = dcs & 0xD0 == 0x10 or dcs & 0xF0 == 0xF0
    return dcs & 3 if has_class else None


def read_submit(tpdu: bytes) -> Submit:
    """Decode an SMS-SUBMIT; raise `BadSubmitError` for what a network would refuse."""
    try:
        return _read_submit(tpdu)
    except (IndexError, KeyError, ValueError, StopIteration) as error:
        raise BadSubmitError(str(error)) from error


def _read_submit(tpdu: bytes) -> Submit:
    first = tpdu[0]
    if first & 3 != 1:
        raise BadSubmitError("no SUBMIT")
    digits, toa = tpdu[2], tpdu[3]
    at = 4 + (digits + 1) // 2
    swapped = "".join(f"{octet & 15:X}{octet >> 4:X}" for octet in tpdu[4:at])
    number = ("+" if toa == 0x91 else "") + swapped[:digits]
    if not number.lstrip("+").isdigit() or not set(swapped[digits:]) <= {"F"}:
        raise BadSubmitError("destination address")
    dcs, size = tpdu[at + 1], VALIDITY_OCTETS[first >> 3 & 3]
    validity, at = tpdu[at + 2 : at + 2 + size], at + 2 + size
    length, data = tpdu[at], tpdu[at + 1 :]
    size = 1 + data[0] if first & 0x40 else 0
    skip = -size * 8 % 7
    if dcs == 8:
        expected, units = length, data[size:]
    elif dcs == 0:
        count = length - (size * 8 + skip) // 7
        expected, units = (length * 7 + 7) // 8, unpack(data[size:], count, skip)
        from_septets(list(units))
    else:
        raise BadSubmitError("data coding scheme")
    if len(data) != expected or len(data) > 140:
        raise BadSubmitError("user data length")
    reference, total, sequence = _read_header(data[:size])
    return Submit(
        number=number,
        text_units=units,
        is_ucs2=dcs == 8,
        reference=reference,
        total=total,
        sequence=sequence,
        wants_report=bool(first & 0x20),
        validity=validity[0] if len(validity) == 1 else None,
    )


def _read_header(header: bytes) -> tuple[int | None, int, int]:
    if not header:
        return None, 1, 1
    if header[:3] == bytes([5, 0, 3]):
        reference = header[3]
    elif header[:3] == bytes([6, 8, 4]):
        reference = header[3] << 8 | header[4]
    else:
        raise BadSubmitError("header")
    total, sequence = header[-2:]
    if not 1 <= sequence <= total:
        raise BadSubmitError("part")
    return reference, total, sequence
