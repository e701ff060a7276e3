"""Every kecamatan of the country by its Kemendagri code, and finding one by what somebody types."""

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

TYPED_MAX_CHARS = 60
_TABLE = Path(__file__).parent / "data" / "kecamatan.csv"
_CITY_CODE_CHARS = len("14.71")


@dataclass(frozen=True, slots=True)
class Kecamatan:
    """One of them, and the city or regency that it lies in."""

    code: str
    name: str
    city: str


@cache
def every() -> tuple[Kecamatan, ...]:
    """All, in the order of their codes."""
    text = _TABLE.read_text(encoding="utf-8")
    found, city = [], ""
    for row in csv.DictReader(text.splitlines()):
        if len(row["kode"]) == _CITY_CODE_CHARS:
            city = row["nama"]
        else:
            found.append(Kecamatan(row["kode"], row["nama"], city))
    return tuple(found)


def of_code(code: str) -> Kecamatan | None:
    """The one of a code, if there is such."""
    return next((place for place in every() if place.code == code), None)


def search(typed: str, most: int) -> list[Kecamatan]:
    """Those whose name, city or code begin with each word that was typed, the likeliest first."""
    words = typed[:TYPED_MAX_CHARS].casefold().split()
    if not words:
        return []
    ranked = [(_rank(place, words), place) for place in every() if _fits(place, words)]
    return [place for _, place in sorted(ranked, key=lambda found: found[0])[:most]]


def _fits(place: Kecamatan, words: list[str]) -> bool:
    known = f"{place.name} {place.city} {place.code}".casefold().split()
    return all(any(part.startswith(word) for part in known) for word in words)


def _rank(place: Kecamatan, words: list[str]) -> tuple[bool, bool, str]:
    name = place.name.casefold()
    return (name != " ".join(words), not name.startswith(words[0]), place.code)
