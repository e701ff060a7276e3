"""Whether two reports tell of the same matter: by topic, place and words. Pure.

In doubt they do not: two tickets for one lamp cost a visit, one ticket for two lamps costs a lamp.
What is confidential is the same as nothing, since nobody may compare it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache

from appliance.domain import reference
from appliance.domain.triage import gazetteer
from appliance.domain.triage.lexicon import matcher
from appliance.domain.triage.tables import word_set
from appliance.domain.triage.words import MIN_MISSPELT, is_one_slip

OWN_WINDOW = timedelta(hours=1)
"""What one person says of a matter within this time is one ticket."""
IDENTICAL_WINDOW = timedelta(hours=24)
OTHERS_WINDOW = timedelta(days=7)
"""Others' reports within this time may be about the same thing."""

_OWN_SHARE, _OTHERS_SHARE, _VAGUE_SHARE = 0.5, 0.6, 0.8
"""How much of the shorter text's words must stand in the longer one."""
_OTHERS_WORDS, _VAGUE_WORDS = 2, 3
_STREETS = word_set("streets")
_LANDMARKS = word_set("landmarks") - {"rumah", "sakit", "kantor", "pos", "parit", "sungai"}
_NO_NAMES = word_set("no_street_names") | word_set("beside") | {"al", "ar", "an", "at"}
_EMPTY = (
    word_set("at") | word_set("beside") | word_set("addressed") | word_set("kelurahan")
    | frozenset(
        (
            "ada", "sudah", "belum", "masih", "tidak", "bisa", "mau", "dan", "atau", "ke", "dari",
            "untuk", "saya", "kami", "kita", "sini", "situ", "tolong", "mohon", "minta", "segera",
            "cepat", "lapor", "hari", "minggu", "bulan", "malam", "sejak", "sekarang", "banyak",
            "sekali", "saja", "lagi", "juga", "karena", "sampai", "rt", "rw", "km", "nomor", "blok",
        )
    )
)  # fmt: skip
"""Words that say nothing of the matter."""
_ANOTHER = frozenset(("juga", "lain", "lainnya", "beda"))
"""Who says so speaks of something else, unless the place is the same."""
_MEASURES = frozenset(
    (
        "hari", "minggu", "bulan", "tahun", "jam", "menit", "malam", "kali", "meter", "orang",
        "rumah", "unit", "ribu", "juta", "rupiah", "persen", "titik", "batang", "tiang", "kk",
    )
)  # fmt: skip
"""A number before one of these counts; any other names a place or a thing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """What a report is about, taken apart."""

    category: str
    kelurahan: str | None
    plain: tuple[str, ...]
    """All its words, in root forms."""
    words: frozenset[str]
    """Those that tell what is wrong."""
    names: frozenset[str]
    """Of streets and landmarks."""
    landmarks: frozenset[str]
    location: frozenset[str]
    """The words of the field for the place."""
    numbers: Mapping[str, frozenset[str]]
    """Numbers that name something, by the word before them."""

    @property
    def is_placed(self) -> bool:
        """Whether somebody else could mean the same place."""
        return self.kelurahan is not None or bool(self.names)


@lru_cache(maxsize=1024)
def matter(category: str, text: str, location: str | None, kelurahan: str | None) -> Matter:
    """Take a report apart; a kelurahan that only the words name counts as told."""
    told, where = matcher().words(text), matcher().words(location or "")
    both = [*told, "", *where]
    names = _names(both)
    return Matter(
        category=category,
        kelurahan=kelurahan or gazetteer.kelurahan(f"{text}, {location or ''}"),
        plain=tuple(told),
        words=frozenset(
            w for w in told if w.isalpha() and w not in _EMPTY | _STREETS | _LANDMARKS | names
        ),
        names=names,
        landmarks=frozenset(w for w in both if w in _LANDMARKS),
        location=frozenset(w for w in where if w not in _EMPTY),
        numbers=_numbers(both),
    )


def is_recent(age: timedelta, window: timedelta) -> bool:
    """Whether something lies within a window; what is from the future is as good as old."""
    return timedelta(0) <= age < window


def is_identical(one: Matter, other: Matter) -> bool:
    """Whether they say the same, and nothing of the place speaks against it."""
    return bool(one.plain) and one.plain == other.plain and not _are_apart(one, other)


def is_own(new: Matter, earlier: Matter) -> bool:
    """Whether a person who told the earlier one goes on about it."""
    if new.category != earlier.category or _are_apart(new, earlier):
        return False
    is_another, is_there = not _ANOTHER.isdisjoint(new.plain), _shared_names(new, earlier)
    if new.category == reference.FALLBACK_CATEGORY:
        return not is_another and _is_like(new, earlier, _VAGUE_SHARE, _VAGUE_WORDS)
    if is_another != is_there:
        return is_there
    return _is_like(new, earlier, _OWN_SHARE, 1)


def is_others(new: Matter, earlier: Matter) -> bool:
    """Whether two people tell of the same: a place that both name, and like words."""
    if new.category != earlier.category or new.category == reference.FALLBACK_CATEGORY:
        return False
    if not _is_like(new, earlier, _OTHERS_SHARE, _OTHERS_WORDS):
        return False
    is_near = new.kelurahan is not None and new.kelurahan == earlier.kelurahan
    return (is_near or _shared_names(new, earlier)) and not _are_apart(new, earlier)


def _is_like(one: Matter, other: Matter, share: float, least: int) -> bool:
    common, shorter = len(one.words & other.words), min(len(one.words), len(other.words))
    return common >= least and common >= share * shorter


def _are_apart(one: Matter, other: Matter) -> bool:
    """Whether something of the place differs; what only one of them says does not."""
    if one.kelurahan and other.kelurahan and one.kelurahan != other.kelurahan:
        return True
    if one.names and other.names and not _shared_names(one, other):
        return True
    for told, known in ((one.landmarks, other.landmarks), (one.location, other.location)):
        if told and known and told.isdisjoint(known) and not _shared_names(one, other):
            return True
    units = one.numbers.keys() & other.numbers.keys()
    return any(one.numbers[unit].isdisjoint(other.numbers[unit]) for unit in units)


def _shared_names(one: Matter, other: Matter) -> bool:
    if not one.names or not other.names:
        return False
    is_shared = not one.names.isdisjoint(other.names)
    return is_shared or any(_is_same_name(a, b) for a in one.names for b in other.names)


def _is_same_name(one: str, other: str) -> bool:
    return one == other or (min(len(one), len(other)) >= MIN_MISSPELT and is_one_slip(one, other))


def _names(words: Sequence[str]) -> frozenset[str]:
    """The word behind a street or a landmark, over an article ("masjid al falah")."""
    found = set()
    for at, word in enumerate(words):
        if word in _STREETS or word in _LANDMARKS:
            behind = [w for w in words[at + 1 : at + 3] if w not in ("al", "ar", "an", "at")][:1]
            found |= {w for w in behind if w.isalpha() and w not in _NO_NAMES | _EMPTY}
    return frozenset(found - _STREETS - _LANDMARKS)


def _numbers(words: Sequence[str]) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for at, word in enumerate(words):
        behind = words[at + 1] if at + 1 < len(words) else ""
        if word.isdigit() and behind not in _MEASURES:
            unit = words[at - 1] if at else ""
            found.setdefault(unit, set()).add(word.lstrip("0"))
    return {unit: frozenset(numbers) for unit, numbers in found.items()}
