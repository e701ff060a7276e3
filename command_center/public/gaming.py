"""What bends a report card: bursts of few senders, mass closing, delete and refile. Pure.

Nothing is taken away: the card is made with it and without it, and ranks come from the latter.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import groupby
from operator import attrgetter

from appliance.domain.cases.service_request import (
    DEAD_ENDS,
    FINISHED,
    OVER,
    Source,
    Status,
    StatusEntry,
)
from appliance.domain.public.report_card import Case

MASS = 10
"""So many matters of one agency that end within MASS_WINDOW: nobody mends ten things at once."""
MASS_WINDOW = timedelta(minutes=5)
REFILE_WINDOW = timedelta(days=7)
LOOKED_BACK = 200
"""So many that were ended of the same place and topic are looked at."""
_ENDS = OVER - {Status.CLOSED}
_NOBODY_S_TRICK = (Source.REPORTER, Source.TIME)


@dataclass(frozen=True, slots=True, kw_only=True)
class Filed(Case):
    """A case with what tells of tricks; never shown nor exported."""

    phone: str | None
    place: str
    """Kelurahan, else kecamatan."""
    has_kelurahan: bool
    is_burst: bool
    """Of a pattern that is not usual (`anomaly`)."""


@dataclass(frozen=True, slots=True)
class Findings:
    """What was found among cases, by their ids."""

    bursts: frozenset[str] = frozenset()
    mass_moves: dict[str, frozenset[int]] = field(default_factory=dict)
    """Places in the history at which a case was ended among many."""
    refiled: dict[str, str] = field(default_factory=dict)
    """The first filing of the same, for those that were ended and filed again."""

    superseded: frozenset[str] = frozenset()
    """Filings that a later one continues."""


def findings(filed: Sequence[Filed]) -> Findings:
    """All that is odd about these cases."""
    links = _refiled(filed)
    return Findings(
        bursts=frozenset(case.id for case in filed if case.is_burst),
        mass_moves=_mass_moves(filed),
        refiled={id_: _root(links, id_) for id_ in links},
        superseded=frozenset(links.values()),
    )


def without(filed: Iterable[Filed], found: Findings) -> list[Case]:
    """The cases as if nobody had tried: no bursts, no mass endings, one clock for a refiled one."""
    known = {case.id: case for case in filed}
    gone = found.bursts | found.superseded
    left = (case for case in known.values() if case.id not in gone)
    return [_straight(case, found, known) for case in left]


def _straight(case: Filed, found: Findings, known: dict[str, Filed]) -> Case:
    mass, first = found.mass_moves.get(case.id, frozenset()), found.refiled.get(case.id)
    if not mass and not first:
        return case
    history = _without_moves(case.history, mass)
    if first:
        history = [replace(history[0], at=known[first].received_at), *history[1:]]
    return replace(case, history=tuple(history), status=history[-1].status)


def _without_moves(history: Sequence[StatusEntry], mass: frozenset[int]) -> list[StatusEntry]:
    """Drops each of these moves, and what only repeats or closes it."""
    kept: list[StatusEntry] = []
    dropped: Status | None = None
    for n, entry in enumerate(history):
        if n in mass:
            dropped = entry.status
        elif entry.status not in (dropped, Status.CLOSED):
            dropped = None
        if dropped is None:
            kept.append(entry)
    return kept


def _mass_moves(filed: Iterable[Filed]) -> dict[str, frozenset[int]]:
    found: dict[str, set[int]] = {}
    by_agency = attrgetter("agency")
    for _, own in groupby(sorted(filed, key=by_agency), key=by_agency):
        ends = sorted(_endings(own), key=lambda end: end[0].at)
        for begin, end in _crowds(ends):
            for _, case, n in ends[begin:end]:
                found.setdefault(case.id, set()).add(n)
    return {id_: frozenset(places) for id_, places in found.items()}


def _endings(own: Iterable[Filed]) -> Iterator[tuple[StatusEntry, Filed, int]]:
    """Every end that somebody has set and no reporter has confirmed."""
    for case in own:
        for n in range(1, len(case.history)):
            entry = case.history[n]
            is_new = entry.status in _ENDS and entry.status != case.history[n - 1].status
            if is_new and entry.source not in _NOBODY_S_TRICK and not _is_confirmed(case, n):
                yield entry, case, n


def _is_confirmed(case: Filed, place: int) -> bool:
    for entry in case.history[place + 1 :]:
        if entry.status not in FINISHED:
            return False
        if entry.status == Status.CLOSED:
            return entry.source == Source.REPORTER
    return False


def _crowds(ends: Sequence[tuple[StatusEntry, Filed, int]]) -> Iterator[tuple[int, int]]:
    """Slices that together are all windows in which MASS matters or more end."""
    begin = told = 0
    within: Counter[str] = Counter()
    for end, (entry, case, _) in enumerate(ends):
        within[_matter(case)] += 1
        while entry.at - ends[begin][0].at > MASS_WINDOW:
            matter = _matter(ends[begin][1])
            within[matter] -= 1
            if not within[matter]:
                del within[matter]
            begin += 1
        if len(within) >= MASS:
            yield max(begin, told), end + 1
            told = end + 1


def _matter(case: Filed) -> str:
    return case.duplicate_of or case.id


def _refiled(filed: Iterable[Filed]) -> dict[str, str]:
    """What each case continues: the newest that was ended unresolved shortly before it."""
    links: dict[str, str] = {}
    ended: dict[tuple[str, str, str], _Ended] = {}
    for case in sorted(filed, key=lambda one: (one.received_at, one.id)):
        same = ended.setdefault((case.agency, case.category, case.place), _Ended())
        if earlier := same.take(case):
            links[case.id] = earlier.id
        if case.status in DEAD_ENDS and case.history[-1].source not in _NOBODY_S_TRICK:
            same.add(case)
    return links


class _Ended:
    """What was ended unresolved about one thing, as far as a later case may continue it."""

    def __init__(self) -> None:
        self._number = 0
        self._cases: dict[int, Filed] = {}
        """By their number, the oldest first; the last 200 at most."""

    def add(self, case: Filed) -> None:
        self._cases[self._number] = case
        self._cases.pop(self._number - LOOKED_BACK, None)
        self._number += 1

    def take(self, case: Filed) -> Filed | None:
        """The newest that a case continues, once; what has ended too long ago is forgotten."""
        oldest = case.received_at - REFILE_WINDOW
        gone = [n for n, one in self._cases.items() if one.history[-1].at < oldest]
        for n in gone:
            del self._cases[n]
        found = next((n for n in reversed(self._cases) if _continues(case, self._cases[n])), None)
        return None if found is None else self._cases.pop(found)


def _continues(case: Filed, earlier: Filed) -> bool:
    after = case.received_at - earlier.history[-1].at
    if earlier.duplicate_of or case.duplicate_of or not timedelta() <= after <= REFILE_WINDOW:
        return False
    if case.phone and earlier.phone:
        return case.phone == earlier.phone
    return case.has_kelurahan


def _root(links: dict[str, str], id_: str) -> str:
    while id_ in links:
        id_ = links[id_]
    return id_
