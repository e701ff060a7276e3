"""Transfer protocol data units as a modem shows them: an SMSC address, then the TPDU (23.040 9.2).

Decodes SMS-DELIVER and SMS-STATUS-REPORT, encodes SMS-SUBMIT. Any octets either decode or raise
`PduError`. Does not know what to do with a message.
"""

import hashlib
from dataclasses import dataclass

from modem.pdu import gsm7, udh
from modem.pdu.address import Address, decode_address, encode_address
from modem.pdu.dcs import Alphabet, Coding, decode_coding
from modem.pdu.errors import PduError
from modem.pdu.timestamp import Timestamp, decode_timestamp

# First octet of a TPDU (23.040 9.2.3.1 and following).
_MTI_MASK = 0x03
_MTI_DELIVER = 0x00
_MTI_SUBMIT = 0x01
_MTI_STATUS_REPORT = 0x02
# To be read as a delivery (23.040 9.2.3.1).
_MTI_RESERVED = 0x03
_VALIDITY_RELATIVE = 0x10
_REPORT_REQUEST = 0x20
_HEADER_INDICATOR = 0x40
_DCS_OF = {Alphabet.GSM7: 0x00, Alphabet.OCTETS: 0x04, Alphabet.UCS2: 0x08}
# TP-PID values that are not a person writing (23.040 9.2.3.9): type 0, replace types, device
# triggering; R-DATA, data for the modem and for the SIM.
_PID_SERVICE = frozenset({*range(0x40, 0x49), *range(0x7C, 0x80)})
_MAX_USER_DATA_OCTETS = 140
_CLASS_SIM = 2
_HOUR = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class UserData:
    """Message content: `body` has one octet per septet for GSM7, else the octets themselves."""

    alphabet: Alphabet
    body: bytes
    elements: tuple[udh.Element, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Deliver:
    """A message from the network to us."""

    sender: Address
    pid: int
    coding: Coding
    timestamp: Timestamp
    content: UserData

    @property
    def concat(self) -> udh.Concat | None:
        """Which part of a longer text this is, or None."""
        return udh.find_concat(self.content.elements)

    @property
    def is_service(self) -> bool:
        """Whether this is for a program, the SIM or an indicator lamp instead of a reader."""
        return (
            self.pid in _PID_SERVICE
            or self.coding.is_waiting_indication
            or self.coding.message_class == _CLASS_SIM
            or self.content.alphabet is Alphabet.OCTETS
            or udh.find_port(self.content.elements) is not None
            or udh.is_indication(self.content.elements)
        )

    def fingerprint(self) -> str:
        """Return a key that is equal only for the same TPDU delivered again.

        Leaves out the SMSC and the first octet: a repetition may come by another centre and with
        other "more messages" bits.
        """
        elements = b"".join(
            bytes([element.iei, len(element.data)]) + element.data
            for element in self.content.elements
        )
        fields = (
            self.sender.number.encode("utf-8", "replace"),
            self.timestamp.raw,
            bytes([self.pid]),
            self.content.alphabet.encode(),
            elements,
            self.content.body,
        )
        digest = hashlib.sha256()
        for field in fields:
            digest.update(len(field).to_bytes(2, "big") + field)
        return digest.hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusReport:
    """What became of a message we sent: match by reference and recipient (23.040 9.2.2.3)."""

    reference: int
    recipient: Address
    timestamp: Timestamp
    discharged: Timestamp
    status: int

    @property
    def is_delivered(self) -> bool:
        """The recipient's phone has it (TP-ST 0x00 to 0x02)."""
        return self.status <= 0x02

    @property
    def is_final(self) -> bool:
        """The centre will not try again: delivered, or given up (TP-ST outside 0x20 to 0x3F)."""
        return not 0x20 <= self.status <= 0x3F


def decode(pdu: bytes) -> Deliver | StatusReport:
    """Read a PDU with its SMSC prefix; raise `PduError` for anything else."""
    if not pdu or 1 + pdu[0] >= len(pdu):
        raise PduError("no TPDU behind the service centre address")
    data = pdu[1 + pdu[0] :]
    kind = data[0] & _MTI_MASK
    if kind in (_MTI_DELIVER, _MTI_RESERVED):
        return _decode_deliver(data)
    if kind == _MTI_STATUS_REPORT:
        return _decode_status_report(data)
    raise PduError("neither a delivery nor a status report")


def _decode_deliver(data: bytes) -> Deliver:
    sender, at = decode_address(data, 1)
    if at + 2 > len(data):
        raise PduError("message is cut off")
    pid, coding = data[at], decode_coding(data[at + 1])
    timestamp, at = decode_timestamp(data, at + 2)
    content = _decode_user_data(data[at:], coding, has_header=bool(data[0] & _HEADER_INDICATOR))
    return Deliver(sender=sender, pid=pid, coding=coding, timestamp=timestamp, content=content)


def _decode_user_data(data: bytes, coding: Coding, *, has_header: bool) -> UserData:
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


def _decode_status_report(data: bytes) -> StatusReport:
    if len(data) < 2:
        raise PduError("status report is cut off")
    recipient, at = decode_address(data, 2)
    timestamp, at = decode_timestamp(data, at)
    discharged, at = decode_timestamp(data, at)
    if at >= len(data):
        raise PduError("status report has no status")
    return StatusReport(
        reference=data[1],
        recipient=recipient,
        timestamp=timestamp,
        discharged=discharged,
        status=data[at],
    )


def relative_validity(minutes: int) -> int:
    """Return the TP-VP octet for at least so many minutes, at most 63 weeks (23.040 9.2.3.12)."""
    if minutes <= 12 * _HOUR:
        return max(0, -(-minutes // 5) - 1)
    if minutes <= 24 * _HOUR:
        return 143 + -(-(minutes - 12 * _HOUR) // 30)
    if minutes <= 30 * 24 * _HOUR:
        return 166 + -(-minutes // (24 * _HOUR))
    return min(255, 192 + -(-minutes // (7 * 24 * _HOUR)))


def encode_submit(
    *, recipient: str, content: UserData, header: bytes, validity: int, wants_report: bool
) -> bytes:
    """Build a TPDU without SMSC prefix; `header` includes its length octet, or is empty.

    TP-RD stays 0 and TP-MR 0: the modem numbers messages and reports its number in +CMGS.
    """
    first = _MTI_SUBMIT | _VALIDITY_RELATIVE
    first |= _REPORT_REQUEST if wants_report else 0
    first |= _HEADER_INDICATOR if header else 0
    if content.alphabet is Alphabet.GSM7:
        fill = gsm7.fill_bits(len(header))
        data = header + gsm7.pack(content.body, fill)
        length = (len(header) * 8 + fill) // 7 + len(content.body)
    else:
        data = header + content.body
        length = len(data)
    if len(data) > _MAX_USER_DATA_OCTETS:
        raise PduError("message is longer than one TPDU")
    dcs = _DCS_OF[content.alphabet]
    return bytes([first, 0]) + encode_address(recipient) + bytes([0, dcs, validity, length]) + data
