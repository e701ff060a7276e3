"""To whom each case was handed: one row a disposition, the newest in force."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select

from appliance.domain.moment import stored, to_ms
from command_center.store.bulk import rows_of
from command_center.store.schema.handling import dispositions


@dataclass(frozen=True, slots=True, kw_only=True)
class Disposition:
    """One of them."""

    agency: str
    unit: str | None
    note: str
    """For the agency alone."""
    days: int
    """Working days that it was given."""
    by: str
    at: datetime


def add(connection: Connection, request_id: str, new: Disposition) -> None:
    """Add the newest of a case."""
    connection.execute(
        insert(dispositions).values(
            request_id=request_id,
            agency=new.agency,
            unit=new.unit,
            note=new.note,
            days=new.days,
            by=new.by,
            at=to_ms(new.at),
        )
    )


def of_request(connection: Connection, request_id: str) -> list[Disposition]:
    """Those of a case, oldest first."""
    wanted = dispositions.c.request_id == request_id
    rows = connection.execute(select(dispositions).where(wanted).order_by(dispositions.c.id))
    return [_disposition(row) for row in rows]


def in_force(connection: Connection, request_ids: Sequence[str]) -> dict[str, Disposition]:
    """The newest of each of some cases that has one."""
    oldest_first = select(dispositions).order_by(dispositions.c.id)
    rows = rows_of(connection, oldest_first, dispositions.c.request_id, request_ids)
    return {row.request_id: _disposition(row) for row in rows}


def _disposition(row: Row[Any]) -> Disposition:
    return Disposition(
        agency=row.agency,
        unit=row.unit,
        note=row.note,
        days=row.days,
        by=row.by,
        at=stored(row.at),
    )
