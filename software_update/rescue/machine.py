"""The life of an update: which phase follows which, and when a trial is over. Pure."""

from dataclasses import dataclass, replace
from enum import Enum, StrEnum, auto

STEADY_S = 120.0
"""Without a fault for this long, a release is well; a crash loop shows within it."""
_MOST_BOOTS = 2
"""The office may lose power once or twice; a third restart is a box that cannot stay up."""


class Phase(StrEnum):
    """How far it is; what follows a phase is done again if the box dies in it."""

    STAGED = "staged"
    """The new package is here; the way back is prepared."""
    INSTALLING = "installing"
    TRIAL = "trial"
    RETURNING = "returning"
    """The package before is put back."""
    REFUSED = "refused"
    """Nothing was changed: there would have been no way back."""
    KEPT = "kept"
    RETURNED = "returned"
    STUCK = "stuck"
    """The package before could not be put back; a person must."""


ENDS = frozenset({Phase.REFUSED, Phase.KEPT, Phase.RETURNED, Phase.STUCK})
NEXT = {
    Phase.STAGED: frozenset({Phase.INSTALLING, Phase.REFUSED}),
    Phase.INSTALLING: frozenset({Phase.TRIAL, Phase.RETURNING}),
    Phase.TRIAL: frozenset({Phase.KEPT, Phase.RETURNING}),
    Phase.RETURNING: frozenset({Phase.RETURNED, Phase.STUCK}),
    **dict.fromkeys(ENDS, frozenset[Phase]()),
}


class IllegalMove(ValueError):
    """A phase does not follow another."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """What must not be forgotten of an update, whatever dies."""

    number: str
    """Tells it from others, also of the same version."""
    version: str
    before: str
    """The version to go back to."""
    source: str
    """Where it is from: hand, usb, city."""
    minutes: float
    boot: str
    """The boot it was last seen in."""
    phase: Phase = Phase.STAGED
    boots: int = 0
    """Boots since it began."""
    why: str = ""
    """Why it goes back, was refused, or is stuck."""
    floor: str = ""
    database: str = ""
    portal: str = ""
    """HOST:PORT that must answer."""
    units: tuple[str, ...] = ()
    """What was active before, and must be again."""
    acked_at: str = ""
    """What the city had acknowledged before, if it could be reached: it must be again."""


class Verdict(Enum):
    """What to do now."""

    WAIT = auto()
    KEEP = auto()
    GO_BACK = auto()


@dataclass(frozen=True, slots=True)
class Observed:
    """What was seen since the watch began; seconds count from anywhere."""

    began_s: float
    since_s: float
    """Since when nothing has been lost without a break, or since when something has."""
    lost: frozenset[str] = frozenset({"everything"})

    def after(self, lost: frozenset[str], now_s: float) -> "Observed":
        """The same with what is missing now."""
        is_as_before = bool(lost) == bool(self.lost)
        return replace(self, lost=lost, since_s=self.since_s if is_as_before else now_s)


def moved(update: Update, phase: Phase, why: str = "") -> Update:
    """The update in its next phase; raises IllegalMove."""
    if phase not in NEXT[update.phase]:
        raise IllegalMove(f"{phase} does not follow {update.phase}")
    return replace(update, phase=phase, why=why or update.why)


def resumed(update: Update, boot: str) -> Update:
    """The update as it is found by who goes on with it; another boot begins a trial again."""
    if update.boot == boot or update.phase in ENDS:
        return update
    found = replace(update, boot=boot, boots=update.boots + 1)
    if found.boots > _MOST_BOOTS and Phase.RETURNING in NEXT[found.phase]:
        return moved(found, Phase.RETURNING, f"the box restarted {found.boots} times meanwhile")
    return found


def judge(minutes: float, seen: Observed, now_s: float) -> Verdict:
    """Whether a release on trial stays: once it has been well for long enough."""
    window_s = minutes * 60
    if not seen.lost and now_s - seen.since_s >= min(STEADY_S, window_s / 2):
        return Verdict.KEEP
    return Verdict.WAIT if now_s - seen.began_s < window_s else Verdict.GO_BACK


def fault(seen: Observed) -> str:
    """Why it goes back, in words."""
    if seen.lost:
        return f"not well within its time: {', '.join(sorted(seen.lost))}"
    return "not well for long enough within its time"
