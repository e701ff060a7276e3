"""What an officer should know of a request before its text. Stored and sent: pinned by a test."""

from enum import StrEnum


class Mark(StrEnum):
    """Set by the box when the request comes; the city adds PATTERN and RETURNED."""

    ALERT = "mendesak"
    """Suicide or violence: a person must look, at any hour."""
    CLUSTER = "gugus"
    """Part of more than five houses with larvae in one neighbourhood."""
    LOW = "ringan"
    """Residents can help themselves; nobody has to come first."""
    FLOOD = "kuota"
    """More than its sender may send: kept, and for a person to judge."""
    VOICE = "suara"
    """Told by voice at the kiosk: its words are in a recording, for staff to write down."""
    PATTERN = "pola"
    """Part of a pattern that is not usual: many from few, about one place."""
    RETURNED = "dikembalikan"
    """Its agency, or SP4N-LAPOR!, says that it is another's: whoever disposes must look again."""


def joined(marks: frozenset[Mark]) -> str:
    """As one column."""
    return " ".join(sorted(marks))


def parse(column: str) -> frozenset[Mark]:
    """Read the column; words of another release are left out."""
    return frozenset(mark for mark in Mark if mark in column.split())
