"""What to send next, and when to send it again: the uplink as a pure state machine.

It knows sequence numbers, windows and deadlines of each lane. It does not know MQTT, SQLite or
the clock: times come in as monotonic seconds, randomness as a factor, and what it wants done
comes out as effects. Rules, in order:

1. Nothing is sent while the link is down; on every connect the box says hello and starts again
   from what the city has committed.
2. A batch goes to the most urgent lane that has unsent events and room; every eighth batch goes to
   the least urgent one that waits, so that none starves.
3. What waits for the city is bounded in batches a lane and in bytes over all lanes. The byte budget
   follows the link: it grows while acknowledgements come fast and halves when they come late, so
   that an urgent event never waits behind more than about two seconds of link. A city that says
   "no more" is asked again with a single batch when the deadline has passed.
4. Only the city's acknowledgement moves `acked`, forward as a rule and backward when the city has
   lost what it had (a restored backup) and wants it again. Of a gap with a known end only that
   range goes out again; a gap without end, or silence until the deadline, rewinds to what is
   acknowledged; silence also doubles the next deadline.
"""

from dataclasses import dataclass, field, replace

from appliance.domain.city.topics import Lane

BATCHES_IN_FLIGHT = 8
"""Batches per lane that may wait for the city; bounds memory on both sides."""
FIRST_TIMEOUT_S = 3.0
LONGEST_TIMEOUT_S = 60.0

SMALLEST_BUDGET_BYTES = 2 * 1024
FIRST_BUDGET_BYTES = 16 * 1024
LARGEST_BUDGET_BYTES = 512 * 1024
PROMPT_S = 1.0
"""An acknowledgement within this time lets the budget grow."""
LATE_S = 2.0
"""One later than this halves it."""
_FAIR_TURN = 8


@dataclass(frozen=True, slots=True)
class SendHello:
    """Introduce the box to the city."""


@dataclass(frozen=True, slots=True)
class SendBatch:
    """Send the events of a lane that follow `after`, about `max_bytes` of them."""

    lane: Lane
    after: int
    max_bytes: int
    upto: int | None = None
    """Not beyond this number: the end of a gap, or of what the city accepts now."""


@dataclass(frozen=True, slots=True)
class RenewEpoch:
    """The city knows numbers this database never gave out: it is an older copy of itself."""


Effect = SendHello | SendBatch | RenewEpoch


@dataclass(frozen=True, slots=True)
class Flight:
    """A batch on its way."""

    end: int
    size_bytes: int
    sent_at_s: float


@dataclass(frozen=True, slots=True)
class Gap:
    """What the city lacks between events that it holds."""

    after: int
    upto: int


@dataclass(frozen=True, slots=True)
class LaneLink:
    """One lane as seen over this link."""

    last: int = 0
    """Newest number in the outbox."""
    acked: int = 0
    """Newest number the city has committed."""
    sent: int = 0
    """Newest number sent since the last rewind."""
    flights: tuple[Flight, ...] = ()
    gap: Gap | None = None
    limit: int | None = None
    """Highest number the city accepts now."""
    timeout_s: float = FIRST_TIMEOUT_S
    deadline_s: float | None = None
    resends: int = 0

    @property
    def has_room(self) -> bool:
        """Whether another batch may be sent now."""
        if len(self.flights) >= BATCHES_IN_FLIGHT:
            return False
        has_new = self.last > self.sent and (self.limit is None or self.sent < self.limit)
        return has_new or self.gap is not None

    @property
    def is_stopped(self) -> bool:
        """Whether only the city's window keeps this lane from sending."""
        return (
            not self.flights
            and self.last > self.sent
            and self.limit is not None
            and self.sent >= self.limit
        )

    @property
    def in_flight_bytes(self) -> int:
        """Bytes that wait for the city."""
        return sum(flight.size_bytes for flight in self.flights)

    def rewound(self, to: int) -> "LaneLink":
        """Send everything after `to` again."""
        return replace(self, sent=to, flights=(), gap=None, deadline_s=None)

    def wanted(self, first: int, until: int | None) -> "LaneLink":
        """The city lacks `first` to `until`; None: everything from there."""
        state = replace(self, resends=self.resends + 1)
        if until is None or until >= self.sent:
            return state.rewound(first - 1)
        held = tuple(flight for flight in self.flights if flight.end > until)
        return replace(state, gap=Gap(first - 1, until), flights=held)


@dataclass(frozen=True, slots=True)
class Link:
    """The whole uplink."""

    is_up: bool = False
    lanes: dict[Lane, LaneLink] = field(default_factory=lambda: {lane: LaneLink() for lane in Lane})
    budget_bytes: int = FIRST_BUDGET_BYTES
    """Bytes that may wait for the city over all lanes."""
    turn: int = 0

    @property
    def is_drained(self) -> bool:
        """Whether nothing waits for the city."""
        return all(lane.acked == lane.last for lane in self.lanes.values())

    @property
    def room_bytes(self) -> int:
        """What is left of the budget."""
        return self.budget_bytes - sum(lane.in_flight_bytes for lane in self.lanes.values())


