"""A new generation is on trial: it stays if the box keeps its uplink and access point, or someone
confirms it; else the one before comes back. Pure.
"""

from dataclasses import dataclass, replace
from enum import Enum, auto

import msgspec

UPLINK = "uplink"
_GRACE_S = 90.0
"""A restart of hostapd, a lease from the office's router and two questions of DNS fit in it."""
_MOST_BOOTS = 2
"""The technician may cut the power once or twice; a third restart is a box that cannot stay up."""


class Trial(msgspec.Struct, frozen=True, kw_only=True):
    """What must not be forgotten of it, whatever dies; kept in a file while it lasts."""

    generation: int
    before: int
    """To which to go back; 0: none of ours."""
    minutes: float
    needs: tuple[str, ...]
    """What must be there: the uplink, interfaces of access points."""
    config: str
    """The site file it was made of."""
    resolvers: tuple[str, ...]
    """Whom to ask for the uplink; empty: those of /etc/resolv.conf."""
    boot: str
    """The boot it was last watched in."""
    boots: int = 0
    """Boots since it began."""
    is_in_force: bool = False
    failure: str = ""
    """Why it goes back; going back has begun."""


class Verdict(Enum):
    """What to do now."""

    WAIT = auto()
    KEEP = auto()
    GO_BACK = auto()


@dataclass(frozen=True, slots=True)
class Observed:
    """What was seen since the watch began; seconds count from anywhere."""

    began_s: float
    lost: frozenset[str] = frozenset()
    since_s: float = 0.0
    """Since when something has been lost without a break."""

    def after(self, lost: frozenset[str], now_s: float) -> "Observed":
        """The same with what is missing now."""
        return replace(self, lost=lost, since_s=self.since_s if self.lost else now_s)


def resumed(trial: Trial, boot: str) -> Trial:
    """The trial as a watch finds it; another boot begins the minutes again."""
    if trial.boot == boot:
        return trial
    boots = trial.boots + 1
    failure = trial.failure
    if boots > _MOST_BOOTS and not failure:
        failure = f"the box restarted {boots} times before anyone confirmed it"
    return msgspec.structs.replace(trial, boot=boot, boots=boots, failure=failure)


def judge(trial: Trial, seen: Observed, now_s: float) -> Verdict:
    """Whether the generation stays."""
    window_s = trial.minutes * 60
    if seen.lost and now_s - seen.since_s >= min(_GRACE_S, window_s / 2):
        return Verdict.GO_BACK
    if now_s - seen.began_s < window_s:
        return Verdict.WAIT
    return Verdict.GO_BACK if seen.lost else Verdict.KEEP


def failure(seen: Observed) -> str:
    """Why it goes back, in words."""
    return f"lost: {', '.join(sorted(seen.lost))}"
