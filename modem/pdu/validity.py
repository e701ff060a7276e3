"""TP-VP, how long the network tries to deliver a message (3GPP 23.040 clause 9.2.3.12).

Three formats, named by two bits of the TPDU's first octet; a message of ours has the relative one,
since it needs no clock. Reserved values say nothing.
"""

from dataclasses import dataclass
from datetime import timedelta

from modem.pdu.errors import PduError
from modem.pdu.timestamp import Timestamp, decode_timestamp, from_swapped

# TP-VPF in the first octet (23.040 9.2.3.3).
FORMAT_RELATIVE = 0x10
_FORMAT_ENHANCED = 0x08
_FORMAT_ABSOLUTE = FORMAT_RELATIVE | _FORMAT_ENHANCED
# The enhanced format (9.2.3.12.3): seven octets, the first of which says what the others are.
_ENHANCED_OCTETS = 7
_EXTENDED = 0x80
_SINGLE_SHOT = 0x40
_HOUR = 60
_DAY = 24 * _HOUR
_WEEK = 7 * _DAY


@dataclass(frozen=True, slots=True, kw_only=True)
class Validity:
    """For how long, or until when; neither where the message does not say."""

    period: timedelta | None = None
    until: Timestamp | None = None
    is_single_shot: bool = False
    """Whether the network is to try only once."""


def relative_octet(minutes: int) -> int:
    """Return the octet for at least so many minutes, at most 63 weeks (9.2.3.12.1)."""
    if minutes <= 12 * _HOUR:
        return max(0, -(-minutes // 5) - 1)
    if minutes <= _DAY:
        return 143 + -(-(minutes - 12 * _HOUR) // 30)
    if minutes <= 30 * _DAY:
        return 166 + -(-minutes // _DAY)
    return min(255, 192 + -(-minutes // _WEEK))


def relative_minutes(octet: int) -> int:
    """Return what an octet of the relative format says."""
    if octet <= 143:
        return (octet + 1) * 5
    if octet <= 167:
        return 12 * _HOUR + (octet - 143) * 30
    return (octet - 166) * _DAY if octet <= 196 else (octet - 192) * _WEEK


def decode_validity(first: int, data: bytes, start: int) -> tuple[Validity, int]:
    """Read the period at `start`, its format by a TPDU's first octet; return the offset behind."""
    form = first & _FORMAT_ABSOLUTE
    if form == 0:
        return Validity(), start
    if form == _FORMAT_ABSOLUTE:
        until, end = decode_timestamp(data, start)
        return Validity(until=until), end
    end = start + (1 if form == FORMAT_RELATIVE else _ENHANCED_OCTETS)
    if end > len(data):
        raise PduError("validity period is cut off")
    if form == FORMAT_RELATIVE:
        return Validity(period=timedelta(minutes=relative_minutes(data[start]))), end
    return _enhanced(data[start], data[start + 1 : end]), end


def _enhanced(indicator: int, octets: bytes) -> Validity:
    period: timedelta | None = None
    kind = 0 if indicator & _EXTENDED else indicator & 0x07
    if kind == 1:
        period = timedelta(minutes=relative_minutes(octets[0]))
    elif kind == 2 and octets[0]:
        period = timedelta(seconds=octets[0])
    elif kind == 3:
        hours, minutes, seconds = (from_swapped(octet) for octet in octets[:3])
        if min(hours, minutes, seconds) >= 0 and max(minutes, seconds) < 60:
            period = timedelta(hours=hours, minutes=minutes, seconds=seconds)
    return Validity(period=period, is_single_shot=bool(indicator & _SINGLE_SHOT))
