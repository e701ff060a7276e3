"""What anybody who knows a ticket number may see of a request, and the ticks of its way.

Ticket numbers can be guessed, so this is the one gate between a stored request and a page without
login (docs/adr/0005): a number lets no text, phone, name, category or place pass. With the PIN of
the slip the text and the officers' messages do, of what is not confidential. A tick stands only for
something that has happened.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from appliance.domain.cases.service_request import (
    DEAD_ENDS,
    FINISHED,
    Sensitivity,
    ServiceRequest,
    Status,
    StatusEntry,
)
from appliance.domain.reference import agency_name

HANDLED = "ditangani"
"""The only state shown of a confidential request."""

_STAGES: dict[str, str] = {
    Status.RECEIVED: "new",
    Status.VERIFIED: "new",
    Status.FORWARDED: "work",
    Status.IN_PROGRESS: "work",
    Status.REOPENED: "work",
    HANDLED: "work",
    Status.RESOLVED: "done",
    Status.CLOSED: "done",
    Status.NEEDS_DETAILS: "alert",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """A step of the way: stored, answered, city, forwarded, in_progress, resolved."""

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
    """The page of a ticket: `state` is a status value, or HANDLED when confidential."""

    ticket: str
    state: str
    ticks: tuple[Tick, ...] = ()
    messages: tuple[Message, ...] = ()
    is_message_withheld: bool = False
    """True when the city said something that a number alone does not open."""
    text: str = ""
    """What was reported, only with the PIN."""

    def has_reached(self, step: str) -> bool:
        """Tell whether this step carries a tick."""
        return any(tick.is_done for tick in self.ticks if tick.step == step)


def stage(state: str) -> str:
    """How a state is coloured: new, work, done, alert (the resident must act) or stop."""
    return _STAGES.get(state, "stop")


def public_status(
    request: ServiceRequest,
    history: Sequence[StatusEntry],
    named: Callable[[str], str] = agency_name,
    *,
    answered_at: datetime | None = None,
    is_unlocked: bool = False,
) -> PublicStatus:
    """Reduce a request to what its number, or with `is_unlocked` its PIN too, may reveal; `history`
    is in the order of its moves.

    `named` says what people call an agency; `answered_at` is when an official has answered at this
    box, which the city may not know yet.
    """
    if request.sensitivity is Sensitivity.CONFIDENTIAL:
        return PublicStatus(ticket=request.ticket.digits, state=HANDLED)
    messages = _messages(history, named)
    return PublicStatus(
        ticket=request.ticket.digits,
        state=request.status,
        ticks=_ticks(request, history, named, answered_at),
        messages=messages if is_unlocked else (),
        is_message_withheld=bool(messages) and not is_unlocked,
        text=request.text if is_unlocked else "",
    )


def _messages(history: Sequence[StatusEntry], named: Callable[[str], str]) -> tuple[Message, ...]:
    return tuple(
        Message(
            text=entry.message,
            state=entry.status,
            agency=named(entry.agency) if entry.agency else "",
            at=entry.at,
        )
        for entry in reversed(history)
        if entry.message.strip()
    )


def _ticks(
    request: ServiceRequest,
    history: Sequence[StatusEntry],
    named: Callable[[str], str],
    answered_at: datetime | None,
) -> tuple[Tick, ...]:
    this_round = since_reopened(history)
    is_finished = request.status in FINISHED
    resolved_at = _first(this_round, Status.RESOLVED) if is_finished else None
    way = (
        Tick(step="stored", is_done=True, at=request.created_at),
        *([Tick(step="answered", is_done=True, at=answered_at)] if answered_at else ()),
        Tick(step="city", is_done=request.acked),
        _tick("forwarded", _first(history, Status.FORWARDED), named(request.agency)),
        _tick("in_progress", _first(this_round, Status.IN_PROGRESS)),
        Tick(step="resolved", is_done=is_finished, at=resolved_at),
    )
    last_done = max(place for place, tick in enumerate(way) if tick.is_done)
    is_over = request.status in DEAD_ENDS
    return tuple(
        tick
        for place, tick in enumerate(way)
        if tick.is_done or (place > last_done and not is_over)
    )


def _tick(step: str, at: datetime | None, agency: str = "") -> Tick:
    return Tick(step=step, is_done=at is not None, at=at, agency=agency)


def _first(history: Sequence[StatusEntry], status: Status) -> datetime | None:
    return next((entry.at for entry in history if entry.status is status), None)


def since_reopened(history: Sequence[StatusEntry]) -> Sequence[StatusEntry]:
    """The moves since the request came or was opened again."""
    reopened = [n for n, entry in enumerate(history) if entry.status is Status.REOPENED]
    return history[max(reopened, default=0) :]
