"""What residents can do themselves, and which reports of larvae are for them alone. Pure.

Advice closes nothing: every report stays a ticket, a small one is only marked as such.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from appliance.domain import reference
from appliance.domain.cases.gravity import Judged, is_grave
from appliance.domain.cases.marks import Mark
from appliance.domain.cases.service_request import Kind
from appliance.domain.triage import houses

LARVAE = "wabah_jentik"
CLUSTER_WINDOW = timedelta(days=7)
_LARVA = ("jentik", "jantiak", "jontik")


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A report of larvae, as far as it is counted."""

    text: str
    kelurahan: str | None


def advice(category: str, judged: Judged) -> str:
    """What the reporter can do meanwhile; empty where it would tell a secret, or help nobody.

    An emergency is answered by whom to call.
    """
    if is_grave(judged) or judged.kind is not Kind.COMPLAINT:
        return ""
    known = reference.categories().get(category)
    return known.advice if known and known.id != reference.FALLBACK_CATEGORY else ""


def hotlines(category: str) -> tuple[str, ...]:
    """Whom to call in an emergency of a category: 112, then its own numbers."""
    known = reference.categories().get(category)
    return tuple(dict.fromkeys(("112", *(known.hotlines if known else ()))))


def weigh(category: str, told: Told, others: Iterable[Told]) -> Mark | None:
    """How much a report of larvae weighs, together with `others` of the last days."""
    if category != LARVAE or not any(word in told.text.casefold() for word in _LARVA):
        return None
    counted = houses.count(told.text)
    near = sum(houses.count(other.text) or 1 for other in others if _is_near(told, other))
    if (counted or 1) + near > houses.CLUSTER_OVER:
        return Mark.CLUSTER
    return Mark.LOW if counted is not None else None


def _is_near(one: Told, other: Told) -> bool:
    if one.kelurahan is None or one.kelurahan != other.kelurahan:
        return False
    rws = {rw for told in (one, other) if (rw := houses.rw(told.text))}
    return len(rws) < 2
