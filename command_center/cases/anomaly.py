"""Patterns that are not usual: a place about which few senders report much in a short time. Pure.

Nothing is deleted or lowered for it: an officer looks.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache

from appliance.domain.triage import gazetteer

WINDOW = timedelta(hours=24)
FEW_SENDERS = 3
"""So many of a place's busiest phones are looked at together."""
MANY = 15
"""Reports and additions of those few, within the window; a family that tells of all its street
does not come near."""
SHARE_PERCENT = 70
"""Of all that is told about the place: where many others speak too, it is a real trouble."""


@lru_cache(maxsize=4096)
def target(site: str, kelurahan: str | None, text: str) -> str:
    """What a report is about: the kelurahan that was chosen or is named, else the kecamatan."""
    return kelurahan or gazetteer.kelurahan(text) or site


@dataclass(frozen=True, slots=True)
class Telling:
    """One report or addition: about where (a kelurahan, or a kecamatan), and by which phone."""

    target: str
    phone: str
    request_id: str


def unusual(tellings: Iterable[Telling]) -> dict[str, frozenset[str]]:
    """The requests that are part of such a pattern, by target."""
    by_target: dict[str, list[Telling]] = {}
    for telling in tellings:
        by_target.setdefault(telling.target, []).append(telling)
    found = {target: _of_few(there) for target, there in by_target.items()}
    return {target: requests for target, requests in found.items() if requests}


def _of_few(there: list[Telling]) -> frozenset[str]:
    busiest = Counter(telling.phone for telling in there).most_common(FEW_SENDERS)
    told = sum(count for _, count in busiest)
    if told < MANY or told * 100 < SHARE_PERCENT * len(there):
        return frozenset()
    few = {phone for phone, _ in busiest}
    return frozenset(telling.request_id for telling in there if telling.phone in few)
