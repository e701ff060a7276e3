"""What of a request staff of the kecamatan may read. Pure.

Confidential ones are their unit's alone. What is said about bribes at the kecamatan itself is not
for its head, whoever has lowered the secrecy since.
"""

from appliance.domain.cases.routing import BRIBERY
from appliance.domain.cases.service_request import Sensitivity, ServiceRequest
from appliance.domain.staff.accounts import Role
from appliance.domain.triage.accusation import Accusations, demands_money

OFFICE = "KECAMATAN"
"""The agency that the desk stands in: the camat, the lurah and their people."""


def is_open(request: ServiceRequest) -> bool:
    """Whether anybody at the desk may read it."""
    return request.sensitivity is not Sensitivity.CONFIDENTIAL


def may_read(request: ServiceRequest, role: Role, accusations: Accusations, said: str = "") -> bool:
    """Whether a role sees more of a request than that it exists; `said` is what was added later."""
    if not is_open(request):
        return False
    if role is not Role.CAMAT:
        return True
    told = f"{request.text}\n{said}"
    is_accusation = demands_money(told) and OFFICE in accusations.accused(told)
    return request.category != BRIBERY and not is_accusation
