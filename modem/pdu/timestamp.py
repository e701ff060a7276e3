"""TP-SCTS, the service centre's time stamp (3GPP 23.040 clause 9.2.3.11).

Networks send stamps without a zone, with a wrong one, or years off, so the raw octets are kept and
conversion may answer None. Nothing orders messages by this time alone.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from modem.pdu.errors import PduError

OCTETS = 7
# The sign of the zone is bit 3 of its octet; the two digits are swapped like all others.
_ZONE_SIGN = 0x08
# No place on earth is further than 14 hours from UTC.
_MAX_QUARTER_HOURS = 14 * 4
# Two digit years: SMS began in 1992, so 90..99 are of the last century.
_CENTURY_PIVOT = 90


@dataclass(frozen=True, slots=True, kw_only=True)
class Timestamp:
    """Seven octets and what they say, if they say anything."""

    raw: bytes

    @property
    def quarter_hours(self) -> int:
        """The offset from UTC in quarters of an hour: +28 is WIB, +32 WITA, +36 WIT."""
        octet = self.raw[6]
        quarters = (octet & 0x07) * 10 + (octet >> 4)
        return -quarters if octet & _ZONE_SIGN else quarters

    def to_utc(self) -> datetime | None:
        """Return the moment in UTC, or None if the octets name no possible moment.

        The product itself keeps the stamp as it came, and its own time of reception.
        """
        year, month, day, hour, minute, second = (from_swapped(octet) for octet in self.raw[:6])
        if self.raw[6] >> 4 > 9 or abs(self.quarter_hours) > _MAX_QUARTER_HOURS:
            return None
        century = 1900 if year >= _CENTURY_PIVOT else 2000
        try:
            local = datetime(century + year, month, day, hour, minute, second, tzinfo=UTC)
        except ValueError:
            return None
        return local - timedelta(minutes=15 * self.quarter_hours)


def from_swapped(octet: int) -> int:
    """Read two swapped digits; -1 if they are none."""
    low, high = octet & 0xF, octet >> 4
    return low * 10 + high if low < 10 and high < 10 else -1


def decode_timestamp(data: bytes, start: int) -> tuple[Timestamp, int]:
    """Take seven octets at `start`; return the stamp and the offset behind it."""
    end = start + OCTETS
    if end > len(data):
        raise PduError("time stamp is cut off")
    return Timestamp(raw=data[start:end]), end
