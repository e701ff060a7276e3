"""The part of a city's boxes that one of several receivers serves.

Every receiver hears all boxes and heeds those of its own share; of a receiver that is gone another
takes the share over, and gives it back when that one has returned. A box is served as a whole: its
lanes, its downlink and its files are conversations. Whoever is first does the chores.

Nothing is wrong when two serve one box for a moment: the database lets one after the other, and
what comes twice is skipped.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy.exc import OperationalError

from appliance.domain.city import topics
from appliance.domain.errors import BadInput, WireError
from appliance.domain.ids import SiteCode
from command_center.store.leases import Lease, Leases

log = logging.getLogger(__name__)

LOOK_EVERY_S = 1.0
MOST_RECEIVERS = 64


class Share(Protocol):
    """What a receiver asks."""

    @property
    def leads(self) -> bool:
        """Whether it does what only one may do."""
        ...

    def look(self) -> None:
        """Find out anew; call this often."""
        ...

    def serves(self, site: SiteCode) -> bool:
        """Whether a box is its own now."""
        ...


class Whole:
    """The share of a receiver that is alone."""

    leads = True

    def look(self) -> None:
        """Nothing changes."""

    def serves(self, _site: SiteCode) -> bool:
        """All are."""
        return True


@dataclass(frozen=True, slots=True)
class Place:
    """The number of a receiver, from 0, among so many."""

    number: int
    of: int

    @classmethod
    def parse(cls, words: str) -> "Place":
        """Read `2/4`; raises BadInput."""
        first, slash, second = words.partition("/")
        if slash and first.isdecimal() and second.isdecimal():
            place = cls(int(first) - 1, int(second))
            if 0 <= place.number < place.of <= MOST_RECEIVERS:
                return place
        raise BadInput(f"{words!r} is no share; write 1/2 for the first of two receivers")


class Leased:
    """The share of one of several receivers."""

    def __init__(
        self,
        leases: Leases,
        place: Place,
        monotonic_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._leases, self._place, self._monotonic_s = leases, place, monotonic_s
        self._look_at_s = 0.0
        self._is_there = False
        self.leads = False
        self._served: frozenset[int] = frozenset()

    def look(self) -> None:
        """Take what is free, give back what another has come for."""
        now_s = self._monotonic_s()
        if now_s < self._look_at_s:
            return
        self._look_at_s = now_s + LOOK_EVERY_S
        before = self._served
        try:
            self._lease()
        except OperationalError as error:
            self.leave()
            log.error("database refuses; no box is served reason=%s", error.orig)
        if self._served != before:
            shown = ",".join(str(number + 1) for number in sorted(self._served)) or "none"
            log.warning("shares served=%s of=%s", shown, self._place.of)

    def serves(self, site: SiteCode) -> bool:
        """Whether a box belongs to a share that we hold."""
        return int(site.site) % self._place.of in self._served

    def leave(self) -> None:
        """Serve nobody, and let others."""
        self._is_there, self.leads, self._served = False, False, frozenset()
        self._leases.drop()

    def _lease(self) -> None:
        own = self._place.number
        if not self._is_there and not self._leases.take(Lease.RECEIVER, own):
            log.error("another receiver has share=%s already; give each its own", own + 1)
            return
        self._is_there = True
        there = self._leases.held(Lease.RECEIVER)
        for number in self._served & there - {own}:
            self._leases.give(Lease.SHARE, number)
        kept = self._served - (there - {own})
        free = {own, *range(self._place.of)} - (there - {own}) - kept
        self._served = kept | {n for n in sorted(free) if self._leases.take(Lease.SHARE, n)}
        self.leads = self.leads or self._leases.take(Lease.CHORES)


def heeds(share: Share, topic: str) -> bool:
    """Whether a message is for this receiver; what has no readable topic is for who leads."""
    try:
        return share.serves(topics.parse(topic).site)
    except WireError:
        return share.leads
