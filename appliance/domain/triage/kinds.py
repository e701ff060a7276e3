"""What kind a text is by rules, the most dangerous first: emergency, status, no report, wish,
question, complaint. Pure.
"""

import re
from collections.abc import Sequence

from appliance.domain.cases.service_request import Kind
from appliance.domain.triage import place
from appliance.domain.triage.lexicon import Found
from appliance.domain.triage.tables import word_set

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
_DOUBTLESS = 5
"""Words of danger, of now and of rescue together: no model may doubt this."""


def by_rules(
    text: str, words: Sequence[str], found: Found, best: float
) -> tuple[Kind, tuple[str, ...]]:
    """The kind with the patterns that decided; `best` is the highest score of a category."""
    if danger := _danger(found):
        return Kind.EMERGENCY, danger
    if status := _status(text, words, found, best):
        return Kind.STATUS, status
    if noise := _noise(text, words, found, best):
        return Kind.SPAM, noise
    wish, question = _wish(words, found), _question(text, words, found)
    if question and (not wish or found.count("question.sure") > found.count("wish.sure")):
        return Kind.INFORMATION, question
    return (Kind.SUGGESTION, wish) if wish else (Kind.COMPLAINT, ())


def is_doubtless_danger(found: Found) -> bool:
    """Whether the patterns of danger are so many that nothing outweighs them."""
    return bool(found.of("danger.always")) or _danger_strength(found) >= _DOUBTLESS


def _danger(found: Found) -> tuple[str, ...]:
    if always := found.sources("danger.always"):
        return always
    sure, likely = found.sources("danger.sure"), found.sources("danger.likely")
    is_told = sure or (likely and found.of("danger.now"))
    return (*sure, *likely) if is_told and _danger_strength(found) >= 1 else ()


def _danger_strength(found: Found) -> int:
    strength = 2 * min(found.count("danger.sure"), 3) + bool(found.of("danger.likely"))
    strength += min(found.count("danger.now"), 2)
    strength -= 2 * min(found.count("danger.past"), 2) + 3 * bool(found.of("danger.gone"))
    return strength - 2 * bool(found.of("question.sure"))


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
