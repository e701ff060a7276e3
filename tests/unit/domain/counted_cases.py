"""Cases that a report card counts."""

from datetime import timedelta

from appliance.domain.cases.service_request import Status, StatusEntry
from appliance.domain.public.report_card import Case
from tests.conftest import START

MONDAY = START + timedelta(days=2)
"""23 November 2026, 9 o'clock in WIB; the week has no holiday."""


def moved(status: Status, **after: float) -> StatusEntry:
    return StatusEntry(status=status, message="", agency=None, at=MONDAY + timedelta(**after))


def a_case(number: int = 1, *moves: StatusEntry, **changes: object) -> Case:
    values: dict[str, object] = {
        "id": f"{number:036d}",
        "agency": "DLHK",
        "kind": "pengaduan",
        "category": "sampah",
        "sensitivity": "publik",
        "status": moves[-1].status if moves else Status.RECEIVED,
        "duplicate_of": None,
        "history": (moved(Status.RECEIVED), *moves),
    }
    return Case(**{**values, **changes})  # type: ignore[arg-type]