def connected(link: Link) -> tuple[Link, list[Effect]]:
    """The broker has accepted us."""
    lanes = {
        lane: replace(state.rewound(state.acked), timeout_s=FIRST_TIMEOUT_S, limit=None)
        for lane, state in link.lanes.items()
    }
    return Link(is_up=True, lanes=lanes), [SendHello()]


def disconnected(link: Link) -> Link:
    """The link is gone; what was in flight may or may not have arrived."""
    return replace(link, is_up=False)


def stored(link: Link, lane: Lane, *, last: int, acked: int) -> Link:
    """The outbox stands here now; one that was set back is sent again from there."""
    state = link.lanes[lane]
    if last < state.last or acked < state.acked:
        state = state.rewound(acked)
    sent = max(state.sent, acked)
    return _with(link, lane, replace(state, last=last, acked=acked, sent=sent))


def acknowledged(
    link: Link,
    lane: Lane,
    upto: int,
    now_s: float,
    *,
    want: int | None = None,
    until: int | None = None,
    window: int | None = None,
) -> tuple[Link, list[Effect]]:
    """The city has committed everything up to `upto`.

    It may ask for `want` to `until` (None: for everything from `want`) again, and accept no more
    than `window` events beyond `upto`.
    """
    state = link.lanes[lane]
    if upto > state.last:
        return link, [RenewEpoch()]
    done = [flight for flight in state.flights if flight.end <= upto and flight.size_bytes]
    link = replace(link, budget_bytes=_adapted(link.budget_bytes, done, now_s))
    is_progress = upto > state.acked
    acked = upto if want is not None else max(state.acked, upto)
    state = replace(
        state,
        acked=acked,
        sent=max(state.sent, acked),
        flights=tuple(flight for flight in state.flights if flight.end > acked),
        gap=None if state.gap is None or state.gap.upto <= acked else state.gap,
        limit=None if window is None else upto + window,
    )
    if is_progress:
        state = replace(state, timeout_s=FIRST_TIMEOUT_S, deadline_s=None)
    if want is not None and want <= state.sent:
        state = state.wanted(want, until)
    return _with(link, lane, state), []


def _adapted(budget_bytes: int, done: list[Flight], now_s: float) -> int:
    for flight in done:
        took_s = now_s - flight.sent_at_s
        if took_s > LATE_S:
            return max(budget_bytes // 2, SMALLEST_BUDGET_BYTES)
        if took_s < PROMPT_S:
            budget_bytes = min(budget_bytes + flight.size_bytes, LARGEST_BUDGET_BYTES)
    return budget_bytes


def sent(link: Link, lane: Lane, upto: int, *, size_bytes: int, now_s: float) -> Link:
    """A batch that ends at `upto` has been handed to the link; its ack may have come first."""
    state = link.lanes[lane]
    flights = state.flights
    if upto > state.acked:
        flights = (*flights, Flight(upto, size_bytes, now_s))
    link = replace(link, turn=link.turn + 1)
    gap = state.gap
    if gap is not None:
        gap = replace(gap, after=upto) if upto < gap.upto else None
    return _with(link, lane, replace(state, sent=max(state.sent, upto), flights=flights, gap=gap))


def tick(link: Link, now_s: float, jitter: float) -> tuple[Link, list[Effect]]:
    """Time has passed: rewind lanes that waited too long, and name the next batch to send.

    `jitter` in [0.5, 1.5) spreads the boxes of a city. At most one batch is named per call.
    """
    if not link.is_up:
        return link, []
    for lane, state in link.lanes.items():
        link = _with(link, lane, _watched(state, now_s, jitter))
    waiting = [lane for lane in Lane if link.lanes[lane].has_room]
    if not waiting:
        return link, []
    is_fair_turn = link.turn % _FAIR_TURN == _FAIR_TURN - 1
    lane = waiting[-1] if is_fair_turn else waiting[0]
    room_bytes = link.room_bytes
    if room_bytes <= 0 and lane is not Lane.URGENT:
        return link, []
    max_bytes = max(room_bytes, SMALLEST_BUDGET_BYTES)
    return link, [_next_batch(lane, link.lanes[lane], max_bytes)]


def _next_batch(lane: Lane, state: LaneLink, max_bytes: int) -> SendBatch:
    if state.gap is not None:
        after = max(state.gap.after, state.acked)
        return SendBatch(lane, after=after, upto=state.gap.upto, max_bytes=max_bytes)
    return SendBatch(lane, after=state.sent, upto=state.limit, max_bytes=max_bytes)


def _watched(state: LaneLink, now_s: float, jitter: float) -> LaneLink:
    if not state.flights and not state.is_stopped:
        return state if state.deadline_s is None else replace(state, deadline_s=None)
    if state.deadline_s is None:
        return replace(state, deadline_s=now_s + state.timeout_s * jitter)
    if now_s < state.deadline_s:
        return state
    timeout_s = min(state.timeout_s * 2, LONGEST_TIMEOUT_S)
    if state.is_stopped:
        return replace(state, limit=None, deadline_s=None, timeout_s=timeout_s)
    rewound = state.rewound(state.acked)
    return replace(rewound, timeout_s=timeout_s, resends=state.resends + 1)


def _with(link: Link, lane: Lane, state: LaneLink) -> Link:
    return replace(link, lanes={**link.lanes, lane: state})
