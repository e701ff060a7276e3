"""Does a text tell of something that happens? It is a report then, whatever it looks like; pure."""

from appliance.domain import reference
from appliance.domain.cases import gravity
from appliance.domain.cases.service_request import Kind
from appliance.domain.triage import place
from appliance.domain.triage.judgement import classify
from appliance.domain.triage.verdict import Triage


def is_told(text: str) -> bool:
    """Whether a text tells of danger, of a secret, or of a matter at a place."""
    triage = classify(text)
    return gravity.is_grave(triage) or (has_topic(triage) and place.is_named(text))


def has_topic(triage: Triage) -> bool:
    """Whether triage knows what it is about."""
    return triage.kind is not Kind.SPAM and triage.category != reference.FALLBACK_CATEGORY


def is_nothing(text: str) -> bool:
    """Whether triage finds nothing in these words: a name, say."""
    triage = classify(text)
    return triage.kind in (Kind.COMPLAINT, Kind.SPAM) and not has_topic(triage)
