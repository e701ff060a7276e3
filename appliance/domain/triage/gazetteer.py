"""Which kelurahan a text names. Pure.

A street, a landmark or a kecamatan is no kelurahan: "jl Sukajadi", "Puskesmas Sidomulyo" and
"Tampan" resolve to nothing; "kel Tampan" does.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from appliance.domain import home, reference
from appliance.domain.triage.tables import word_set
from appliance.domain.triage.words import MIN_MISSPELT, is_one_slip, without_vowels

_TOKEN = re.compile(r"[a-z]+|[0-9]+|[,;!?]|\.(?![a-z0-9])")
_WORDS = {
    "kp": "kampung", "kmpg": "kampung", "kpg": "kampung", "kampuang": "kampung", "sp": "simpang",
    "simp": "simpang", "smpg": "simpang", "smpang": "simpang", "tj": "tanjung", "tjg": "tanjung",
    "pdg": "padang", "tgh": "tengah", "tngh": "tengah", "tmr": "timur", "tmur": "timur",
    "timua": "timur", "brt": "barat", "brat": "barat", "barek": "barat", "utr": "utara",
    "sel": "selatan", "slt": "selatan", "sltn": "selatan", "lb": "labuhbaru", "aia": "air",
    "ayer": "air", "ae": "air", "sei": "sungai", "sui": "sungai", "sungei": "sungai",
    "tkr": "tangkerang", "tngkrg": "tangkerang", "tangkrg": "tangkerang",
    "tangkrang": "tangkerang", "br": "baru", "bru": "baru", "dlm": "dalam", "pndk": "pandak",
    "mrt": "meranti", "pmtg": "pematang", "sdm": "sidomulyo", "sidomulio": "sidomulyo",
    "3": "tiga", "4": "empat", "ampek": "empat", "tigo": "tiga", "itam": "hitam", "hitm": "hitam",
    "putiah": "putih", "dmai": "damai", "damay": "damai", "gadang": "godang", "gdg": "godang",
    "tabek": "tobek", "bkt": "bukit",
    "limbuangan": "limbungan", "lbh": "labuh",
}  # fmt: skip
_KELURAHAN = word_set("kelurahan")
_STREET = word_set("no_kelurahan_behind")
_SHARED = frozenset(("tampan", "kulim", "sukajadi", "bina widya", "tuah madani"))
"""Also names of kecamatan, old or new."""
_COMMON = frozenset((
    "pesisir", "kota baru", "kampung baru", "kampung dalam", "kampung tengah", "simpang empat",
    "simpang tiga", "simpang baru", "air hitam", "air putih", "air dingin", "tanah datar", "delima",
    "maharani", "sago", "rintis", "suka maju", "suka ramai", "bambu kuning", "sekip",
    "kota tinggi", "padang bulan", "bandar raya", "lembah damai", "cinta raja", "kampung melayu",
    "kampung bandar", "tirta siak", "mawar", "melayu", "gadang", "pangeran", "pasar lama",
    "kebun bunga", "seberang mesjid", "sungai baru", "karang mekar", "telaga biru", "murung raya",
    "teluk dalam",
))  # fmt: skip
"""Also plain words, streets or crossings, in one city or the other: they need a word that says
so."""
_LONG_NAME = 7
_LEAST_BARE = 4
"""Consonants by which a word without its vowels is known."""
_PEOPLE = frozenset(("warga", "wilayah", "daerah", "masyarakat"))
_AT = word_set("at")
_STOPS = frozenset(",;!?.")


@dataclass(frozen=True, slots=True)
class _Name:
    words: tuple[str, ...]
    code: str
    plain: str


def kelurahan(text: str) -> str | None:
    """The Kemendagri code of the one kelurahan that is named first, or None."""
    here = tokens(text)
    for at in range(len(here)):
        for name in _names_at(here, at):
            if _is_meant(here, at, name):
                return name.code
    return None


def tokens(text: str) -> list[str]:
    """The words of a text as names are written in: small, short forms in full."""
    return [_WORDS.get(token) or _spelt(token) for token in _TOKEN.findall(text.lower())]


def _spelt(token: str) -> str:
    return "kelurahan" if is_one_slip(token, "kelurahan") else token


def stands(tokens: list[str], at: int, words: tuple[str, ...]) -> bool:
    """Whether these words stand here, and no street is called so; one letter may be wrong in a
    long one."""
    here = tokens[at : at + len(words)]
    is_there = len(here) == len(words) and all(map(_alike, here, words))
    return is_there and _STREET.isdisjoint(tokens[max(0, at - 1) : at])


def _names_at(tokens: list[str], at: int) -> Iterator[_Name]:
    """Names whose words stand here, the longest first; one letter may be wrong in a long word."""
    for name in _names_from(tokens[at], home.city()):
        here = tokens[at : at + len(name.words)]
        if len(here) == len(name.words) and all(map(_alike, here, name.words)):
            yield name


@lru_cache(maxsize=2048)
def _names_from(token: str, city: str) -> tuple[_Name, ...]:
    """Names that begin with this word, in this city, which is ours."""
    return tuple(
        name
        for name in _names_by_letter().get(token[0], ())
        if (_alike if len(name.words) > 1 else _nearly)(token, name.words[0])
    )


def _alike(told: str, word: str) -> bool:
    is_long = len(word) >= MIN_MISSPELT
    return told == word or (is_long and (is_one_slip(told, word) or _is_without_vowels(told, word)))


def _is_without_vowels(told: str, word: str) -> bool:
    """Whether some vowels are left out, as in `mhratu`."""
    if len(told) >= len(word) or told[:1] != word[:1]:
        return False
    bare, letters = without_vowels(word), iter(word)
    is_bare = len(bare) >= _LEAST_BARE and without_vowels(told) == bare
    return is_bare and all(letter in letters for letter in told)


def _nearly(told: str, word: str) -> bool:
    return told == word or (len(word) >= _LONG_NAME and _alike(told, word))


def _is_meant(tokens: list[str], at: int, name: _Name) -> bool:
    before = tokens[max(0, at - 2) : at]
    last = set(before[-1:])
    if last & _KELURAHAN or (last == {"."} and _KELURAHAN & set(before)):
        return True
    if name.plain in _SHARED or last & _STREET or (_STREET & set(before) and not last & _AT):
        return False
    if name.words[0] == "simpang":
        return bool(last & _PEOPLE)
    return name.plain not in _COMMON or bool(last & _AT) or _stands_alone(tokens, at, name)


def _stands_alone(tokens: list[str], at: int, name: _Name) -> bool:
    """Whether nothing else is said between two stops: "Lampu mati. Kampung Dalam"."""
    end = at + len(name.words)
    return at > 0 and {tokens[at - 1], *tokens[end : end + 1]} <= _STOPS


@home.once
def _names() -> tuple[_Name, ...]:
    """Every spelling of every kelurahan, the longest first."""
    found = []
    for row in reference.kelurahan_rows():
        spellings = [row["nama_umum"], row["nama_resmi"], *row["alias_dari_ingatan"].split("|")]
        for spelling in filter(None, spellings):
            words = tuple(_WORDS.get(w, w) for w in _TOKEN.findall(spelling.lower()) if w.isalnum())
            found += [_Name(form, row["kode"], row["nama_umum"].lower()) for form in _forms(words)]
    unique = {(name.words, name.code): name for name in found}
    return tuple(sorted(unique.values(), key=lambda name: (-len(name.words), name.words)))


@home.once
def _names_by_letter() -> dict[str, tuple[_Name, ...]]:
    names = _names()
    letters = {name.words[0][0] for name in names}
    return {a: tuple(name for name in names if name.words[0][0] == a) for a in letters}


def _forms(words: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """As written, and with two words in one."""
    yield words
    if len(words) == 2:
        yield ("".join(words),)
