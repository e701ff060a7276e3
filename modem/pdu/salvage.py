"""PDUs around which a modem counts wrongly: the SMSC address, or the length of the TPDU; pure.

Takes only what ends exactly where its own lengths say, which nonsense hardly does.
"""

from modem.pdu import tpdu
from modem.pdu.address import decode_address
from modem.pdu.dcs import Alphabet
from modem.pdu.errors import PduError
from modem.pdu.timestamp import decode_timestamp

_NO_SMSC = b"\0"
# Set in every type of address (23.040 9.1.2.5).
_EXTENSION = 0x80


def salvage(octets: bytes, tpdu_octets: int) -> bytes | None:
    """Return a PDU that reads well, or None.

    It is `octets` as they are, with an SMSC address put before them, or the last `tpdu_octets` of
    them.
    """
    wanted = [octets, _NO_SMSC + octets]
    if 0 < tpdu_octets < len(octets):
        wanted.append(_NO_SMSC + octets[-tpdu_octets:])
    return next((pdu for pdu in wanted if _is_whole(pdu)), None)


def _is_whole(pdu: bytes) -> bool:
    try:
        message = tpdu.decode(pdu)
    except PduError:
        return False
    if isinstance(message, tpdu.StatusReport):
        return bool(message.recipient.toa & _EXTENSION)
    if not message.sender.toa & _EXTENSION:
        return False
    data = pdu[1 + pdu[0] :]
    _, at = decode_address(data, 1)
    _, at = decode_timestamp(data, at + 2)
    units = data[at]
    octets = (units * 7 + 7) // 8 if message.coding.alphabet is Alphabet.GSM7 else units
    return len(data) == at + 1 + octets
