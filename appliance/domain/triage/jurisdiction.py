"""Whether a matter is the city's at all; pure.

A place outside the city, or a business of others, makes a proposal that people decide on; what is
doubtful makes a note for staff. A landmark ("depan SMA 5"), a road that leads somewhere and people
who come from somewhere ("orang Kampar jual sayur") make neither.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property

from appliance.domain.triage.mentions import Finder, Mention, words
from appliance.domain.triage.tables import word_set

_BESIDE = word_set("beside")
_STREET = frozenset({"jalan", "gang", "lorong", "simpang", "jembatan"})
_PLACED = frozenset(
    (
        "di", "desa", "kecamatan", "kabupaten", "kab", "kec", "kelurahan", "kel", "dusun", "warga",
        "daerah", "wilayah", "kampung", "perumahan",
    )
)  # fmt: skip
"""What follows is where it is."""
_ELSEWHERE = frozenset(
    (
        "dekat", "arah", "menuju", "jurusan", "ke", "dari", "lewat", "sampai", "batas",
        "perbatasan", "sebelum", "lintas", "tujuan",
    )
)  # fmt: skip
"""What follows is near, or the other end of a way."""
_COMERS = frozenset(
    (
        "orang", "pedagang", "asal", "truk", "bus", "sopir", "supir", "mobil", "pabrik",
        "sayur", "ikan", "durian", "kue", "toko", "warung", "bank", "masjid", "pasar", "sungai",
        "keluarga", "teman", "jembatan", "suku", "bahasa", "plat", "gas", "pt", "cv",
    )
)  # fmt: skip
"""What follows only says which one is meant."""


class Ground(StrEnum):
    """Why a matter is another's."""

    PLACE = "wilayah"
    ROAD = "jalan"
    SERVICE = "layanan"
    AGENCY = "dinas"


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """Who else answers for it, and how a resident gets there."""

    id: str
    name: str
    contact: str
    agency: str
    ground: Ground
    categories: frozenset[str]
    """Only in these; empty for any."""
    names: tuple[str, ...]
    """What means it wherever it stands."""
    names_at: tuple[str, ...]
    """What means it only behind a word for a place."""
    is_certain: bool
    """False: a note for staff, no proposal."""


def parse(table: Iterable[Mapping[str, str]]) -> tuple[Destination, ...]:
    """The destinations of a table; raises KeyError or ValueError for what is none."""
    return tuple(
        Destination(
            id=row["id"],
            name=row["name"],
            contact=row["contact"],
            agency=row["agency"],
            ground=Ground(row["kind"]),
            categories=frozenset(filter(None, row["categories"].split("|"))),
            names=tuple(filter(None, row["words"].split("|"))),
            names_at=tuple(filter(None, row["words_at"].split("|"))),
            is_certain={"usul": True, "catatan": False}[row["certainty"]],
        )
        for row in table
    )


class Jurisdiction:
    """Knows all destinations."""

    def __init__(self, destinations: Sequence[Destination]) -> None:
        self.destinations = {found.id: found for found in destinations}

    @cached_property
    def _finder(self) -> Finder:
        names = {d.id: (*d.names, *d.names_at) for d in self.destinations.values()}
        return Finder(names)

    @cached_property
    def _placed(self) -> frozenset[tuple[str, tuple[str, ...]]]:
        return frozenset(
            (d.id, tuple(words(name))) for d in self.destinations.values() for name in d.names_at
        )

    def elsewhere(
        self, text: str, category: str, agency: str, *, is_in_city: bool
    ) -> Destination | None:
        """Who else answers for a matter, the most certain first, or None: the city.

        `agency` is the one of the category; `is_in_city`: a kelurahan of the city is known.
        """
        told = words(text)
        found = [
            destination
            for mention in self._finder.find(told)
            if (destination := self._meant(told, mention, category, is_in_city=is_in_city))
        ]
        found += [
            destination
            for destination in self.destinations.values()
            if destination.ground is Ground.AGENCY and destination.agency == agency
        ]
        return next((d for d in found if d.is_certain), found[0] if found else None)

    def _meant(
        self, told: Sequence[str], mention: Mention, category: str, *, is_in_city: bool
    ) -> Destination | None:
        destination = self.destinations[mention.owner]
        if destination.categories and category not in destination.categories:
            return None
        before = told[max(0, mention.begin - 2) : mention.begin]
        match destination.ground:
            case Ground.PLACE:
                is_weak = (destination.id, mention.name) in self._placed
                return _place(destination, before, is_weak=is_weak, is_in_city=is_in_city)
            case Ground.ROAD:
                return None if _STREET.isdisjoint(before) else destination
            case _:
                is_landmark = not _BESIDE.isdisjoint(before) or not _STREET.isdisjoint(before[-1:])
                return None if is_landmark else destination


def _place(
    destination: Destination, before: Sequence[str], *, is_weak: bool, is_in_city: bool
) -> Destination | None:
    last = frozenset(before[-1:])
    if last & _COMERS or last & _STREET or (is_weak and not last & _PLACED):
        return None
    if not _COMERS.isdisjoint(before) and not last & _PLACED:
        return None
    is_way = not _STREET.isdisjoint(before) or bool(last & (_ELSEWHERE | _BESIDE))
    is_doubtful = is_in_city or is_way
    return replace(destination, is_certain=destination.is_certain and not is_doubtful)
