"""Transfer protocol data units as a modem shows them: an SMSC address, then the TPDU (23.040 9.2).

Decodes SMS-DELIVER and SMS-STATUS-REPORT, which come from the network. Any octets either decode or
raise `PduError`. Does not know what to do with a message.
"""

import hashlib
from dataclasses import dataclass

from modem.pdu import udh
from modem.pdu.address import Address, decode_address
from modem.pdu.dcs import Alphabet, Coding, decode_coding
from modem.pdu.errors import PduError
from modem.pdu.timestamp import Timestamp, decode_timestamp
from modem.pdu.user_data import UserData, decode_user_data

# First octet of a TPDU (23.040 9.2.3.1 and following).
_MTI_MASK = 0x03
_MTI_DELIVER = 0x00
_MTI_STATUS_REPORT = 0x02
# To be read as a delivery (23.040 9.2.3.1).
_MTI_RESERVED = 0x03
_HEADER_INDICATOR = 0x40
# TP-PID values that are not a person writing (23.040 9.2.3.9): type 0, replace types, device
# triggering; R-DATA, data for the modem and for the SIM.
_PID_SERVICE = frozenset({*range(0x40, 0x49), *range(0x7C, 0x80)})
_CLASS_SIM = 2


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
    content = decode_user_data(data[at:], coding, has_header=bool(data[0] & _HEADER_INDICATOR))
    return Deliver(sender=sender, pid=pid, coding=coding, timestamp=timestamp, content=content)


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
