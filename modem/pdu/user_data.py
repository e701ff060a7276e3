"""TP-UD, what a message holds: a header maybe, and text or octets (3GPP 23.040 clause 9.2.3.24)."""

from dataclasses import dataclass

from modem.pdu import gsm7, udh
from modem.pdu.dcs import Alphabet, Coding
from modem.pdu.errors import PduError

MAX_OCTETS = 140


@dataclass(frozen=True, slots=True, kw_only=True)
class UserData:
    """Message content: `body` has one octet per septet for GSM7, else the octets themselves."""

    alphabet: Alphabet
    body: bytes
    elements: tuple[udh.Element, ...] = ()


def decode_user_data(data: bytes, coding: Coding, *, has_header: bool) -> UserData:
    """Read TP-UDL and TP-UD, the rest of a TPDU."""
    if not data or coding.is_compressed:
        raise PduError("user data is missing or compressed")
    length, octets = data[0], data[1:]
    header_octets = 0
    elements: tuple[udh.Element, ...] = ()
    if has_header:
        if not octets or 1 + octets[0] > len(octets):
            raise PduError("header is longer than the user data")
        header_octets = 1 + octets[0]
        elements = udh.decode_header(octets[1:header_octets])
    if coding.alphabet is Alphabet.GSM7:
        fill = gsm7.fill_bits(header_octets)
        count = length - (header_octets * 8 + fill) // 7
        if count < 0:
            raise PduError("user data is shorter than its header")
        body = gsm7.unpack(octets[header_octets:], count, fill)
    else:
        if not header_octets <= length <= len(octets):
            raise PduError("user data is shorter than its length says")
        body = octets[header_octets:length]
    return UserData(alphabet=coding.alphabet, body=body, elements=elements)


def encode_user_data(content: UserData, header: bytes) -> bytes:
    """Build TP-UDL and TP-UD; `header` includes its length octet, or is empty."""
    if content.alphabet is Alphabet.GSM7:
        fill = gsm7.fill_bits(len(header))
        data = header + gsm7.pack(content.body, fill)
        length = (len(header) * 8 + fill) // 7 + len(content.body)
    else:
        data = header + content.body
        length = len(data)
    if len(data) > MAX_OCTETS:
        raise PduError("message is longer than one TPDU")
    return bytes([length]) + data
