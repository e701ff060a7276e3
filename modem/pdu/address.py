"""Address fields: telephone numbers and alphanumeric senders (3GPP 23.040 clause 9.1.2).

Knows digits and the type of address. Does not know which numbers are Indonesian, or citizens:
`appliance.domain.phone` decides that.
"""

import re
from dataclasses import dataclass

from modem.pdu import gsm7
from modem.pdu.errors import PduError

# Type-of-address octets: extension bit, type of number, numbering plan (23.040 9.1.2.5).
TOA_INTERNATIONAL = 0x91
TOA_UNKNOWN = 0x81
_TON_MASK = 0x70
_TON_INTERNATIONAL = 0x10
_TON_ALPHANUMERIC = 0x50
# TP-OA and TP-DA hold at most 10 octets of value (23.040 9.1.2.5).
MAX_SEMI_OCTETS = 20
_DIGITS = "0123456789*#abc"
_FILLER = 0xF
_INTERNATIONAL_PREFIX = re.compile(r"\+|00(?=[1-9])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Who a message is from or to, as the network wrote it."""

    number: str
    toa: int

    @property
    def is_alphanumeric(self) -> bool:
        """Whether this is a name such as "TELKOMSEL": it cannot be answered."""
        return self.toa & _TON_MASK == _TON_ALPHANUMERIC


def decode_address(data: bytes, start: int) -> tuple[Address, int]:
    """Read an address at `start`; return it and the offset behind it."""
    if start + 2 > len(data):
        raise PduError("address is cut off")
    semi_octets, toa = data[start], data[start + 1]
    end = start + 2 + (semi_octets + 1) // 2
    if semi_octets > MAX_SEMI_OCTETS or end > len(data):
        raise PduError("address is too long or cut off")
    return Address(number=_read_value(data[start + 2 : end], semi_octets, toa), toa=toa), end


def _read_value(value: bytes, semi_octets: int, toa: int) -> str:
    if toa & _TON_MASK == _TON_ALPHANUMERIC:
        return gsm7.decode(gsm7.unpack(value, semi_octets * 4 // 7)).rstrip()
    digits = read_digits(value, semi_octets)
    # No country code begins with 0 (E.164 6.2), whatever the type says.
    is_international = toa & _TON_MASK == _TON_INTERNATIONAL and not digits.startswith("0")
    return "+" + digits if is_international else digits


def read_digits(value: bytes, semi_octets: int) -> str:
    """Read swapped semi-octets; a filler ends the number early."""
    nibbles = [nibble for octet in value for nibble in (octet & 0xF, octet >> 4)][:semi_octets]
    if _FILLER in nibbles:
        nibbles = nibbles[: nibbles.index(_FILLER)]
    return "".join(_DIGITS[nibble] for nibble in nibbles)


def encode_address(number: str) -> bytes:
    """Encode a number to dial: "+62..." as international, anything else as unknown type.

    "0062..." is international, too: 00 is what other countries dial, and not Indonesia.
    """
    digits, toa = number, TOA_UNKNOWN
    if match := _INTERNATIONAL_PREFIX.match(number):
        digits, toa = number[match.end() :], TOA_INTERNATIONAL
    if not 1 <= len(digits) <= MAX_SEMI_OCTETS or any(char not in _DIGITS for char in digits):
        raise PduError("not a number that can be dialled")
    nibbles = [_DIGITS.index(char) for char in digits]
    if len(nibbles) % 2:
        nibbles.append(_FILLER)
    pairs = zip(nibbles[::2], nibbles[1::2], strict=True)
    return bytes([len(digits), toa]) + bytes(low | high << 4 for low, high in pairs)
