"""What the SMS says that answers a report. Pure.

Of an emergency first whom to call, and nothing of a secret; else the ticket, and what the reporter
can do meanwhile: at most one SMS more than without.
"""

from appliance.domain.cases import self_help
from appliance.domain.cases.gravity import is_grave
from appliance.domain.cases.marks import Mark
from appliance.domain.cases.service_request import Kind, Sensitivity, ServiceRequest
from appliance.domain.sms import phrases


def body(request: ServiceRequest, *, asks_where: bool = False, is_joined: bool = False) -> str:
    """The text for the reporter's phone; `is_joined` where the report is an entry of an earlier
    one."""
    others = self_help.hotlines(request.category)[1:2]
    return phrases.render(
        _key(request, asks_where=asks_where, is_joined=is_joined),
        ticket=str(request.ticket),
        also="".join(f" atau {number}" for number in others),
        advice=self_help.advice(request.category, request),
    )


def is_usual(request: ServiceRequest) -> bool:
    """Whether its receipt is neither of an emergency, nor of a secret, nor of a flood."""
    return not is_grave(request) and Mark.FLOOD not in request.marks


def _key(request: ServiceRequest, *, asks_where: bool, is_joined: bool) -> str:
    is_secret = request.sensitivity is Sensitivity.CONFIDENTIAL
    if request.kind is Kind.EMERGENCY:
        usual = "emergency_joined" if is_joined else "emergency"
        return "emergency_confidential" if is_secret else usual
    if is_secret:
        return "confidential"
    if is_joined:
        return "joined"
    if Mark.FLOOD in request.marks:
        return "received_flood"
    usual = "received_where" if asks_where else "received"
    if not self_help.advice(request.category, request):
        return usual
    return "received_helped" if Mark.LOW in request.marks and not asks_where else f"{usual}_advice"
