"""Keyword triage: counts the words of each category that stand in the text.

It knows the category table and three short lists of cues. It does not know negation, sarcasm,
places or spelling distance; it prefers a false alarm to a missed emergency.
"""

import re
from dataclasses import dataclass
from functools import cache

from appliance.domain import reference
from appliance.domain.service_request import Kind, Sensitivity

_WORD = re.compile(r"[^\W_]+", re.UNICODE)

EMERGENCY_CUES = frozenset((
    "tolong cepat", "sekarang juga", "kebakaran", "terbakar", "api membesar", "tenggelam",
    "hanyut", "terjebak", "tertimbun", "tertimpa", "nimpa", "roboh menimpa", "pingsan",
    "tidak sadar", "sesak napas", "kejang", "kecelakaan", "tabrakan", "berdarah", "sekarat",
    "bunuh diri", "gantung diri", "dibacok", "ditusuk", "dipukuli", "tersengat", "kesetrum",
    "keracunan", "longsor", "ular masuk", "ada ular", "buaya", "dirampok", "disekap", "mengamuk",
    "melahirkan", "terjepit", "tabrak lari", "gempa",
))  # fmt: skip
CALMING_CUES = frozenset((
    "rawan", "supaya tidak", "agar tidak", "surat", "akta", "korban kebakaran", "antrian", "tangga",
    "usul", "simulasi", "sosialisasi", "tahun lalu", "bulan lalu", "minggu lalu", "kemarin",
))  # fmt: skip
"""Words beside which an emergency cue tells of danger past, feared or on paper, unless the text
also calls for help now."""
URGENT_CUES = frozenset(("tolong", "cepat", "sekarang", "darurat", "minta bantuan", "help"))
QUESTION_CUES = frozenset((
    "bagaimana", "gimana", "gmn", "apa syarat", "syarat", "berapa", "brp", "kapan", "dimana",
    "di mana", "jam berapa", "cara", "bawa apa", "apakah", "nomor berapa", "siapa",
))  # fmt: skip
SUGGESTION_CUES = frozenset((
    "usul", "saran", "mohon penambahan", "tambahin", "tambahkan", "adain", "adakan", "sediain",
    "sediakan", "pasang baru", "bangunkan", "terima kasih", "semoga", "sebaiknya",
))  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Triage:
    """What the text seems to be; `reasons` are the words that decided, for staff to judge."""

    kind: Kind
    category: str
    top3: tuple[str, ...]
    reasons: tuple[str, ...]

    @property
    def sensitivity(self) -> Sensitivity:
        """Who may see what is of its category."""
        return reference.categories()[self.category].sensitivity


def classify(text: str) -> Triage:
    """Judge one text; never refuses, falls back to a complaint of category `lainnya`."""
    found = _known_phrases(_words(text))
    scores: dict[str, list[str]] = {}
    for phrase in found:
        for category in _categories_by_phrase().get(phrase, ()):
            scores.setdefault(category, []).append(phrase)
    kind, cues = _kind(found)
    known = reference.categories()

    def weight(category: str) -> tuple[bool, int]:
        fits_emergency = kind is Kind.EMERGENCY and known[category].can_be_emergency
        return fits_emergency, sum(len(phrase.split()) for phrase in scores[category])

    ranked = sorted((c for c in known if c in scores), key=weight, reverse=True)
    top3 = tuple(ranked[:3]) or (reference.FALLBACK_CATEGORY,)
    return Triage(
        kind=kind,
        category=top3[0],
        top3=top3,
        reasons=tuple(scores.get(top3[0], ())) + cues,
    )


def _kind(found: list[str]) -> tuple[Kind, tuple[str, ...]]:
    cues = _among(found, EMERGENCY_CUES)
    is_calm = _among(found, CALMING_CUES) and not _among(found, URGENT_CUES)
    if cues and not is_calm:
        return Kind.EMERGENCY, cues
    for kind, words in (
        (Kind.SUGGESTION, SUGGESTION_CUES),
        (Kind.INFORMATION, QUESTION_CUES),
    ):
        if hits := _among(found, words):
            return kind, hits
    return Kind.COMPLAINT, ()


def _among(found: list[str], cues: frozenset[str]) -> tuple[str, ...]:
    return tuple([phrase for phrase in found if phrase in cues])


def _words(text: str) -> list[str]:
    """Words in lower case, each spelled as the tables spell it."""
    spelling = reference.plain_spelling()
    return " ".join([spelling.get(word, word) for word in _WORD.findall(text.lower())]).split()


def _known_phrases(words: list[str]) -> list[str]:
    """The phrases of our tables that stand in the text, each once, in the order of the text."""
    phrases, beginnings = _vocabulary()
    found: dict[str, None] = {}
    for start, word in enumerate(words):
        run, end = word, start + 1
        while run in beginnings:
            if run in phrases:
                found[run] = None
            if end == len(words):
                break
            run, end = f"{run} {words[end]}", end + 1
    return list(found)


@cache
def _vocabulary() -> tuple[frozenset[str], frozenset[str]]:
    """Every phrase that tells us something, and every run of words that such a phrase begins with
    or is."""
    cues = EMERGENCY_CUES | CALMING_CUES | URGENT_CUES | QUESTION_CUES | SUGGESTION_CUES
    phrases = cues | _categories_by_phrase().keys()
    beginnings = {
        " ".join(words[:end])
        for words in (phrase.split() for phrase in phrases)
        for end in range(1, len(words) + 1)
    }
    return phrases, frozenset(beginnings)


@cache
def _categories_by_phrase() -> dict[str, tuple[str, ...]]:
    table: dict[str, tuple[str, ...]] = {}
    for category in reference.categories().values():
        for phrase in {" ".join(_words(keyword)) for keyword in category.keywords}:
            table[phrase] = (*table.get(phrase, ()), category.id)
    return table
