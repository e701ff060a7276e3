"""Numbers of requests by day and site, kept in the transaction that changes a request.

The site is part of the key, so that receivers that store reports of different boxes do not wait for
each other's rows.
"""

from collections import Counter
from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import ColumnElement, Connection, case, delete, func, select

from command_center.dashboard.cells import EVER, Cell, Counted, Dimension, change
from command_center.store.bulk import insert_many
from command_center.store.schema.cases import requests
from command_center.store.schema.dashboard import daily_counts

_COLUMNS = ("dimension", "day", "site", "value", "number")
_ADDING = (
    "ON CONFLICT (dimension, day, site, value) "
    "DO UPDATE SET number = daily_counts.number + excluded.number"
)
"""The same words in SQLite and PostgreSQL."""
COUNTED = tuple(requests.c[name] for name in Counted._fields)
"""The columns that decide where a request counts."""


def add(connection: Connection, changes: Counter[Cell]) -> None:
    """Add to the cells; in the order of their keys, so that two transactions cannot lock crosswise
    within a batch."""
    rows = [(*cell, number) for cell, number in sorted(changes.items())]
    insert_many(connection, daily_counts, _COLUMNS, rows, tail=_ADDING)


def counted(connection: Connection, request_id: str) -> Counted | None:
    """What of a stored request decides where it counts."""
    row = connection.execute(
        select(*COUNTED).where(requests.c.request_id == request_id)
    ).one_or_none()
    return Counted(*row) if row else None


def rebuild(connection: Connection) -> None:
    """Count all requests anew."""
    found = from_scratch(connection)
    connection.execute(delete(daily_counts))
    add(connection, found)


def from_scratch(connection: Connection) -> Counter[Cell]:
    """The cells as a count of all requests gives them; reads the whole table."""
    found: Counter[Cell] = Counter()
    rows = connection.execute(select(*COUNTED, func.count()).group_by(*COUNTED))
    for *words, number in rows:
        found.update(change(None, Counted(*words), number))
    return found


def stored(connection: Connection) -> Counter[Cell]:
    """The cells as they are kept, without those that have become empty."""
    rows = connection.execute(select(daily_counts).where(daily_counts.c.number != 0))
    return Counter({Cell(*cell): number for *cell, number in rows})


def by_value(
    connection: Connection, dimensions: Collection[Dimension], periods: Iterable[tuple[int, int]]
) -> dict[tuple[str, str], tuple[int, ...]]:
    """For each dimension and value the numbers of periods (first and last day)."""
    spans = tuple(periods)
    columns = (daily_counts.c.dimension, daily_counts.c.value)
    rows = connection.execute(
        select(*columns, *(_sum(first, last) for first, last in spans))
        .where(
            daily_counts.c.dimension.in_(dimensions),
            daily_counts.c.day.between(min(f for f, _ in spans), max(u for _, u in spans)),
        )
        .group_by(*columns)
    )
    return {(dimension, value): tuple(numbers) for dimension, value, *numbers in rows}


def by_day(connection: Connection, dimension: Dimension, first: int, last: int) -> dict[int, int]:
    """The numbers of all values together, by day."""
    rows = connection.execute(
        select(daily_counts.c.day, func.sum(daily_counts.c.number))
        .where(daily_counts.c.dimension == dimension, daily_counts.c.day.between(first, last))
        .group_by(daily_counts.c.day)
    )
    return {day: int(number) for day, number in rows}


def by_value_and_day(
    connection: Connection, dimension: Dimension, first: int, last: int
) -> dict[str, dict[int, int]]:
    """The same, each value apart."""
    found: dict[str, dict[int, int]] = {}
    rows = connection.execute(
        select(daily_counts.c.value, daily_counts.c.day, func.sum(daily_counts.c.number))
        .where(daily_counts.c.dimension == dimension, daily_counts.c.day.between(first, last))
        .group_by(daily_counts.c.value, daily_counts.c.day)
    )
    for value, day, number in rows:
        found.setdefault(value, {})[day] = int(number)
    return found


def by_site(connection: Connection, dimension: Dimension, first: int, last: int) -> dict[str, int]:
    """The same by site."""
    rows = connection.execute(
        select(daily_counts.c.site, func.sum(daily_counts.c.number))
        .where(daily_counts.c.dimension == dimension, daily_counts.c.day.between(first, last))
        .group_by(daily_counts.c.site)
    )
    return {site: int(number) for site, number in rows}


def ever(connection: Connection, dimension: Dimension) -> dict[str, int]:
    """The numbers of all that is stored, by value, without those that are zero."""
    rows = connection.execute(
        select(daily_counts.c.value, func.sum(daily_counts.c.number))
        .where(daily_counts.c.dimension == dimension, daily_counts.c.day == EVER)
        .group_by(daily_counts.c.value)
        .order_by(daily_counts.c.value)
    )
    return {value: int(number) for value, number in rows if number}


def _sum(first: int, last: int) -> ColumnElement[Any]:
    inside = daily_counts.c.day.between(first, last)
    return func.sum(case((inside, daily_counts.c.number), else_=0))
