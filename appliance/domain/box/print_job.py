"""A slip on its way to paper: tried once, and only the printer's own word makes it printed."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

COPIES_MAX = 4
"""Per request: the slip itself, and more after a failure or when its reporter adds to it later."""
PRINTED_WITHIN = timedelta(minutes=10)
"""A slip that waited longer, because the box was off, finds nobody in front of the printer."""


class PrintState(StrEnum):
    """`queued` -> `printing` -> one of the others, which are final."""

    QUEUED = "queued"
    PRINTING = "printing"
    PRINTED = "printed"
    """The printer has said that it worked off every byte, with paper to the end."""
    FAILED = "failed"
    """Not a byte of the slip has gone to the printer."""
    UNCERTAIN = "uncertain"
    """Some of it has, and nobody knows how much came out: never printed again unasked."""


class Trouble(StrEnum):
    """Why a slip is not known to be printed."""

    PAPER_OUT = "paper_out"
    COVER_OPEN = "cover_open"
    PRINTER_ERROR = "printer_error"
    UNREACHABLE = "unreachable"
    NO_ANSWER = "no_answer"
    TIMEOUT = "timeout"
    CRASHED = "crashed"
    INTERRUPTED = "interrupted"
    LATE = "late"


ADVICE = {
    Trouble.PAPER_OUT: "put in a new roll of paper",
    Trouble.COVER_OPEN: "close the printer's cover",
    Trouble.PRINTER_ERROR: "the printer reports an error of cutter or head: turn it off and on",
    Trouble.UNREACHABLE: "check the printer's cable, power, [printer] device, and the rights of "
    "posko-kiosk (docs/kiosk.md)",
    Trouble.TIMEOUT: "the printer takes no data: turn it off and on",
    Trouble.CRASHED: "see the log of posko-kiosk",
}
"""For the technician, in `posko status`; what passes by itself needs none, nor a printer that never
answers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How one try ended."""

    state: PrintState
    trouble: Trouble | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintJob:
    """One copy of the slip of a request."""

    id: int
    request_id: str
    copy: int
    language: str
    state: PrintState
    trouble: Trouble | None
    created_at: datetime
    shows_pin: bool = False
    """Only of a slip for whoever has sent the request, not of one who adds to it."""

    @property
    def is_pending(self) -> bool:
        """Whether the paper may still come."""
        return self.state in (PrintState.QUEUED, PrintState.PRINTING)

    @property
    def can_be_repeated(self) -> bool:
        """Whether a resident may ask for another copy."""
        return self.state in (PrintState.FAILED, PrintState.UNCERTAIN) and self.copy < COPIES_MAX

    def is_late(self, now: datetime) -> bool:
        """Whether whoever waited for it has gone; a clock set back makes nothing late."""
        return now - self.created_at > PRINTED_WITHIN
