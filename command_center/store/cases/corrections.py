"""What officers corrected in requests: one row a field, in order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select

from appliance.domain.moment import from_ms, to_ms
from command_center.store.cases import requests
from command_center.store.cases.requests import CityRequest
from command_center.store.schema.cases import corrections


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """One field of a request, what it was and what it has become."""

    request_id: str
    field: str
    before: str
    after: str
    reason: str
    by: str
    at: datetime
    down_seq: int


def add(
    connection: Connection,
    before: CityRequest,
    changed: Mapping[str, str],
    made: Sequence[Correction],
) -> None:
    """Change a request, and log what was changed; the caller has checked it.

    `changed` is by column; whoever reads an older page of the request must look again.
    """
    [*_, last] = made
    values: dict[str, object] = {**changed, "updated_at": to_ms(last.at)}
    if "kelurahan" in changed:
        values["kelurahan"] = changed["kelurahan"] or None
    if "agency" in changed:
        values["destination"] = None
        values["unit"] = None
    requests.change(connection, before.request_id, values)
    rows = [
        {
            "request_id": one.request_id,
            "field": one.field,
            "before": one.before,
            "after": one.after,
            "reason": one.reason,
            "by": one.by,
            "at": to_ms(one.at),
            "down_seq": one.down_seq,
        }
        for one in made
    ]
    connection.execute(insert(corrections), rows)


def every(connection: Connection) -> list[Correction]:
    """All of the city, oldest first."""
    return [
        Correction(
            request_id=row.request_id,
            field=row.field,
            before=row.before,
            after=row.after,
            reason=row.reason,
            by=row.by,
            at=from_ms(row.at),
            down_seq=row.down_seq,
        )
        for row in connection.execute(select(corrections).order_by(corrections.c.id))
    ]
