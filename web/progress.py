"""What anybody who knows a ticket number may see of a request, and the ticks of its way.

Pure. Ticket numbers can be guessed, so this is the one gate between a stored request and a page
without login: no text, phone, name, category or place passes it. A tick stands only for something
that has happened.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

CONFIDENTIAL = "rahasia"
HANDLED = "ditangani"
"""The only state shown of a confidential request."""
_DEAD_ENDS = frozenset({"bukan_wewenang", "gabungan", "diarsipkan"})
_FINISHED = frozenset({"selesai", "ditutup"})


class _Number(Protocol):
    @property
    def digits(self) -> str: ...


class StoredRequest(Protocol):
    """The fields of a service request that this module looks at."""

    @property
    def ticket(self) -> _Number: ...
    @property
    def sensitivity(self) -> str: ...
    @property
    def agency(self) -> str: ...
    @property
    def status(self) -> str: ...
    @property
    def created_at(self) -> datetime: ...
    @property
    def acked(self) -> bool: ...


class Entry(Protocol):
    """One line of a request's history."""

    @property
    def status(self) -> str: ...
    @property
    def message(self) -> str: ...
    @property
    def agency(self) -> str | None: ...
    @property
    def at(self) -> datetime: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """A step of the way: stored, city, forwarded, in_progress, resolved."""

    step: str
    is_done: bool
    at: datetime | None = None
    agency: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What the city said to the resident."""

    text: str
    state: str
    agency: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicStatus:
    """The page of a ticket: `state` is a status value, or `ditangani` when confidential."""

    ticket: str
    state: str
    ticks: tuple[Tick, ...] = ()
    messages: tuple[Message, ...] = ()

    def has_reached(self, step: str) -> bool:
        """Tell whether this step carries a tick."""
        return any(tick.is_done for tick in self.ticks if tick.step == step)


def public_status(
    request: StoredRequest, history: Sequence[Entry], agency_name: Callable[[str], str]
) -> PublicStatus:
    """Reduce a request to what its number may reveal."""
    if request.sensitivity == CONFIDENTIAL:
        return PublicStatus(ticket=request.ticket.digits, state=HANDLED)
    return PublicStatus(
        ticket=request.ticket.digits,
        state=str(request.status),
        ticks=_ticks(request, history, agency_name(request.agency)),
        messages=tuple(
            Message(
                text=entry.message,
                state=str(entry.status),
                agency=agency_name(entry.agency) if entry.agency else "",
                at=entry.at,
            )
            for entry in reversed(history)
            if entry.message.strip()
        ),
    )


def _ticks(request: StoredRequest, history: Sequence[Entry], agency: str) -> tuple[Tick, ...]:
    this_round = _since_reopened(history)
    resolved_at = _first(this_round, "selesai") if request.status in _FINISHED else None
    way = (
        Tick(step="stored", is_done=True, at=request.created_at),
        Tick(step="city", is_done=request.acked),
        _tick("forwarded", _first(history, "diteruskan"), agency),
        _tick("in_progress", _first(this_round, "diproses")),
        Tick(step="resolved", is_done=request.status in _FINISHED, at=resolved_at),
    )
    last_done = max(place for place, tick in enumerate(way) if tick.is_done)
    is_over = request.status in _DEAD_ENDS
    return tuple(
        tick
        for place, tick in enumerate(way)
        if tick.is_done or (place > last_done and not is_over)
    )


def _tick(step: str, at: datetime | None, agency: str = "") -> Tick:
    return Tick(step=step, is_done=at is not None, at=at, agency=agency)


def _first(history: Sequence[Entry], status: str) -> datetime | None:
    return next((entry.at for entry in history if entry.status == status), None)


def _since_reopened(history: Sequence[Entry]) -> Sequence[Entry]:
    start = max((n for n, entry in enumerate(history) if entry.status == "dibuka_lagi"), default=0)
    return history[start:]
