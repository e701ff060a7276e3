"""Which cases an account sees, and what of them.

The one place of both rules: lists narrow their filter by `narrowed`, the gate asks `includes` about
the case in an address, and whatever shows a case shows what `seen` leaves of it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from msgspec import structs
from sqlalchemy import Connection

from appliance.domain import masking
from appliance.domain.service_request import Sensitivity
from command_center.staff.roles import READERS, Account, Role
from command_center.store import requests
from command_center.store.case_history import HistoryEntry
from command_center.store.requests import CityRequest, Filter

HIDDEN = "Isi dirahasiakan."


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
        phone=None,
        name=None,
        judged=None,
    )


def all_seen(account: Account, cases: Iterable[CityRequest]) -> list[CityRequest]:
    """Several, likewise."""
    return [seen(account, case) for case in cases]


def seen_history(
    account: Account, case: CityRequest, history: Sequence[HistoryEntry]
) -> list[HistoryEntry]:
    """The lines of a case as the account sees them: without words where it reads none."""
    if reads(account, case):
        return list(history)
    return [replace(entry, message="") for entry in history]
