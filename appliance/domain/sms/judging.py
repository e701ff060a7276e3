"""Triage of one message, once: who reads it asks the same question several times; pure."""

from collections.abc import Callable
from functools import cache

from appliance.domain.cases.service_request import TEXT_MAX_CHARS, clean_text
from appliance.domain.triage.judgement import classify
from appliance.domain.triage.verdict import Triage

Judge = Callable[[str], Triage]


def judge() -> Judge:
    """Return a judge of texts who remembers; to be forgotten with the message."""
    remembered = cache(classify)
    return lambda text: remembered(clean_text(text)[:TEXT_MAX_CHARS])
