"""Figures and alarms of the dashboard."""

from sqlalchemy import Column, Index, Integer, Table, Text, text

from command_center.store.schema.base import BIG, metadata

daily_counts = Table(
    "daily_counts",
    metadata,
    Column("dimension", Text, primary_key=True),
    Column("day", Integer, primary_key=True, autoincrement=False),
    Column("site", Text, primary_key=True),
    Column("value", Text, primary_key=True),
    Column("number", BIG, nullable=False),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)
"""How many requests there are by what the dashboard asks about (`dashboard.cells`), by local day
of their occurrence; day 0 is all days together. Whoever changes a request writes, in the same
transaction."""

alarms = Table(
    "alarms",
    metadata,
    Column("id", BIG, primary_key=True),
    Column("rule", Text, nullable=False),
    Column("target", Text, nullable=False),
    Column("number", BIG, nullable=False),
    Column("raised_at", BIG, nullable=False),
    Column("held_at", BIG, nullable=False),
    Column("ended_at", BIG),
    Column("seen_at", BIG),
    Column("seen_by", Text),
    Column("closed_at", BIG),
    Column("closed_by", Text),
    Index(
        "alarms_going_on",
        "rule",
        "target",
        unique=True,
        sqlite_where=text("ended_at IS NULL"),
        postgresql_where=text("ended_at IS NULL"),
    ),
    sqlite_strict=True,
    sqlite_autoincrement=True,
)
"""Episodes of alarms (`dashboard.alarms`): one row while a rule holds for a target. The watch
inserts and writes `number`, `held_at` and `ended_at`; officers write who has seen and closed it."""
