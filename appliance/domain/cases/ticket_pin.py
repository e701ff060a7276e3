"""The PIN on a slip: with it a ticket's number opens the report and its answers. Pure.

Four digits can be guessed, so that tries are few, counted with the ticket, and never forgiven by a
restart: five wrong ones a day, and twenty before a right one, then only the phone that reported and
the counter can tell (docs/adr/0005).
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from hmac import compare_digest

PIN_DIGITS = 4
WRONG_A_DAY = 5
WRONG_EVER = 20
DAY = timedelta(days=1)
_DIGITS = frozenset("0123456789")


class Verdict(StrEnum):
    """What became of a try; `unreadable` is no four digits, and not counted."""

    RIGHT = "right"
    WRONG = "wrong"
    UNREADABLE = "unreadable"
    LOCKED = "locked"
    """Whatever was typed was not even compared."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketPin:
    """The PIN of one ticket, and the wrong tries since the last right one."""

    pin: str
    wrong: int = 0
    wrong_today: int = 0
    day_began_at: datetime | None = None
    """When the first of today's was made."""


def attempt(known: TicketPin, typed: str, now: datetime) -> tuple[Verdict, TicketPin]:
    """Compare what was typed; the second value must be stored before the first is told."""
    digits = "".join(c for c in typed if c in _DIGITS)
    if len(digits) != PIN_DIGITS:
        return Verdict.UNREADABLE, known
    today = _of_today(known, now)
    if today.wrong_today >= WRONG_A_DAY or today.wrong >= WRONG_EVER:
        return Verdict.LOCKED, today
    if compare_digest(digits, known.pin):
        return Verdict.RIGHT, TicketPin(pin=known.pin)
    return Verdict.WRONG, replace(
        today,
        wrong=today.wrong + 1,
        wrong_today=today.wrong_today + 1,
        day_began_at=today.day_began_at or now,
    )


def _of_today(known: TicketPin, now: datetime) -> TicketPin:
    """A clock that was set back lets no day pass, but begins it anew: it may be years."""
    if known.day_began_at is None:
        return known
    if now < known.day_began_at:
        return replace(known, day_began_at=now)
    if now < known.day_began_at + DAY:
        return known
    return replace(known, wrong_today=0, day_began_at=None)
