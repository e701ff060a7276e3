"""Where a request counts: one cell for each thing that the pages ask about. Pure.

A cell holds a number for one value of a dimension, on one local day, at one site. EVER stands for
all days together: what is asked about all that is stored must not read all days.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from typing import NamedTuple

from appliance.domain.cases.service_request import OVER, Sensitivity, Status
from command_center import local_day

EVER = 0


class Dimension(StrEnum):
    """What is counted; the values are stored."""

    INTAKE = "masuk"
    CHANNEL = "kanal"
    CATEGORY = "kategori"
    KELURAHAN = "kelurahan"
    AGENCY = "dinas"
    CONFIDENTIAL = "rahasia"
    """How many reports the dimensions above leave out."""
    STATUS = "status"
    OPEN = "terbuka"
    """Agencies of what somebody has to do something about, without what is confidential."""
    PROPOSED = "usulan"
    """Said to be others' business, and nobody has decided on yet."""


class Cell(NamedTuple):
    """The place of a number; in this order cells are stored."""

    dimension: str
    day: int
    site: str
    value: str


class Counted(NamedTuple):
    """What of a request decides where it counts, by the columns of its table."""

    site: str
    occurred_at: int
    channel: str
    category: str
    kelurahan: str | None
    agency: str
    sensitivity: str
    status: str
    destination: str | None

    @property
    def day(self) -> int:
        """Days since 1970, local."""
        return local_day.of_ms(self.occurred_at)


def total(by_day: Mapping[int, int], first: int, last: int) -> int:
    """The numbers of some days together."""
    return sum(by_day.get(day, 0) for day in range(first, last + 1))


def cells(request: Counted) -> Iterator[Cell]:
    """Every cell in which it counts once."""
    day = request.day
    for dimension, value in _by_day(request):
        yield Cell(dimension, day, request.site, value)
    for dimension, value in _ever(request):
        yield Cell(dimension, EVER, request.site, value)


def together(requests: Iterable[Counted]) -> Counter[Cell]:
    """The cells of several; those alike are looked at once, so it pays to give them all
    `midnight_ms`."""
    found: Counter[Cell] = Counter()
    for request, number in Counter(requests).items():
        for cell in cells(request):
            found[cell] += number
    return found


def change(before: Counted | None, after: Counted | None, times: int = 1) -> Counter[Cell]:
    """What is to be added to the cells, which may be less than nothing."""
    found: Counter[Cell] = Counter()
    for request, sign in ((before, -times), (after, times)):
        for cell in cells(request) if request else ():
            found[cell] += sign
    return Counter({cell: number for cell, number in found.items() if number})


def _by_day(request: Counted) -> Iterator[tuple[Dimension, str]]:
    if request.sensitivity == Sensitivity.CONFIDENTIAL:
        yield Dimension.CONFIDENTIAL, ""
        return
    yield Dimension.INTAKE, ""
    yield Dimension.CHANNEL, request.channel
    yield Dimension.CATEGORY, request.category
    yield Dimension.KELURAHAN, request.kelurahan or ""
    yield Dimension.AGENCY, request.agency


def _ever(request: Counted) -> Iterator[tuple[Dimension, str]]:
    yield Dimension.STATUS, request.status
    yield Dimension.CATEGORY, request.category
    yield Dimension.AGENCY, request.agency
    if request.status not in OVER and request.sensitivity != Sensitivity.CONFIDENTIAL:
        yield Dimension.OPEN, request.agency
    if request.destination is not None and request.status in (Status.RECEIVED, Status.VERIFIED):
        yield Dimension.PROPOSED, ""
