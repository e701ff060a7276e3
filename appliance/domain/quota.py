"""Rate limits over a history of times; pure, so every channel and every restart counts alike."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """At most `limit` acts in any `window`."""

    limit: int
    window: timedelta


@dataclass(frozen=True, slots=True)
class Exceeded:
    """The act is not allowed yet."""

    retry_after_s: int


def check(quota: Quota, history: Sequence[datetime], now: datetime) -> Exceeded | None:
    """Return None if one more act is allowed now. `history` may be in any order.

    Times in the future come from a clock that was set back since: near ones count as now, those
    beyond the window not at all, so a wrong clock locks nobody out for long.
    """
    recent = sorted(min(at, now) for at in history if abs(now - at) < quota.window)
    if len(recent) < quota.limit:
        return None
    frees_up_at = recent[len(recent) - quota.limit] + quota.window
    return Exceeded(retry_after_s=max(1, int((frees_up_at - now).total_seconds())))
