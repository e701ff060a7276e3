"""Which moves of a case each role may make. Pure; what a case may become is the status table's."""

from appliance.domain.cases.service_request import Status
from command_center.staff.roles import Role

_OF_UNIT = frozenset({Status.IN_PROGRESS, Status.RESOLVED, Status.NEEDS_DETAILS, Status.DEFERRED})
_MOVES: dict[Role, frozenset[Status]] = {
    Role.VERIFIKATOR: frozenset(Status),
    Role.OFFICER: _OF_UNIT | {Status.NOT_OURS},
    Role.SUBUNIT: _OF_UNIT,
}


def may_set(role: Role, status: Status) -> bool:
    """Whether a role may move a case to a status."""
    return status in _MOVES.get(role, frozenset())
