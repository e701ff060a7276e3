"""Sessions of the WiFi: what a zone grants, to whom, and for how long. Pure.

A *session* is what a resident was granted; a *lease* is what the gate has made of it in the kernel.
Seconds are counted by the monotonic clock, never by the wall: a Pi without RTC boots in the past.
"""

import hashlib
import hmac
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from appliance.domain.errors import BadInput
from appliance.domain.hours import DailyHours
from appliance.domain.moment import CITY_TIME, Moment

TERMS_VERSION = "2026-11"
"""Of the terms and the privacy notice on the portal; recorded with each session."""
KEPT = timedelta(days=90)
"""Sessions are forgotten after this, at the box and in the city (docs/privacy.md)."""
MINIMUM_EXTENSION_S = 60
LEASE_FLUSH_S = 30
"""The gate writes used seconds at least this often while something moves. After a power cut so much
is charged in advance, so that no session lasts longer than was granted."""
CODE_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Of codes that are read aloud and typed: nothing that looks like something else."""
CODE_CHARS = 10
_MAC = re.compile(r"([0-9a-f]{2}:){5}[0-9a-f]{2}")


class Refusal(StrEnum):
    """Why no session was opened or extended."""

    CLOSED = "closed"
    """Outside the opening hours of the zone."""
    DAILY = "daily"
    """The device has had its time of the day."""
    FULL = "full"
    """As many sessions are open in the zone as it bears."""
    BLOCKED = "blocked"
    """Staff have blocked the device."""
    UNKNOWN_DEVICE = "unknown_device"
    """The box does not see this address in any zone."""
    NO_SESSION = "no_session"
    NOTHING_TO_ADD = "nothing_to_add"
    """The session has all that can be granted now."""
    VOUCHER = "voucher"
    """No such voucher, or it was used."""
    TOO_MANY_TRIES = "too_many_tries"


class Ending(StrEnum):
    """How a session ended."""

    TIME = "time"
    QUOTA = "quota"
    HOURS = "hours"
    BLOCKED = "blocked"
    USER = "user"
    STAFF = "staff"
    REPLACED = "replaced"
    """A newer session of the same device took its place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ZonePolicy:
    """What one zone grants. Seconds, bytes, kbit/s; 0 or None is no limit."""

    zone: str
    session_s: int
    session_bytes: int | None
    daily_s: int
    max_sessions: int
    opening_hours: DailyHours
    """When the WiFi is open, local time; both ends equal is always."""

    def is_open(self, at: datetime) -> bool:
        """Whether the zone is open at a time."""
        hours = self.opening_hours
        return hours.begin == hours.end or hours.cover(at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What a device has had today, open session included, and how many sessions the zone has."""

    used_today_s: int
    open_in_zone: int
    is_blocked: bool


@dataclass(frozen=True, slots=True)
class Grant:
    """`seconds` of Internet and `size_bytes` of data (None: no limit)."""

    seconds: int
    size_bytes: int | None


@dataclass(frozen=True, slots=True)
class Refused:
    """No; `retry_after_s` says when it may work, 0 if waiting will not help."""

    reason: Refusal
    retry_after_s: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A session with its lease as last written by the gate."""

    id: str
    zone: str
    device: str
    mac: str | None
    terms_version: str
    granted_s: int
    granted_bytes: int | None
    opened_at: datetime
    ended_by: Ending | None
    slot: int | None
    used_s: int
    up_bytes: int
    down_bytes: int
    lease_boot_id: str | None
    lease_mono_ms: int
    closed_as: Ending | None
    closed_at: datetime | None

    @property
    def is_open(self) -> bool:
        """Whether it lives and the gate has let it through."""
        return self.mac is not None and self.slot is not None


def mac_address(text: str) -> str:
    """Read a MAC address in any usual spelling -> `aa:bb:cc:dd:ee:ff`; raises BadInput."""
    mac = text.strip().lower().replace("-", ":")
    if not _MAC.fullmatch(mac):
        raise BadInput(f"a MAC address is written like 02:00:5e:10:00:01, not {text!r}")
    return mac


def device_hash(mac: str, salt: bytes) -> str:
    """The pseudonym of a device: 32 hex digits, unlinkable once the salt is deleted."""
    return hmac.new(salt, mac.encode(), hashlib.sha256).hexdigest()[:32]


def code(choose: Callable[[str], str]) -> str:
    """A code to read aloud and type, 49 bits if `choose` picks a letter by chance."""
    return "".join(choose(CODE_ALPHABET) for _ in range(CODE_CHARS))


def first_password(choose: Callable[[str], str]) -> str:
    """A password for somebody else, to read aloud; its owner chooses another."""
    made = code(choose)
    return f"{made[:5]}-{made[5:]}"


def resume_key(code: str) -> str:
    """A resume code as it is compared, however it was typed."""
    return "".join(char for char in code.upper() if char in CODE_ALPHABET)


def shown_code(code: str) -> str:
    """A resume code in two groups, as people read it; empty for none."""
    key = resume_key(code)
    return f"{key[:5]} {key[5:10]}" if len(key) == CODE_CHARS else ""


def local_time(at: datetime, later_s: int) -> str:
    """The time of day in local time that comes `later_s` seconds later, like 06.00."""
    then = at.astimezone(CITY_TIME) + timedelta(seconds=later_s)
    return then.strftime("%H.%M")


def local_day(at: datetime) -> str:
    """The local day as YYYY-MM-DD."""
    return at.astimezone(CITY_TIME).date().isoformat()


def since_midnight_s(at: datetime) -> int:
    """Seconds of the local day that have passed."""
    return 86_400 - _to_midnight_s(at)


def admit(policy: ZonePolicy, usage: Usage, now: datetime) -> Grant | Refused:
    """Decide about a new session."""
    if usage.is_blocked:
        return Refused(Refusal.BLOCKED)
    if (wait_s := _opens_in_s(policy, now)) > 0:
        return Refused(Refusal.CLOSED, wait_s)
    if policy.max_sessions and usage.open_in_zone >= policy.max_sessions:
        return Refused(Refusal.FULL, 60)
    seconds = policy.session_s
    if policy.daily_s:
        seconds = min(seconds, policy.daily_s - usage.used_today_s)
    if seconds < 1:
        return Refused(Refusal.DAILY, _to_midnight_s(now))
    return Grant(min(seconds, _closes_in_s(policy, now)), policy.session_bytes)


def extension(policy: ZonePolicy, usage: Usage, left: Grant, now: datetime) -> Grant | Refused:
    """Decide how much an open session gets on top of what is `left` of it.

    It is filled up to a whole session, as far as the day's allowance and the hours go. A gain of
    less than a minute is none.
    """
    whole = admit(policy, replace(usage, open_in_zone=0), now)
    if isinstance(whole, Refused):
        return whole
    seconds = whole.seconds - left.seconds
    if seconds < MINIMUM_EXTENSION_S:
        return Refused(Refusal.NOTHING_TO_ADD)
    if whole.size_bytes is None or left.size_bytes is None:
        return Grant(seconds, None)
    return Grant(seconds, max(0, whole.size_bytes - left.size_bytes))


def used_s(session: Session, now: Moment) -> int:
    """Seconds used by now; after a reboot so much more as one flush may have missed."""
    if session.lease_boot_id is None:
        return 0
    if session.lease_boot_id != now.boot_id:
        return min(session.granted_s, session.used_s + LEASE_FLUSH_S)
    since_s = max(0, now.mono_ms - session.lease_mono_ms) // 1000
    return min(session.granted_s, session.used_s + since_s)


def remaining_s(session: Session, now: Moment) -> int:
    """Seconds left; 0 once it has ended."""
    return 0 if session.mac is None else session.granted_s - used_s(session, now)


def remaining_minutes(session: Session, now: Moment) -> int:
    """The same as people are told it, begun minutes included."""
    return -(-remaining_s(session, now) // 60)


def remaining_bytes(session: Session) -> int | None:
    """Bytes left as of the last flush; None without a limit."""
    if session.granted_bytes is None:
        return None
    return max(0, session.granted_bytes - session.up_bytes - session.down_bytes)


def _opens_in_s(policy: ZonePolicy, now: datetime) -> int:
    if policy.is_open(now):
        return 0
    begin = policy.opening_hours.begin
    return _until_s(now, begin.hour * 60 + begin.minute)


def _closes_in_s(policy: ZonePolicy, now: datetime) -> int:
    hours = policy.opening_hours
    if hours.begin == hours.end:
        return policy.session_s
    return _until_s(now, hours.end.hour * 60 + hours.end.minute)


def _to_midnight_s(now: datetime) -> int:
    return _until_s(now, 0)


def _until_s(now: datetime, minute_of_day: int) -> int:
    local = now.astimezone(CITY_TIME)
    then = local.replace(
        hour=minute_of_day // 60, minute=minute_of_day % 60, second=0, microsecond=0
    )
    if then <= local:
        then += timedelta(days=1)
    return max(1, int((then - local).total_seconds()))
