"""Reading this machine's clocks into a Moment."""

import time
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from appliance.domain.moment import Moment

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_NTP_FLAG = Path("/run/systemd/timesync/synchronized")
_RTC = Path("/sys/class/rtc/rtc0/since_epoch")
"""Not the device: a daemon in its sandbox sees none."""
_RTC_AGREES_S = 600.0
"""Clocks of a month without NTP are not further apart."""


def now() -> Moment:
    """The present: wall time with its source, boot id, and milliseconds since boot."""
    return Moment(
        wall=datetime.now(UTC),
        boot_id=boot_id(),
        mono_ms=time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1_000_000,
        source=_source(),
    )


@cache
def boot_id() -> str:
    """The kernel's id of this boot."""
    return _BOOT_ID.read_text(encoding="ascii").strip()


def _source() -> str:
    if _NTP_FLAG.exists():
        return "ntp"
    return "rtc" if is_kept_by_rtc() else "none"


@cache
def is_kept_by_rtc() -> bool:
    """Whether a clock chip told this time when it was first asked.

    One that was without power refuses to tell, or tells of a day long ago.
    """
    try:
        told_s = int(_RTC.read_text(encoding="ascii"))
    except (OSError, ValueError):
        return False
    return abs(told_s - time.time()) < _RTC_AGREES_S
