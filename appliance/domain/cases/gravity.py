"""How grave a matter is: an emergency, a secret, or neither; pure.

Nothing goes under what is less grave: an emergency would wait there, a secret be read.
"""

from typing import Protocol

from appliance.domain.cases.service_request import Kind, Sensitivity

_BY_SECRECY = list(Sensitivity)


class Judged(Protocol):
    """What triage has judged: a text, or the request it became."""

    @property
    def kind(self) -> Kind: ...

    @property
    def sensitivity(self) -> Sensitivity: ...


def is_grave(matter: Judged) -> bool:
    """Whether it is an emergency or confidential: no pattern may make anything less of it."""
    return matter.kind is Kind.EMERGENCY or matter.sensitivity is Sensitivity.CONFIDENTIAL


def is_graver(matter: Judged, than: Judged) -> bool:
    """Whether it is more urgent or more secret than the other."""
    is_more_urgent = matter.kind is Kind.EMERGENCY and than.kind is not Kind.EMERGENCY
    return is_more_urgent or stricter(matter.sensitivity, than.sensitivity) is not than.sensitivity


def demands_more(matter: Judged, than: Judged) -> bool:
    """Whether it is an emergency or confidential, and the other is not as much so."""
    return is_grave(matter) and is_graver(matter, than)


def stricter(one: Sensitivity, other: Sensitivity) -> Sensitivity:
    """The one of two that lets fewer people see."""
    return max(one, other, key=_BY_SECRECY.index)
