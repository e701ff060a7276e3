"""Which reports a person must hear of at once, at any hour: suicide and violence. Pure."""

from appliance.domain.triage.verdict import Triage

SUICIDE = "@suicide"
"""The class of patterns that tell of it."""
_VIOLENCE = "kekerasan"


def is_raised(triage: Triage, category: str) -> bool:
    """Whether the duty officer is told; `category` is what the resident may have picked."""
    return SUICIDE in triage.reasons or _VIOLENCE in (triage.category, category)
