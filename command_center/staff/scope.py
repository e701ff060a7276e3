"""Which cases an account sees, and what of them.

The one place of both rules: lists narrow their filter by `narrowed`, the gate asks `includes` about
the case in an address, and whatever shows a case shows what `seen` leaves of it.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from msgspec import structs
from sqlalchemy import Connection

from appliance.domain.cases.service_request import Sensitivity
from appliance.domain.privacy import masking
from command_center.staff.roles import READERS, Account, Role
from command_center.store.cases import requests
from command_center.store.cases.case_history import HistoryEntry
from command_center.store.cases.requests import CityRequest, Filter
from command_center.store.handling.dispositions import Disposition
from command_center.store.handling.escalations import Escalation

HIDDEN = "Isi dirahasiakan."
_LINKED = re.compile(r"(?<=^Digabung ke tiket )\d+(?=\.$)")
"""The number in the line of `linking.link_in`."""


def narrowed(account: Account, wanted: Filter) -> Filter:
    """A filter that lets through only what the account may see; who does not read where a
    confidential case is does not find it by asking for places either."""
    asks_in_vain = wanted.kelurahan and account.role not in READERS
    return replace(
        wanted,
        only_agency=account.agency or "",
        only_unit=account.unit or "",
        but_sensitivity=Sensitivity.CONFIDENTIAL.value if asks_in_vain else "",
    )


def includes(connection: Connection, account: Account, request_id: str) -> bool:
    """Whether there is such a case and the account may see it."""
    return requests.is_in(connection, request_id, narrowed(account, Filter()))


def covers(account: Account, case: CityRequest) -> bool:
    """Whether the account may see a case; the same rule for one that is at hand."""
    return account.agency in (None, case.agency) and account.unit in (None, case.unit)


def reads(account: Account, case: CityRequest) -> bool:
    """Whether the account may read a case's words as they are, and who has reported it."""
    is_open = case.sensitivity != Sensitivity.CONFIDENTIAL
    return account.role in READERS or (account.role is Role.ADMIN and is_open)


def knows_no_places(account: Account) -> bool:
    """Whether the account may not know where any confidential case is (`is_placeless`)."""
    return account.role not in READERS


def is_placeless(account: Account, case: CityRequest) -> bool:
    """Whether the account may not know where a case is; the name of a unit tells it too."""
    return case.sensitivity == Sensitivity.CONFIDENTIAL and not reads(account, case)


def seen(account: Account, case: CityRequest) -> CityRequest:
    """A case as the account sees it: whole, without what leads to a person, or without words."""
    if reads(account, case):
        return case
    is_open = case.sensitivity != Sensitivity.CONFIDENTIAL
    return structs.replace(
        case,
        text=masking.mask(case.text, name=case.name) if is_open or case.is_sealed else HIDDEN,
        location=masking.mask(case.location, name=case.name) if is_open and case.location else None,
        kelurahan=case.kelurahan if is_open else None,
        unit=case.unit if is_open else None,
        phone=None,
        name=None,
        judged=None,
    )


def all_seen(account: Account, cases: Iterable[CityRequest]) -> list[CityRequest]:
    """Several, likewise."""
    return [seen(account, case) for case in cases]


def seen_history(
    connection: Connection, account: Account, case: CityRequest, history: Sequence[HistoryEntry]
) -> list[HistoryEntry]:
    """The lines of a case as the account sees them: without words where it reads none, without the
    tickets of cases that are not its own."""
    if not reads(account, case):
        return [replace(entry, message="") for entry in history]
    return [
        replace(entry, message=_seen_message(connection, account, entry.message))
        for entry in history
    ]


def seen_note(account: Account, case: CityRequest, given: Disposition) -> str:
    """What an agency was told, for itself and for who reads the cases of all."""
    may_read = reads(account, case) and account.agency in (None, given.agency)
    return given.note if may_read else ""


def seen_disposition(account: Account, case: CityRequest, given: Disposition) -> Disposition:
    """A disposition of a case as the account sees it."""
    unit = None if is_placeless(account, case) else given.unit
    return replace(given, unit=unit, note=seen_note(account, case, given))


def seen_step(account: Account, case: CityRequest, step: Escalation) -> Escalation:
    """A step of a case as the account sees it."""
    return replace(step, unit=None) if is_placeless(account, case) else step


def _seen_message(connection: Connection, account: Account, message: str) -> str:
    found = account.agency and _LINKED.search(message)
    if not found or requests.page(connection, narrowed(account, Filter(ticket=found[0])), limit=1):
        return message
    return _LINKED.sub("dinas lain", message)
