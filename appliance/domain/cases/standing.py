"""Where a request stands by what triage and routing made of it: kind, secrecy, and why. Pure."""

from appliance.domain.cases import gravity
from appliance.domain.cases.routing import Route
from appliance.domain.cases.service_request import Kind, Sensitivity
from appliance.domain.events.requests import REASON_MAX_CHARS, REASONS_MAX, Judged
from appliance.domain.reference import Category
from appliance.domain.triage.verdict import Triage


def kind(triage: Triage) -> Kind:
    """What was sent as a report is one, though its words only ask for news or look like spam."""
    return Kind.COMPLAINT if triage.kind in (Kind.STATUS, Kind.SPAM) else triage.kind


def sensitivity(category: Category, triage: Triage, routed: Route) -> Sensitivity:
    """The stricter of topic and text; what accuses somebody is confidential."""
    secrecy = gravity.stricter(category.sensitivity, triage.sensitivity)
    return Sensitivity.CONFIDENTIAL if routed.accused else secrecy


def judged(secrecy: Sensitivity, triage: Triage, routed: Route) -> Judged:
    """Why a request of this secrecy stands where it does, for officers."""
    is_open = secrecy is not Sensitivity.CONFIDENTIAL
    told = (reason.partition(" !")[0] for reason in (*routed.reasons, *triage.reasons))
    reasons = list(dict.fromkeys(told)) if is_open else []
    is_note = routed.destination is not None and routed.proposal is None
    return Judged(
        top3=list(triage.top3),
        confidence=round(triage.confidence, 2),
        reasons=[reason[:REASON_MAX_CHARS] for reason in reasons[:REASONS_MAX]],
        supporting=list(routed.supporting),
        note=routed.destination.id if routed.destination and is_note else "",
    )
