"""Storing many rows at once: SQLAlchemy writes the INSERT, the driver takes the rows as they are.

SQLAlchemy's own way looks at each value of each row, and a driver starts its statement anew for
each row; both take longer than storing it. So this is for columns whose values need no conversion
(text and numbers), and one statement stores many rows.
"""

from collections.abc import Sequence
from functools import lru_cache
from itertools import chain

from sqlalchemy import Connection, Dialect, Table, bindparam, insert
from sqlalchemy.sql.compiler import SQLCompiler

ROWS_PER_STATEMENT = 32
"""More save nothing; times 20 columns this is far below what any database takes."""

Row = tuple[object, ...]


def insert_many(
    connection: Connection, table: Table, columns: tuple[str, ...], rows: Sequence[Row]
) -> None:
    """Insert rows whose values stand in the order of `columns`; raises as `execute` does.

    By powers of two, so that rows of any number need few different statements.
    """
    start = 0
    while rest := len(rows) - start:
        count = min(ROWS_PER_STATEMENT, 1 << rest.bit_length() - 1)
        _insert(connection, table, columns, rows[start : start + count])
        start += count


def _insert(
    connection: Connection, table: Table, columns: tuple[str, ...], rows: Sequence[Row]
) -> None:
    sql, names = _statement(table, columns, len(rows), connection.dialect)
    values = tuple(chain.from_iterable(rows))
    by_name = None if names is None else dict(zip(names, values, strict=True))
    connection.exec_driver_sql(sql, values if by_name is None else by_name)


@lru_cache(maxsize=16)
def _statement(
    table: Table, columns: tuple[str, ...], rows: int, dialect: Dialect
) -> tuple[str, list[str] | None]:
    """An INSERT of so many rows, and its parameters' names where the driver wants those."""
    names = [f"{column}_{row}" for row in range(rows) for column in columns]
    name = iter(names)
    values: list[dict[str, object]] = [
        {column: bindparam(next(name)) for column in columns} for _ in range(rows)
    ]
    compiled = insert(table).values(values).compile(dialect=dialect)
    assert isinstance(compiled, SQLCompiler), "an INSERT is SQL"
    assert compiled.positiontup in (None, names), "columns stand in the order of the table"
    return str(compiled), names if compiled.positiontup is None else None
