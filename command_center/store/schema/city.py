"""Which city this is, and by which steps its database was made."""

from sqlalchemy import CheckConstraint, Column, Integer, Table, Text

from command_center.store.schema.base import BIG, metadata

city = Table(
    "city",
    metadata,
    Column("id", Integer, CheckConstraint("id = 1", name="city_has_one_row"), primary_key=True),
    Column("code", Text, nullable=False),
    Column("epoch", Text, nullable=False),
    Column("created_at", BIG, nullable=False),
    Column("quarantined", BIG, nullable=False),
    sqlite_strict=True,
)
"""The one row that says which city this is. Written once by migrate; `quarantined` (messages set
aside since the beginning) by reception."""

migration_checksums = Table(
    "migration_checksums",
    metadata,
    Column("revision", Text, primary_key=True),
    Column("sha256", Text, nullable=False),
    sqlite_strict=True,
)
"""What each migration was when it was applied, so that an edited one is noticed. Only migrate
writes."""
