"""Texts that machines write: one-time codes, promotions, automatic replies, and our own; pure.

An answer to one of them may be answered again, for ever. The patterns are data
(`data/machine_texts.csv`): regular expressions over the text in lower case and single spaces. Does
not know who sent it, nor what becomes of it.
"""

import csv
import re
from functools import cache
from importlib.resources import files

from appliance.domain import phrases

OURS = "posko"
_LEAST_FIXED_CHARS = 20
"""A template with less of its own words may be anybody's."""
_FILLED_IN = re.compile(r"\{\w+\}")
_LONGEST_CHARS = 700
"""More than five parts are no machine's."""


def kind_of(text: str) -> str | None:
    """Which machine may have written it (otp, promo, operator, auto_reply, OURS), or None."""
    if len(text) > _LONGEST_CHARS:
        return None
    plain = " ".join(text.casefold().split())
    if any(template.fullmatch(plain) for template in _our_templates()):
        return OURS
    return next((kind for kind, pattern in _patterns() if pattern.search(plain)), None)


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    text = files("modem").joinpath("data", "machine_texts.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines(), delimiter=";", quoting=csv.QUOTE_NONE)
    return tuple((row["kind"], re.compile(row["pattern"])) for row in rows)


@cache
def _our_templates() -> tuple[re.Pattern[str], ...]:
    """Our own texts, whatever is filled in: another box may send them to us."""
    found = []
    for template in phrases.TEMPLATES.values():
        fixed = [" ".join(part.casefold().split(" ")) for part in _FILLED_IN.split(template)]
        if sum(map(len, fixed)) >= _LEAST_FIXED_CHARS:
            found.append(re.compile(".*".join(map(re.escape, fixed))))
    return tuple(found)
