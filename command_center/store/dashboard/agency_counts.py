"""The numbers of one agency, or of one unit of it, counted when somebody looks.

Its reports of the last days are read by the index of its arrivals; what is older is not touched. So
it costs what the agency was sent in that time, and the same few queries.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, select

from appliance.domain.cases.service_request import Sensitivity
from appliance.domain.moment import city_offset_ms
from command_center.dashboard import figures
from command_center.dashboard.cells import Dimension
from command_center.dashboard.figures import TREND_DAYS, Counts
from command_center.dashboard.whose import Whose
from command_center.local_day import DAY_MS, start_ms
from command_center.store.cases.requests import OPEN
from command_center.store.schema.cases import requests

_VALUES = {
    Dimension.CHANNEL: requests.c.channel,
    Dimension.CATEGORY: requests.c.category,
    Dimension.KELURAHAN: func.coalesce(requests.c.kelurahan, ""),
    Dimension.AGENCY: requests.c.agency,
}
_IS_SECRET = requests.c.sensitivity == Sensitivity.CONFIDENTIAL


def counts(connection: Connection, whose: Whose, today: int, days: int) -> Counts:
    """As the dashboard has them of the city."""
    spans = figures.periods(today, days)
    by_value: dict[tuple[str, str], list[int]] = {}
    by_day: Counter[int] = Counter()
    for day, *values, number in _rows(connection, whose, today - TREND_DAYS + 1, today):
        by_day[day] += number
        within = [index for index, (first, last) in enumerate(spans) if first <= day <= last]
        for key in zip(_VALUES, values, strict=True) if within else ():
            numbers = by_value.setdefault(key, [0] * len(spans))
            for index in within:
                numbers[index] += number
    return Counts(
        by_value={key: tuple(numbers) for key, numbers in by_value.items()},
        by_day=by_day,
        open=_open(connection, whose),
        confidential=_confidential(connection, whose, *figures.month_before(today)),
    )


def _rows(connection: Connection, whose: Whose, first: int, last: int) -> list[Sequence[Any]]:
    day = (requests.c.occurred_at + city_offset_ms()) // DAY_MS
    columns = (day, *_VALUES.values())
    query = select(*columns, func.count()).where(_is_of(whose), _is_made(first, last), ~_IS_SECRET)
    return list(connection.execute(query.group_by(*columns)))


def _open(connection: Connection, whose: Whose) -> dict[str, int]:
    query = select(requests.c.agency, func.count()).where(
        _is_of(whose), requests.c.status.in_(OPEN), ~_IS_SECRET
    )
    return dict(connection.execute(query.group_by(requests.c.agency)).all())


def _confidential(connection: Connection, whose: Whose, first: int, last: int) -> int:
    query = select(func.count()).where(_is_of(whose), _is_made(first, last), _IS_SECRET)
    return connection.scalar(query) or 0


def _is_of(whose: Whose) -> ColumnElement[bool]:
    is_of = requests.c.agency == whose.agency
    return is_of if whose.unit is None else is_of & (requests.c.unit == whose.unit)


def _is_made(first: int, last: int) -> ColumnElement[bool]:
    """On these local days; nothing arrives before it is made, and the index knows arrivals."""
    begin_ms, end_ms = start_ms(first), start_ms(last + 1)
    return (
        (requests.c.received_at >= begin_ms)
        & (requests.c.occurred_at >= begin_ms)
        & (requests.c.occurred_at < end_ms)
    )
