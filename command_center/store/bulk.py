"""Storing many rows at once, and finding many: the driver takes the rows as they are.

SQLAlchemy's own way looks at each value of each row, and a driver starts its statement anew for
each row; both take longer than storing it. So this is for columns whose values need no conversion
(text and numbers), and one statement stores many rows. SQLAlchemy only gives the parameters the
form that the driver wants.
"""

from collections.abc import Collection, Iterator, Sequence
from functools import lru_cache
from itertools import chain
from typing import Any

from sqlalchemy import Column, Connection, Dialect, Select, Table, text
from sqlalchemy.sql.compiler import SQLCompiler

ROWS_PER_STATEMENT = 64
"""More save nothing; times 31 columns this is far below what any database takes."""
_STEP = 8
IDS_PER_STATEMENT = 1_000
"""SQLite takes 32,766 parameters, PostgreSQL 65,535; more save nothing."""

Row = tuple[object, ...]


def insert_many(
    connection: Connection,
    table: Table,
    columns: tuple[str, ...],
    rows: Sequence[Row],
    *,
    tail: str = "",
) -> None:
    """Insert rows whose values stand in the order of `columns`; raises as `execute` does.

    By eights and what is left of them, so that rows of any number need few statements, and few
    different ones. `tail` is what the statement says of rows that are there already.
    """
    start = 0
    while rest := len(rows) - start:
        count = rest if rest < _STEP else min(ROWS_PER_STATEMENT, rest - rest % _STEP)
        _insert(connection, table, columns, rows[start : start + count], tail)
        start += count


def rows_of(
    connection: Connection, query: Select[Any], column: Column[str], ids: Collection[str]
) -> Iterator[Any]:
    """The rows of a query whose `column` is one of some ids, however many; those of one id in the
    order of the query."""
    wanted = list(ids)
    for start in range(0, len(wanted), IDS_PER_STATEMENT):
        some = wanted[start : start + IDS_PER_STATEMENT]
        yield from connection.execute(query.where(column.in_(some)))


def _insert(
    connection: Connection,
    table: Table,
    columns: tuple[str, ...],
    rows: Sequence[Row],
    tail: str,
) -> None:
    sql, names = _statement(table, columns, len(rows), connection.dialect, tail)
    values = tuple(chain.from_iterable(rows))
    by_name = None if names is None else dict(zip(names, values, strict=True))
    connection.exec_driver_sql(sql, values if by_name is None else by_name)


@lru_cache(maxsize=64)
def _statement(
    table: Table, columns: tuple[str, ...], rows: int, dialect: Dialect, tail: str = ""
) -> tuple[str, list[str] | None]:
    """An INSERT of so many rows, and its parameters' names where the driver wants those."""
    places = [[f"{column}_{row}" for column in columns] for row in range(rows)]
    values = ", ".join(f"({', '.join(f':{name}' for name in place)})" for place in places)
    sql = f"INSERT INTO {table.name} ({', '.join(columns)}) VALUES {values} {tail}"  # noqa: S608
    insert = text(sql.rstrip())
    compiled = insert.compile(dialect=dialect)
    assert isinstance(compiled, SQLCompiler), "an INSERT is SQL"
    names = list(chain.from_iterable(places))
    assert compiled.positiontup in (None, names), "parameters stand in the order of the values"
    return str(compiled), names if compiled.positiontup is None else None
