"""The machine under the box: memory, supply, heat, clock, versions. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from appliance.desk.condition.machine import HOT_C, WARM_C
from appliance.doctor.finding import Finding, absent, fault, ok, warn

_MB = 1_000_000
_HOUR = timedelta(hours=1)
_LITTLE_PERCENT = 10
_LEAST_BYTES = 400 * _MB
_NOW = {0: "undervoltage", 1: "slowed down", 2: "throttled", 3: "hot"}
"""Bits of `vcgencmd get_throttled`; 16 bits further the same since the boot."""
_SUPPLY = (
    "use the board's own supply (5 V 3 A; Pi 5: 5 V 5 A) and its cable, without an extension; give "
    "the modem a powered hub"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """In bytes; `killed` counts what the kernel has ended for want of memory since the boot."""

    total: int
    available: int
    killed: int


def memory(seen: Memory) -> Iterator[Finding]:
    """Whether all daemons fit."""
    found = f"{seen.available // _MB} of {seen.total // _MB} MB available"
    if seen.total < _LEAST_BYTES:
        yield warn("memory", found, "a box needs 512 MB, with the kiosk's browser 1 GB")
    elif seen.available * 100 < seen.total * _LITTLE_PERCENT:
        yield warn("memory", found, "see which program takes it: systemd-cgtop -m; restart the box")
    else:
        yield ok("memory", found)
    if seen.killed:
        yield warn(
            "memory",
            f"the kernel has ended {seen.killed} processes for want of memory since the boot",
            "journalctl -k | grep -i oom names them; without the kiosk's screen set [board] screen "
            "= false, or take a board with more memory",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Power:
    """None where this machine does not tell."""

    temperature_c: float | None
    is_undervolted: bool | None
    throttled: int | None


def power(seen: Power) -> Iterator[Finding]:
    """Heat and voltage."""
    heat = seen.temperature_c
    if heat is None:
        yield absent("temperature", "this machine does not tell")
    elif heat >= HOT_C:
        yield fault("temperature", f"{heat:.0f} C", "shade the box, clean the fan, let air through")
    elif heat >= WARM_C:
        yield warn("temperature", f"{heat:.0f} C", "give the box shade and air")
    else:
        yield ok("temperature", f"{heat:.0f} C")
    bits = seen.throttled or 0
    now = [word for bit, word in _NOW.items() if bits >> bit & 1]
    before = [word for bit, word in _NOW.items() if bits >> bit + 16 & 1]
    if seen.is_undervolted or "undervoltage" in now:
        yield fault("voltage", "too low now", _SUPPLY)
    elif "undervoltage" in before:
        yield warn("voltage", "was too low since the boot", _SUPPLY)
    elif seen.is_undervolted is None and seen.throttled is None:
        yield absent("voltage", "this machine does not tell")
    else:
        yield ok("voltage", "enough")
    if others := sorted({*now, *before} - {"undervoltage"}):
        yield warn("processor", f"{', '.join(others)} since the boot", "give the box shade and air")


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """`made` is when this software was made: no clock can be before that."""

    now: datetime
    made: datetime
    source: str
    has_rtc: bool
    is_kept_by_rtc: bool
    wanted_rtc: str
    timeservers: tuple[str, ...]


def clock(seen: Clock) -> Iterator[Finding]:
    """Whether the time can be believed, and survives a power cut."""
    told = f"{seen.now:%Y-%m-%d %H:%M} UTC"
    if seen.now < seen.made:
        yield fault(
            "clock",
            f"{told} is before this software was made ({seen.made:%Y-%m-%d})",
            "connect the uplink so that NTP sets it, or: timedatectl set-time; until then TLS "
            "fails",
        )
    elif seen.source == "ntp":
        yield ok("clock", f"{told}, set by NTP")
    elif seen.source == "rtc":
        yield ok("clock", f"{told}, from the RTC; NTP has not answered since the boot")
    else:
        server = next(iter(seen.timeservers), "a time server")
        yield warn(
            "clock",
            f"{told}, set by nobody",
            f"connect the uplink and let it reach {server} (UDP 123), or fit an RTC; until then "
            "deadlines stand still",
        )
    yield _rtc(seen)


def _rtc(seen: Clock) -> Finding:
    if seen.has_rtc and (seen.is_kept_by_rtc or seen.source == "ntp"):
        return ok("RTC", "present")
    if seen.has_rtc:
        return fault(
            "RTC",
            "is there, and does not tell this time",
            "connect the uplink once: NTP sets it; if it forgets again, change its battery",
        )
    if seen.wanted_rtc == "none":
        return absent("RTC", 'none configured ([board] rtc = "none")')
    return fault(
        "RTC",
        f"[board] rtc says {seen.wanted_rtc}, and there is none",
        "check its place on the header (pins 1, 3, 5, 9) and its battery, run `posko-firmware "
        "apply`, restart",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Zone:
    """How far the system's clock is ahead of UTC, and the site's: `word` as people call it."""

    offset: timedelta
    wanted: timedelta
    word: str
    name: str


def zone(seen: Zone) -> Finding:
    """All that people see, and the night, go by the site's; only the journal by the system's."""
    hours = f"UTC{seen.offset / _HOUR:+g}"
    if seen.offset == seen.wanted:
        return ok("time zone", f"{seen.word} ({hours})")
    return ok(
        "time zone",
        f"{seen.word} (UTC{seen.wanted / _HOUR:+g}); the journal tells the hours of {hours} "
        f"(where the system can be written: timedatectl set-timezone {seen.name})",
    )


def versions(seen: Mapping[str, str]) -> Iterator[Finding]:
    """What runs here, for whoever is asked for help."""
    yield ok("versions", ", ".join(f"{name} {version}" for name, version in seen.items()))
