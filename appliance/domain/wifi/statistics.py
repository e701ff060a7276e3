"""Sessions of the WiFi in numbers, per hour of a day. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from appliance.domain.moment import CITY_TIME
from appliance.domain.wifi.sessions import Session, local_day

HOURS = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """`opened` are sessions by the hour in local time they began in."""

    day: str
    """YYYY-MM-DD in local time."""
    sessions: int
    devices: int
    """Distinct hashes: of one day they are comparable."""
    minutes: int
    up_bytes: int
    down_bytes: int
    opened: tuple[int, ...]


def by_day(sessions: Sequence[Session]) -> list[Day]:
    """The days on which sessions were opened, the newest first."""
    days: dict[str, list[Session]] = {}
    for session in sessions:
        days.setdefault(local_day(session.opened_at), []).append(session)
    return [_day(day, days[day]) for day in sorted(days, reverse=True)]


def _day(day: str, sessions: Sequence[Session]) -> Day:
    hours = [_hour(session.opened_at) for session in sessions]
    return Day(
        day=day,
        sessions=len(sessions),
        devices=len({session.device for session in sessions}),
        minutes=sum(session.used_s for session in sessions) // 60,
        up_bytes=sum(session.up_bytes for session in sessions),
        down_bytes=sum(session.down_bytes for session in sessions),
        opened=tuple(hours.count(hour) for hour in range(HOURS)),
    )


def _hour(at: datetime) -> int:
    return at.astimezone(CITY_TIME).hour
