"""How many requests there are of each sort, by month in the city."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, func, select

from appliance.domain.moment import city_offset_ms, to_ms
from command_center.local_day import DAY_MS
from command_center.store.schema.cases import requests

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """So many requests alike."""

    month: str
    """2026-11."""
    site: str
    kelurahan: str
    category: str
    channel: str
    status: str
    sensitivity: str
    number: int


def until(connection: Connection, end: datetime) -> list[Count]:
    """All requests since 1970 that came before a time, by day in the database, by month here."""
    day = (requests.c.occurred_at + city_offset_ms()) // DAY_MS
    columns = (
        *(requests.c.site, func.coalesce(requests.c.kelurahan, "")),
        *(requests.c.category, requests.c.channel, requests.c.status, requests.c.sensitivity),
    )
    rows = connection.execute(
        select(day, *columns, func.count())
        .where(requests.c.occurred_at.between(0, to_ms(end) - 1))
        .group_by(day, *columns)
    )
    found: dict[tuple[str, ...], int] = {}
    for number_of_day, *words, number in rows:
        month = (_EPOCH + timedelta(days=number_of_day)).strftime("%Y-%m")
        key = (month, *words)
        found[key] = found.get(key, 0) + number
    return [
        Count(
            month=month,
            site=site,
            kelurahan=kelurahan,
            category=category,
            channel=channel,
            status=status,
            sensitivity=sensitivity,
            number=number,
        )
        for (month, site, kelurahan, category, channel, status, sensitivity), number in (
            found.items()
        )
    ]
