"""The city as a grid of tiles, one for each kelurahan, in blocks for each kecamatan. Pure.

Where the tiles of a city lie is data (`data/maps/CITY.csv`); a city without it gets blocks side by
side in the order of codes. Above each block is a row for its name.
"""

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from math import ceil, sqrt
from pathlib import Path

WIDER = 1.6
"""How much wider than high a generated map is."""


@dataclass(frozen=True, slots=True)
class Place:
    """A tile; `code` is a kelurahan's."""

    code: str
    column: int
    row: int


@dataclass(frozen=True, slots=True)
class Block:
    """A kecamatan: where its name stands, and its tiles."""

    site: str
    column: int
    row: int
    tiles: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class TileMap:
    """Blocks with the size of all, in tiles."""

    blocks: tuple[Block, ...]
    columns: int
    rows: int


@cache
def of_city(city: str, codes: tuple[str, ...]) -> TileMap:
    """The map of a city (four digits) with these kelurahan."""
    file = Path(__file__).parent / "data" / "maps" / f"{city}.csv"
    if not file.is_file():
        return _joined(generated(codes))
    rows = csv.DictReader(file.read_text(encoding="utf-8").splitlines())
    drawn = [Place(row["code"], int(row["column"]), int(row["row"])) for row in rows]
    return _joined([place for place in drawn if place.code in codes])


def generated(codes: Iterable[str]) -> list[Place]:
    """Blocks side by side, in as many bands as make the whole a little wider than high."""
    by_site: dict[str, list[str]] = {}
    for code in sorted(codes):
        by_site.setdefault(_site(code), []).append(code)
    sizes = {site: _size(len(of_site)) for site, of_site in by_site.items()}
    area = sum((wide + 1) * (high + 1) for wide, high in sizes.values())
    limit = max([ceil(sqrt(area * WIDER)), *(wide for wide, _ in sizes.values())])
    places: list[Place] = []
    column, top, band = 0, 0, 0
    for site, of_site in by_site.items():
        wide, high = sizes[site]
        if column and column + wide > limit:
            column, top, band = 0, top + band + 1, 0
        places += [
            Place(code, column + n % wide, top + 1 + n // wide) for n, code in enumerate(of_site)
        ]
        column, band = column + wide + 1, max(band, high)
    return places


def _size(tiles: int) -> tuple[int, int]:
    wide = max(2, ceil(sqrt(tiles)))
    return wide, ceil(tiles / wide)


def _joined(places: Sequence[Place]) -> TileMap:
    by_site: dict[str, list[Place]] = {}
    for place in places:
        by_site.setdefault(_site(place.code), []).append(place)
    return TileMap(
        tuple(_block(site, tiles) for site, tiles in by_site.items()),
        max((place.column for place in places), default=0) + 1,
        max((place.row for place in places), default=0) + 1,
    )


def _block(site: str, tiles: Sequence[Place]) -> Block:
    first = min(place.row for place in tiles)
    return Block(site, min(place.column for place in tiles), first - 1, tuple(tiles))


def _site(code: str) -> str:
    return code.rpartition(".")[0]


def steps(numbers: Iterable[int], shades: int = 4) -> tuple[int, ...]:
    """Upper bounds of the shades, from the lightest: spans that widen up to the largest number, as
    most places have few reports and some have many."""
    most = max(numbers, default=0)
    parts = ((n / shades) ** 2 for n in range(1, shades + 1))
    return tuple(dict.fromkeys(ceil(most * part) for part in parts if most))


def shade(number: int, bounds: Sequence[int]) -> int:
    """0 for nothing, then from 1 for the lightest."""
    return next((n for n, bound in enumerate(bounds, 1) if number <= bound), 0) if number else 0


def legend(bounds: Sequence[int]) -> Mapping[int, str]:
    """What each shade means."""
    firsts = (1, *(bound + 1 for bound in bounds[:-1]))
    pairs = zip(firsts, bounds, strict=True) if bounds else ()
    spans = {n: f"{a}" if a == b else f"{a}–{b}" for n, (a, b) in enumerate(pairs, 1)}
    return {0: "0"} | spans
