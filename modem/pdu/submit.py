"""SMS-SUBMIT, a message on its way to the network (3GPP 23.040 clause 9.2.2.2)."""

from dataclasses import dataclass

from modem.pdu import validity as periods
from modem.pdu.address import Address, decode_address, encode_address
from modem.pdu.dcs import Alphabet, Coding, decode_coding
from modem.pdu.errors import PduError
from modem.pdu.user_data import UserData, decode_user_data, encode_user_data
from modem.pdu.validity import Validity, decode_validity

_MTI_MASK = 0x03
_MTI_SUBMIT = 0x01
_REPORT_REQUEST = 0x20
_HEADER_INDICATOR = 0x40
_DCS_OF = {Alphabet.GSM7: 0x00, Alphabet.OCTETS: 0x04, Alphabet.UCS2: 0x08}


@dataclass(frozen=True, slots=True, kw_only=True)
class Submit:
    """A message as it was handed over."""

    reference: int
    recipient: Address
    pid: int
    coding: Coding
    validity: Validity
    wants_report: bool
    content: UserData


def decode_submit(data: bytes) -> Submit:
    """Read a TPDU without SMSC prefix; raise `PduError` for anything else."""
    if len(data) < 2 or data[0] & _MTI_MASK != _MTI_SUBMIT:
        raise PduError("no submission")
    recipient, at = decode_address(data, 2)
    if at + 2 > len(data):
        raise PduError("message is cut off")
    pid, coding = data[at], decode_coding(data[at + 1])
    validity, at = decode_validity(data[0], data, at + 2)
    return Submit(
        reference=data[1],
        recipient=recipient,
        pid=pid,
        coding=coding,
        validity=validity,
        wants_report=bool(data[0] & _REPORT_REQUEST),
        content=decode_user_data(data[at:], coding, has_header=bool(data[0] & _HEADER_INDICATOR)),
    )


def encode_submit(
    *, recipient: str, content: UserData, header: bytes, validity: int, wants_report: bool
) -> bytes:
    """Build a TPDU without SMSC prefix; `header` includes its length octet, or is empty.

    `validity` is the octet of the relative format. TP-RD stays 0 and TP-MR 0: the modem numbers
    messages and reports its number in +CMGS.
    """
    first = _MTI_SUBMIT | periods.FORMAT_RELATIVE
    first |= _REPORT_REQUEST if wants_report else 0
    first |= _HEADER_INDICATOR if header else 0
    user_data = encode_user_data(content, header)
    dcs = _DCS_OF[content.alphabet]
    return bytes([first, 0]) + encode_address(recipient) + bytes([0, dcs, validity]) + user_data
