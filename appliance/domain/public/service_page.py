"""The services of a kecamatan: what to bring, what it costs, how long, when and where. Pure.

Pages are shipped (`data/services.csv`); what each kecamatan has to confirm is not shown before
staff have. What staff have saved replaces the page shipped under the same name.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from functools import cache

from appliance.domain.cases.service_request import clean_text
from appliance.domain.errors import BadInput
from appliance.domain.reference import rows

SLUG_MAX_CHARS = 40
PAGES_MAX = 100
LIMITS = {
    "title": 80,
    "requirements": 2_000,
    "fee": 300,
    "duration": 300,
    "hours": 300,
    "place": 300,
    "note": 1_000,
    "keywords": 300,
}
LABELS = {
    "title": "Judul",
    "requirements": "Syarat",
    "fee": "Biaya",
    "duration": "Lama",
    "hours": "Jam layanan",
    "place": "Tempat",
    "note": "Catatan",
    "keywords": "Kata kunci",
}
"""What staff call them."""
_COLUMNS = {
    "judul": "title",
    "syarat": "requirements",
    "biaya": "fee",
    "lama": "duration",
    "jam": "hours",
    "tempat": "place",
    "catatan": "note",
    "kata_kunci": "keywords",
}
_ALL = "semua"
_WORD = re.compile(r"[a-z0-9]+")
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_EMPTY = frozenset(
    (
        "cara", "buat", "membuat", "bikin", "urus", "mengurus", "ngurus", "pengurusan", "syarat",
        "mau", "saya", "untuk", "yang", "di", "ke", "apa", "apa2", "saja", "aja", "surat", "dan",
        "bagaimana", "gimana", "how", "to", "a", "the", "nya",
    )
)  # fmt: skip
"""Words of a search that tell nothing apart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServicePage:
    """One service; `requirements` are lines, whatever is empty is not said."""

    slug: str
    title: str
    requirements: str = ""
    fee: str = ""
    duration: str = ""
    hours: str = ""
    place: str = ""
    note: str = ""
    keywords: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shipped:
    """A page as we ship it."""

    page: ServicePage
    to_confirm: frozenset[str]
    """Fields, by name, that are not shown before staff have confirmed them."""
    is_draft: bool
    """All of it is to be confirmed."""
    version: int
    source: str

    @property
    def confirmed(self) -> ServicePage:
        """The page without what is to be confirmed."""
        blank: dict[str, str] = dict.fromkeys(self.to_confirm, "")
        return replace(self.page, **blank)


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """A page as staff have saved it."""

    page: ServicePage
    is_shown: bool
    based_on: int | None
    """The version of the page shipped then; None for one of their own."""


@cache
def shipped() -> dict[str, Shipped]:
    """The pages of `data/services.csv` by slug, in its order."""
    return {row["id"]: _shipped(row) for row in rows("services.csv")}


def visible(saved: Mapping[str, Saved], known: Mapping[str, Shipped]) -> list[ServicePage]:
    """What residents may read: the pages shipped in their order, then staff's own by title."""
    pages = []
    for slug, ours in known.items():
        mine = saved.get(slug)
        if mine is not None and mine.is_shown:
            pages.append(mine.page)
        elif mine is None and not ours.is_draft:
            pages.append(ours.confirmed)
    own = [one.page for slug, one in saved.items() if slug not in known and one.is_shown]
    return [*pages, *sorted(own, key=lambda page: page.title.lower())]


def search(pages: Iterable[ServicePage], query: str) -> list[ServicePage]:
    """The pages that have a word beginning with each word asked for, those of its title first;
    where there is none, pages with any of them."""
    wanted = [word for word in _words(query) if word not in _EMPTY]
    if not wanted:
        return list(pages)
    found = [(page, _hits(page, wanted)) for page in pages]
    best = [one for one in found if one[1][0] == len(wanted)] or [o for o in found if o[1][0]]
    return [page for page, _ in sorted(best, key=lambda one: one[1], reverse=True)]


def checked(page: ServicePage) -> ServicePage:
    """A page that staff have typed, cleaned; raises BadInput in words for staff."""
    if not _SLUG.fullmatch(page.slug) or len(page.slug) > SLUG_MAX_CHARS:
        raise BadInput("Nama alamat halaman hanya huruf kecil, angka, dan tanda hubung tunggal.")
    cleaned = {name: clean_text(getattr(page, name)) for name in LIMITS}
    for name, limit in LIMITS.items():
        if len(cleaned[name]) > limit:
            raise BadInput(f"{LABELS[name]} paling banyak {limit} huruf, ini {len(cleaned[name])}.")
    if not cleaned["title"]:
        raise BadInput("Judul belum diisi.")
    return ServicePage(slug=page.slug, **cleaned)


def slug_of(title: str) -> str:
    """A name for a page of this title; empty where it has no letter or digit."""
    return "-".join(_words(title))[:SLUG_MAX_CHARS].strip("-")


def _shipped(row: Mapping[str, str]) -> Shipped:
    values = {name: row[column] for column, name in _COLUMNS.items()}
    for name in ("requirements", "keywords"):
        values[name] = values[name].replace("|", "\n" if name == "requirements" else ", ")
    marked = row["perlu_konfirmasi"].split("|")
    is_draft = _ALL in marked
    names = {field.name for field in fields(ServicePage)} - {"slug", "title", "keywords"}
    return Shipped(
        page=ServicePage(slug=row["id"], **values),
        to_confirm=frozenset(names if is_draft else {_COLUMNS[one] for one in marked if one}),
        is_draft=is_draft,
        version=int(row["versi"]),
        source=row["sumber"],
    )


def _hits(page: ServicePage, wanted: list[str]) -> tuple[int, int]:
    """How many words it has at all, and in its title or keywords."""
    named = _words(f"{page.title} {page.keywords}")
    every = [*named, *_words(f"{page.requirements} {page.note}")]
    return _count(every, wanted), _count(named, wanted)


def _count(words: list[str], wanted: list[str]) -> int:
    return sum(any(word.startswith(one) for word in words) for one in wanted)


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower())
