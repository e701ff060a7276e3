"""Texts that machines write: one-time codes, promotions, automatic replies, and our own; pure.

An answer to one of them may be answered again, for ever. The patterns are data
(`data/machine_texts.csv`): regular expressions over the text in lower case and single spaces. Does
not know who sent it, nor what becomes of it.
"""

import csv
import re
from functools import cache
from pathlib import Path

from appliance.domain import reference
from appliance.domain.sms import operator_filter, phrases
from appliance.domain.sms.judging import Judge
from appliance.domain.triage import matter
from modem import vocabulary

OURS = "posko"
NO_REPLY = "no_reply"
"""Nobody is to answer it, and a person may well have asked for that."""
_AUTO_REPLY = "auto_reply"
_TABLE = Path(__file__).parent / "data" / "machine_texts.csv"
_WORD = re.compile(r"[^\W\d_]+")
_LEAST_FIXED_CHARS = 20
"""A template with less of its own words may be anybody's."""
_FILLED_IN = re.compile(r"\\\{(\w+)\\\}")
"""In a template made safe for a pattern."""
_LONGEST_CHARS = 700
"""More than five parts are no machine's."""


def kind_of(text: str) -> str | None:
    """Which machine may have written it (otp, promo, operator, auto_reply, NO_REPLY, OURS)."""
    if len(text) > _LONGEST_CHARS:
        return None
    plain = " ".join(text.casefold().split())
    if any(template.fullmatch(plain) for template in _our_templates()):
        return OURS
    return next((kind for kind, pattern in _patterns() if pattern.search(plain)), None)


def is_of_a_person(text: str, kind: str, judge: Judge) -> bool:
    """Whether more stands in a text than a machine of that kind writes; in doubt it does."""
    if kind == OURS:
        return False
    if kind == NO_REPLY or matter.is_told(text):
        return True
    has_topic = matter.has_topic(judge(text))
    if kind == _AUTO_REPLY:
        return has_topic
    words = set(_words(text))
    is_plea = has_topic or not words.isdisjoint(vocabulary.PLEAS)
    return is_of_oneself(text, kind) or (is_plea and words.isdisjoint(vocabulary.CUSTOMERS))


def is_of_oneself(text: str, kind: str) -> bool:
    """Whether its sender speaks of himself: he may be answered."""
    own = not vocabulary.SPEAKERS.isdisjoint(_words(text))
    return own and kind not in (OURS, NO_REPLY, _AUTO_REPLY)


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    text = _TABLE.read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines(), delimiter=";", quoting=csv.QUOTE_NONE)
    return tuple((row["kind"], re.compile(row["pattern"])) for row in rows)


@cache
def _our_templates() -> tuple[re.Pattern[str], ...]:
    """Our own texts, whatever is filled in: another box may send them to us.

    Behind a ticket at the end a resident's own words may stand, so it is digits alone.
    """
    plain = [" ".join(template.casefold().split()) for template in phrases.TEMPLATES.values()]
    return tuple(
        re.compile(_FILLED_IN.sub(_filling, re.escape(template)))
        for template in plain
        if len(_FILLED_IN.sub("", re.escape(template))) >= _LEAST_FIXED_CHARS
    )


def _filling(name: re.Match[str]) -> str:
    match name[1]:
        case "ticket":
            return "[0-9 ]+"
        case "also":
            return "(?: atau [0-9]{3})?"
        case "advice":
            return f"(?:{'|'.join(map(re.escape, _advice()))})"
    return ".*"


def _advice() -> list[str]:
    """As it stands in a text: what follows it at the end may be a resident's own words."""
    told = (category.advice for category in reference.categories().values())
    plain = (operator_filter.safe(advice, phrases.FREE_TEXT_MAX_CHARS) for advice in told)
    return [" ".join(advice.casefold().split()) for advice in plain]
