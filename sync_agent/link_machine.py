"""What to send next, and when to send it again: the uplink as a pure state machine.

It knows sequence numbers, windows and deadlines of each lane. It does not know MQTT, SQLite or
the clock: times come in as monotonic seconds, randomness as a factor, and what it wants done
comes out as effects. Rules, in order:

1. Nothing is sent while the link is down; on every connect the box says hello and starts again
   from what the city has committed.
2. A batch goes to the most urgent lane that has unsent events and room in its window.
3. Only the city's acknowledgement moves `acked`. A gap it reports, or silence until the deadline,
   rewinds to what is acknowledged; silence also doubles the next deadline.
"""

from dataclasses import dataclass, field, replace

from appliance.domain.topics import Lane

BATCHES_IN_FLIGHT = 4
"""Batches per lane that may wait for the city; bounds memory on both sides."""
FIRST_TIMEOUT_S = 3.0
LONGEST_TIMEOUT_S = 60.0


@dataclass(frozen=True, slots=True)
class SendHello:
    """Introduce the box to the city."""


@dataclass(frozen=True, slots=True)
class SendBatch:
    """Send the events of a lane that follow `after`."""

    lane: Lane
    after: int


Effect = SendHello | SendBatch


@dataclass(frozen=True, slots=True)
class LaneLink:
    """One lane as seen over this link."""

    last: int = 0
    """Newest number in the outbox."""
    acked: int = 0
    """Newest number the city has committed."""
    sent: int = 0
    """Newest number sent since the last rewind."""
    ends: tuple[int, ...] = ()
    """Last numbers of the batches in flight."""
    limit: int | None = None
    """Highest number the city accepts now."""
    timeout_s: float = FIRST_TIMEOUT_S
    deadline_s: float | None = None
    resends: int = 0

    @property
    def has_room(self) -> bool:
        """Whether another batch may be sent now."""
        return (
            self.last > self.sent
            and len(self.ends) < BATCHES_IN_FLIGHT
            and (self.limit is None or self.sent < self.limit)
        )

    def rewound(self, to: int) -> "LaneLink":
        """Send everything after `to` again."""
        return replace(self, sent=to, ends=(), deadline_s=None)


@dataclass(frozen=True, slots=True)
class Link:
    """The whole uplink."""

    is_up: bool = False
    lanes: dict[Lane, LaneLink] = field(default_factory=lambda: {lane: LaneLink() for lane in Lane})


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
    """The outbox stands here now."""
    state = link.lanes[lane]
    sent = max(state.sent, acked)
    return _with(link, lane, replace(state, last=last, acked=acked, sent=sent))


def acknowledged(
    link: Link, lane: Lane, upto: int, *, want: int | None, window: int | None
) -> Link:
    """The city has committed everything up to `upto` and may ask for a resend from `want`.

    Numbers this box never gave out are ignored.
    """
    state = link.lanes[lane]
    if upto > state.last:
        return link
    is_progress = upto > state.acked
    acked = max(state.acked, upto)
    state = replace(
        state,
        acked=acked,
        sent=max(state.sent, acked),
        ends=tuple(end for end in state.ends if end > acked),
        limit=None if window is None else upto + window,
    )
    if is_progress:
        state = replace(state, timeout_s=FIRST_TIMEOUT_S, deadline_s=None)
    if want is not None and acked < want <= state.sent:
        state = replace(state.rewound(want - 1), resends=state.resends + 1)
    return _with(link, lane, state)


def sent(link: Link, lane: Lane, upto: int) -> Link:
    """A batch that ends at `upto` has been handed to the link."""
    state = link.lanes[lane]
    return _with(link, lane, replace(state, sent=upto, ends=(*state.ends, upto)))


def tick(link: Link, now_s: float, jitter: float) -> tuple[Link, list[Effect]]:
    """Time has passed: rewind lanes that waited too long, and name the next batch to send.

    `jitter` in [0.5, 1.5) spreads the boxes of a city. At most one batch is named per call, so
    that an urgent event never waits behind more than one batch.
    """
    if not link.is_up:
        return link, []
    for lane, state in link.lanes.items():
        link = _with(link, lane, _watched(state, now_s, jitter))
    for lane in Lane:
        if link.lanes[lane].has_room:
            return link, [SendBatch(lane, after=link.lanes[lane].sent)]
    return link, []


def _watched(state: LaneLink, now_s: float, jitter: float) -> LaneLink:
    if not state.ends:
        return state if state.deadline_s is None else replace(state, deadline_s=None)
    if state.deadline_s is None:
        return replace(state, deadline_s=now_s + state.timeout_s * jitter)
    if now_s < state.deadline_s:
        return state
    timeout_s = min(state.timeout_s * 2, LONGEST_TIMEOUT_S)
    rewound = state.rewound(state.acked)
    return replace(rewound, timeout_s=timeout_s, resends=state.resends + 1)


def _with(link: Link, lane: Lane, state: LaneLink) -> Link:
    return replace(link, lanes={**link.lanes, lane: state})
