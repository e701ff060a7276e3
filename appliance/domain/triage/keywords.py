"""Keyword triage: counts the words of each category that stand in the text.

It knows the category table and three short lists of cues. It does not know negation, sarcasm,
places or spelling distance; it prefers a false alarm to a missed emergency.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from appliance.domain import reference
from appliance.domain.service_request import Kind

_WORD = re.compile(r"[^\W_]+", re.UNICODE)

EMERGENCY_CUES = (
    "tolong cepat", "sekarang juga", "kebakaran", "terbakar", "api membesar", "tenggelam",
    "hanyut", "terjebak", "tertimbun", "tertimpa", "nimpa", "roboh menimpa", "pingsan",
    "tidak sadar", "sesak napas", "kejang", "kecelakaan", "tabrakan", "berdarah", "sekarat",
    "bunuh diri", "gantung diri", "dibacok", "ditusuk", "dipukuli", "tersengat", "kesetrum",
    "keracunan", "longsor", "ular masuk", "ada ular", "buaya", "dirampok", "disekap", "mengamuk",
    "melahirkan", "terjepit", "tabrak lari", "gempa",
)  # fmt: skip
CALMING_CUES = (
    "rawan", "supaya tidak", "agar tidak", "surat", "akta", "korban kebakaran", "antrian", "tangga",
    "usul", "simulasi", "sosialisasi", "tahun lalu", "bulan lalu", "minggu lalu", "kemarin",
)  # fmt: skip
"""Words beside which an emergency cue tells of danger past, feared or on paper, unless the text
also calls for help now."""
URGENT_CUES = ("tolong", "cepat", "sekarang", "darurat", "minta bantuan", "help")
QUESTION_CUES = (
    "bagaimana", "gimana", "gmn", "apa syarat", "syarat", "berapa", "brp", "kapan", "dimana",
    "di mana", "jam berapa", "cara", "bawa apa", "apakah", "nomor berapa", "siapa",
)  # fmt: skip
SUGGESTION_CUES = (
    "usul", "saran", "mohon penambahan", "tambahin", "tambahkan", "adain", "adakan", "sediain",
    "sediakan", "pasang baru", "bangunkan", "terima kasih", "semoga", "sebaiknya",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Triage:
    """What the text seems to be; `reasons` are the words that decided, for staff to judge."""

    kind: Kind
    category: str
    top3: tuple[str, ...]
    reasons: tuple[str, ...]


def classify(text: str) -> Triage:
    """Judge one text; never refuses, falls back to a complaint of category `lainnya`."""
    plain = _plain(text)
    scores = {
        category: hits
        for category, phrases in _category_phrases().items()
        if (hits := _hits(plain, phrases))
    }
    kind, cues = _kind(plain)
    known = reference.categories()

    def weight(category: str) -> tuple[bool, int]:
        fits_emergency = kind is Kind.EMERGENCY and known[category].can_be_emergency
        return fits_emergency, sum(len(hit.split()) for hit in scores[category])

    ranked = sorted(scores, key=weight, reverse=True)
    top3 = tuple(ranked[:3]) or (reference.FALLBACK_CATEGORY,)
    return Triage(
        kind=kind,
        category=top3[0],
        top3=top3,
        reasons=tuple(scores.get(top3[0], ())) + cues,
    )


def _kind(plain: str) -> tuple[Kind, tuple[str, ...]]:
    cues = tuple(_hits(plain, EMERGENCY_CUES))
    is_calm = _hits(plain, CALMING_CUES) and not _hits(plain, URGENT_CUES)
    if cues and not is_calm:
        return Kind.EMERGENCY, cues
    for kind, words in (
        (Kind.SUGGESTION, SUGGESTION_CUES),
        (Kind.INFORMATION, QUESTION_CUES),
    ):
        if found := _hits(plain, words):
            return kind, tuple(found)
    return Kind.COMPLAINT, ()


def _plain(text: str) -> str:
    spelling = reference.plain_spelling()
    words = (spelling.get(word, word) for word in _WORD.findall(text.lower()))
    return f" {' '.join(words)} "


def _hits(plain: str, phrases: Iterable[str]) -> list[str]:
    return [phrase for phrase in phrases if f" {phrase} " in plain]


@cache
def _category_phrases() -> dict[str, tuple[str, ...]]:
    return {
        category.id: tuple(dict.fromkeys(_plain(word).strip() for word in category.keywords))
        for category in reference.categories().values()
    }
