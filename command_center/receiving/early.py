"""Batches that came before their predecessors: held in memory until the gap is filled.

So a lost batch costs the link that batch alone, not all that followed it. Nothing here is
acknowledged; what is forgotten (a restart, too many of them) the box sends again after its
deadline.
"""

from collections.abc import Callable

from msgspec.structs import replace

from appliance.domain.city import wire
from appliance.domain.ids import SiteCode
from command_center.receiving.applying import Arrival

HELD_MAX_BATCHES = 32
"""Over all boxes; a batch is at most 1 MiB. The one that has waited longest makes room."""

Stream = tuple[SiteCode, str, str]
"""Site, epoch, lane."""


class Early:
    """What waits for its predecessors."""

    def __init__(self) -> None:
        self._held: dict[tuple[Stream, int], Arrival] = {}
        """By stream and first number, oldest first."""

    def settle(self, arrival: Arrival, store: Callable[[Arrival], wire.Ack]) -> list[wire.Ack]:
        """Store a batch and all that waited for it, or hold it; return the acks.

        The last of them asks for what is missing before what is held, if that is news.
        """
        acks: list[wire.Ack] = []
        current: Arrival | None = arrival
        while current is not None:
            ack, follower = store(current), None
            if ack.want is not None:
                is_news = self._hold(current)
            else:
                follower = self._take(current, ack.upto)
                is_news = follower is None and current is not arrival
            until = self._until(current) if is_news else None
            want = None if until is None else ack.upto + 1
            acks.append(replace(ack, want=want, until=until))
            current = follower
        return acks

    def forget(self, site: SiteCode) -> None:
        """A box starts over."""
        self._held = {key: held for key, held in self._held.items() if key[0][0] != site}

    def copy(self) -> "Early":
        """For a transaction that may yet fail."""
        other = Early()
        other._held = self._held.copy()
        return other

    def _hold(self, arrival: Arrival) -> bool:
        """Keep a batch beyond a gap; True if the box is to be asked for what is missing.

        It is asked once for a gap, and again when a batch that is held comes a second time: the
        box has started over, so what it was asked for got lost.
        """
        stream, first = _stream(arrival), arrival.batch.first
        is_asked = bool(self._firsts(stream)) and (stream, first) not in self._held
        self._held.setdefault((stream, first), arrival)
        if len(self._held) > HELD_MAX_BATCHES:
            del self._held[next(iter(self._held))]
        return not is_asked

    def _take(self, like: Arrival, upto: int) -> Arrival | None:
        """Hand out the batch of the same stream that goes on behind `upto`."""
        stream = _stream(like)
        for first in self._firsts(stream):
            if first > upto + 1:
                return None
            arrival = self._held.pop((stream, first))
            if first + len(arrival.batch.events) - 1 > upto:
                return arrival
        return None

    def _until(self, like: Arrival) -> int | None:
        """The last number missing before what is held of the same stream; None if nothing is."""
        firsts = self._firsts(_stream(like))
        return firsts[0] - 1 if firsts else None

    def _firsts(self, stream: Stream) -> list[int]:
        return sorted(first for held_of, first in self._held if held_of == stream)


def _stream(arrival: Arrival) -> Stream:
    return arrival.site, arrival.batch.epoch, arrival.batch.lane
