"""What a check finds: one line for the technician. Pure."""

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """What a finding means for the box."""

    OK = "ok"
    WARN = "warn"
    FAULT = "fault"
    ABSENT = "absent"
    """By choice: nobody need do anything."""
    UNSEEN = "unseen"
    """This user may not look; `to_do` says who may."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing, how it is, and what to do next; `to_do` is empty where nothing is."""

    level: Level
    what: str
    found: str
    to_do: str = ""


def ok(what: str, found: str) -> Finding:
    """All is well."""
    return Finding(Level.OK, what, found)


def warn(what: str, found: str, to_do: str) -> Finding:
    """It works, and somebody should still act."""
    return Finding(Level.WARN, what, found, to_do)


def fault(what: str, found: str, to_do: str) -> Finding:
    """It does not work."""
    return Finding(Level.FAULT, what, found, to_do)


def absent(what: str, found: str) -> Finding:
    """There is none, and none is wanted."""
    return Finding(Level.ABSENT, what, found)


def unseen(what: str, adds: str) -> Finding:
    """Not looked at for want of rights; `adds` is what root would see."""
    return Finding(Level.UNSEEN, what, "not seen by this user", f"as root: {adds}")


def exit_status(findings: list[Finding]) -> int:
    """0 all is well, 1 something should be done, 2 something does not work."""
    levels = {finding.level for finding in findings}
    return 2 if Level.FAULT in levels else 1 if Level.WARN in levels else 0
