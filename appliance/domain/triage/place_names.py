"""What else people call a kelurahan: spellings and landmarks that the city has published. Pure.

They count where a text names no kelurahan by the names that are shipped (`triage.gazetteer`).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from appliance.domain import reference
from appliance.domain.errors import BadInput
from appliance.domain.triage import gazetteer

TABLE = "place_names"
COLUMNS = ("name", "kelurahan")
_MOST_WORDS, _LEAST_CHARS, _MOST_CHARS = 6, 4, 60


@dataclass(frozen=True, slots=True)
class PlaceNames:
    """Names as words in a row, the longest first, each with the code of its kelurahan."""

    names: tuple[tuple[tuple[str, ...], str], ...]

    def kelurahan(self, text: str) -> str | None:
        """The code of the one that is named first, or None; a street of the name is not meant."""
        if not self.names:
            return None
        tokens = gazetteer.tokens(text)
        for at in range(len(tokens)):
            for words, code in self.names:
                if gazetteer.stands(tokens, at, words):
                    return code
        return None

    def named_by(self, text: str, location: str | None) -> str | None:
        """The code of the kelurahan that a report names, in its words or its place; or None."""
        both = f"{text}, {location}" if location else text
        return gazetteer.kelurahan(both) or self.kelurahan(both)


def parse(table: Iterable[Mapping[str, str]]) -> PlaceNames:
    """Read a table; raises BadInput that names what is wrong."""
    found: dict[tuple[str, ...], str] = {}
    for row in table:
        words = _words(row["name"])
        if not reference.is_kelurahan(row["kelurahan"]):
            raise BadInput(f"{row['kelurahan'][:20]!r} is no kelurahan of the city")
        if words in found:
            raise BadInput(f"{row['name']!r} stands there twice")
        found[words] = row["kelurahan"]
    return PlaceNames(tuple(sorted(found.items(), key=lambda item: (-len(item[0]), item[0]))))


def _words(name: str) -> tuple[str, ...]:
    words = tuple(gazetteer.tokens(name))
    is_long_enough = _LEAST_CHARS <= len(name) <= _MOST_CHARS and len(words) <= _MOST_WORDS
    if not is_long_enough or not all(word.isalnum() for word in words):
        raise BadInput(
            f"{name[:60]!r}: a name has {_LEAST_CHARS} to {_MOST_CHARS} letters and digits in at "
            f"most {_MOST_WORDS} words"
        )
    if gazetteer.kelurahan(f"kel {name}"):
        raise BadInput(f"{name!r} is a name that is shipped; it means what it means")
    return words
