"""Storing many rows at once: SQLAlchemy writes the INSERT, the driver takes the rows as they are.

SQLAlchemy's own way looks at each value of each row, which takes longer than storing it. So this is
for columns whose values need no conversion: text and numbers.
"""

from collections.abc import Sequence
from functools import lru_cache
from operator import itemgetter
from typing import cast

from sqlalchemy import Connection, Dialect, Table, insert
from sqlalchemy.sql.compiler import SQLCompiler

Row = dict[str, object]


def insert_many(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Insert rows that all name the same columns, at least one row; raises as `execute` does."""
    statement = _insert(table, tuple(rows[0]), connection.dialect)
    parameters: Sequence[object] = rows
    if statement.positiontup is not None:
        in_order = itemgetter(*statement.positiontup)
        parameters = [in_order(row) for row in rows]
    connection.exec_driver_sql(str(statement), cast("Sequence[Row]", parameters))


@lru_cache(maxsize=64)
def _insert(table: Table, columns: tuple[str, ...], dialect: Dialect) -> SQLCompiler:
    compiled = insert(table).compile(dialect=dialect, column_keys=list(columns))
    assert isinstance(compiled, SQLCompiler), "an INSERT is SQL"
    return compiled
