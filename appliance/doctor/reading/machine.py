"""The machine under the box."""

import contextlib
import platform
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from appliance.doctor import programs
from appliance.doctor.case import Case, text
from appliance.doctor.judging.machine import Clock, Memory, Power, Zone
from appliance.domain import home
from appliance.runtime import clock, hardware, release


def memory(case: Case) -> Memory:
    """From /proc."""
    sizes = _table(case.root / "proc/meminfo")
    counts = _table(case.root / "proc/vmstat")
    return Memory(
        total=sizes.get("MemTotal", 0) * 1024,
        available=sizes.get("MemAvailable", 0) * 1024,
        killed=counts.get("oom_kill", 0),
    )


def power(case: Case) -> Power:
    """From /sys, and on a Pi from its firmware."""
    found = hardware.look(Path("/"), case.root / "sys")
    return Power(
        temperature_c=found.temperature_c,
        is_undervolted=found.is_undervolted,
        throttled=_throttled(),
    )


def time_of_day(case: Case) -> Clock:
    """The clock, and what sets it."""
    board, network = (case.settings.board, case.settings.network) if case.settings else (None, None)
    return Clock(
        now=datetime.now(UTC),
        made=datetime.fromtimestamp(Path(release.__file__).stat().st_mtime, UTC),
        source=clock.now().source,
        has_rtc=(case.root / "dev/rtc0").exists(),
        is_kept_by_rtc=clock.is_kept_by_rtc(),
        wanted_rtc=board.rtc if board else "none",
        timeservers=network.timeservers if network else (),
    )


def zone(case: Case) -> Zone:
    """The time zone of the system, which is UTC where none is set."""
    offset = timedelta()
    with contextlib.suppress(OSError, ValueError), (case.root / "etc/localtime").open("rb") as file:
        offset = datetime.now(ZoneInfo.from_file(file)).utcoffset() or offset
    word, wanted = home.zone()
    return Zone(offset=offset, wanted=wanted, word=word, name=home.zone_name())


def versions(case: Case) -> dict[str, str]:
    """Of our software and what it stands on."""
    system = dict(
        line.split("=", 1)
        for line in text(case.root / "etc/os-release").splitlines()
        if "=" in line
    )
    found = {
        "posko": release.version() or "not installed as a package",
        "Python": platform.python_version(),
        "kernel": f"{platform.release()} {platform.machine()}",
        "system": system.get("PRETTY_NAME", "unknown").strip('"'),
        "board": text(case.root / "proc/device-tree/model"),
        "up": f"{time.clock_gettime(time.CLOCK_BOOTTIME) / 3600:.1f} h",
    }
    return {name: value for name, value in found.items() if value}


def _throttled() -> int | None:
    said = programs.ask("vcgencmd", "get_throttled")
    if said is None or said.status:
        return None
    try:
        return int(said.output.strip().partition("=")[2], 16)
    except ValueError:
        return None


def _table(path: Path) -> dict[str, int]:
    found = {}
    for line in text(path).splitlines():
        name, *values = line.split()
        if values and values[0].isdigit():
            found[name.rstrip(":")] = int(values[0])
    return found
