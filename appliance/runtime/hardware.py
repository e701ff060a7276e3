"""What the kernel tells of this machine: temperature, supply voltage, room on the disk, screens.

A Raspberry Pi tells of too little voltage by the hwmon device `rpi_volt` (the kernel's
Documentation/hwmon/raspberrypi-hwmon.rst); `get_throttled` in sysfs is deprecated in its favour.
The alarm is about the last seconds. Other machines have no such device.
"""

import shutil
from dataclasses import dataclass
from pathlib import Path

SYS = Path("/sys")
_PLAUSIBLE_C = range(-40, 151)
"""Zones without a sensor report nonsense."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hardware:
    """None where this machine does not tell."""

    temperature_c: float | None
    is_undervolted: bool | None
    disk_free_bytes: int
    disk_bytes: int


def look(folder: Path, sys: Path = SYS) -> Hardware:
    """How the machine is, with the disk that `folder` lies on."""
    disk = shutil.disk_usage(folder)
    return Hardware(
        temperature_c=_temperature_c(sys),
        is_undervolted=_is_undervolted(sys),
        disk_free_bytes=disk.free,
        disk_bytes=disk.total,
    )


def connectors(sys: Path = SYS) -> dict[str, str]:
    """Where a screen may be: `connected`, `disconnected` or `unknown` by name, as `HDMI-A-1`."""
    cards = sorted(sys.glob("class/drm/card*-*/status"))
    return {path.parent.name.partition("-")[2]: _read(path) for path in cards}


def has_screen(sys: Path = SYS) -> bool:
    """Whether one is connected, or nobody tells of a place for one.

    One whose state is `unknown` (composite video, mostly without anything behind it) does not
    count: neither cage (wlroots) shows anything there.
    """
    states = connectors(sys).values()
    return not states or "connected" in states


def _temperature_c(sys: Path) -> float | None:
    """Of the hottest zone."""
    found = []
    for zone in sys.glob("class/thermal/thermal_zone*/temp"):
        try:
            found.append(int(_read(zone)) / 1000)
        except ValueError:
            continue
    return max((c for c in found if int(c) in _PLAUSIBLE_C), default=None)


def _is_undervolted(sys: Path) -> bool | None:
    for device in sys.glob("class/hwmon/hwmon*"):
        if _read(device / "name") == "rpi_volt":
            return {"0": False, "1": True}.get(_read(device / "in0_lcrit_alarm"))
    return None


def _read(path: Path) -> str:
    """The content of a small file, empty if it cannot be read."""
    try:
        return path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return ""
