"""What a text is: kind, category, place, how urgent and how secret, with the words that decided.

Safety first: a false alarm is better than a missed emergency, and doubt is no spam.
"""

import re
from collections.abc import Sequence

from appliance.domain import reference
from appliance.domain.service_request import Kind
from appliance.domain.triage import gazetteer, place, secrecy
from appliance.domain.triage.lexicon import Found, matcher
from appliance.domain.triage.tables import word_set
from appliance.domain.triage.topics import Ranking, rank
from appliance.domain.triage.verdict import Triage

_MAX_CHARS = 2_000
_TICKET = re.compile(r"(?<![0-9])(?<![0-9][ .\-])[0-9oOlI](?:[ .\-]?[0-9oOlI]){7}(?![ .\-]?[0-9])")
_VERDICT = re.compile(r"\s*(?:belum|blm|sudah|sdh)\s*(?:[.,!]|selesai)", re.IGNORECASE)
"""An answer to our question whether it is done."""
_QUESTION_MARK = re.compile(r"\?")
_STRONG = 3.5
_SHORT_QUESTION_WORDS = 8
_BARE_WORDS = 2
_STATUS_WORDS = frozenset(("cek", "status"))
_MILD = ("noise.personal", "noise.abuse")
"""What a resident may say beside a report; a place makes it one."""
_TAGS = word_set("asking_ends")
"""A message that ends so asks."""
_ASKED = word_set("asked")
_WISHED = word_set("wished")
"""A message that begins so asks for something new."""
_ADDRESSED = word_set("addressed")


def classify(text: str) -> Triage:
    """Judge one text; never refuses, falls back to a complaint of category `lainnya`."""
    text = text[:_MAX_CHARS]
    words = matcher().words(text)
    found = Found(matcher().find(words))
    ranking = rank(words, found)
    kind, cues = _kind(text, words, found, ranking)
    if kind is Kind.EMERGENCY:
        ranking = rank(words, found, found.places("danger.sure", "danger.likely"))
    is_noise = kind is Kind.SPAM and not ranking.told
    ranked = [] if is_noise else _fitting(kind, [category for category, _ in ranking.scores])
    top3 = tuple(ranked[:3]) or (reference.FALLBACK_CATEGORY,)
    secret = secrecy.judge(text, found, top3[0])
    if kind is Kind.SPAM:
        secret = secrecy.NOTHING
    return Triage(
        kind=kind,
        category=top3[0],
        top3=top3,
        confidence=ranking.confidence,
        kelurahan=gazetteer.kelurahan(text),
        secrecy=secret.level,
        reasons=(*cues, *ranking.reasons.get(top3[0], ()), *secret.reasons),
        accusation=max((m.pattern.weight for m in found.of("pungli_aparat")), default=0.0),
    )


def _fitting(kind: Kind, ranked: list[str]) -> list[str]:
    """In an emergency, the categories that can be one come first."""
    if kind is not Kind.EMERGENCY or not ranked:
        return ranked
    known = reference.categories()
    return sorted(ranked, key=lambda category: not known[category].can_be_emergency)


def _kind(
    text: str, words: Sequence[str], found: Found, ranking: Ranking
) -> tuple[Kind, tuple[str, ...]]:
    if danger := _danger(found):
        return Kind.EMERGENCY, danger
    best = ranking.told
    if status := _status(text, words, found, best):
        return Kind.STATUS, status
    if noise := _noise(text, words, found, best):
        return Kind.SPAM, noise
    wish, question = _wish(words, found), _question(text, words, found)
    if question and (not wish or found.count("question.sure") > found.count("wish.sure")):
        return Kind.INFORMATION, question
    return (Kind.SUGGESTION, wish) if wish else (Kind.COMPLAINT, ())


def _danger(found: Found) -> tuple[str, ...]:
    if always := found.sources("danger.always"):
        return always
    sure, likely = found.sources("danger.sure"), found.sources("danger.likely")
    strength = 2 * min(found.count("danger.sure"), 3) + bool(likely)
    strength += min(found.count("danger.now"), 2)
    strength -= 2 * min(found.count("danger.past"), 2) + 3 * bool(found.of("danger.gone"))
    strength -= 2 * bool(found.of("question.sure"))
    if strength >= 1 and (sure or (likely and found.of("danger.now"))):
        return (*sure, *likely)
    return ()


def _status(text: str, words: Sequence[str], found: Found, best: float) -> tuple[str, ...]:
    if not words:
        return ()
    ticket = _TICKET.search(text)
    if ticket and any(c.isdigit() for c in ticket[0]) and best < _STRONG and len(words) <= 12:
        return (ticket[0],)
    if _VERDICT.match(text) or (len(words) <= _BARE_WORDS and words[0] in _STATUS_WORDS):
        return (words[0],)
    cues = found.sources("status.sure")
    return cues if cues and (best < 2 * _STRONG or len(cues) > 1) else ()


def _noise(text: str, words: Sequence[str], found: Found, best: float) -> tuple[str, ...]:
    if not words:
        return ("-",)
    for group, bar in (
        ("noise.scam", _STRONG), ("noise.operator", _STRONG), ("noise.auto", _STRONG),
        ("noise.advert", _STRONG), ("noise.personal", 2.0), ("noise.abuse", 1.5),
    ):  # fmt: skip
        cues = () if group in _MILD and place.is_named(text) else found.sources(group)
        if cues and best < bar + 2 * (len(cues) - 1):
            return cues
    greeting, said = found.of("noise.greeting"), found.places("noise.greeting")
    rest = [w for at, w in enumerate(words) if at not in said and w not in _ADDRESSED]
    if greeting and len(rest) <= (2 if best < 0.5 else 0):
        return found.sources("noise.greeting")
    if len(words) <= 2 and (stop := found.sources("noise.stop")):
        return stop
    return ()


def _wish(words: Sequence[str], found: Found) -> tuple[str, ...]:
    wishes, thanks = found.sources("wish.sure"), found.sources("wish.thanks")
    against = found.count("wish.not")
    if words and words[0] in _WISHED and not against:
        wishes = (words[0], *wishes)
    if wishes and against <= 2 * len(wishes):
        return wishes
    return thanks if thanks and not against else ()


def _asks(words: Sequence[str]) -> bool:
    return words[-1] != "tidak" or not _ASKED.isdisjoint(words)


def _question(text: str, words: Sequence[str], found: Found) -> tuple[str, ...]:
    sure, likely = found.sources("question.sure"), found.sources("question.likely")
    against = found.sources("question.not")
    tag = words[-1:] if words and words[-1] in _TAGS and _asks(words) else []
    is_asked = bool(_QUESTION_MARK.search(text))
    is_short = len(words) <= _SHORT_QUESTION_WORDS
    strength = 2 * len(sure) + len(likely) + 2 * len(tag) + is_asked - 2 * len(against)
    strength += is_short and not against
    return (*sure, *likely, *tag) if strength >= 2 and (sure or likely or tag) else ()
