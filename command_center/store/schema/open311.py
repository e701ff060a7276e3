"""Other programs that file requests by Open311."""

from sqlalchemy import Column, ForeignKey, Index, Table, Text

from command_center.store.schema.base import BIG, metadata

open311_keys = Table(
    "open311_keys",
    metadata,
    Column("id", BIG, primary_key=True),
    Column("name", Text, nullable=False),
    Column("sha256", Text, nullable=False, unique=True),
    Column("created_at", BIG, nullable=False),
    Column("revoked_at", BIG),
    sqlite_strict=True,
    sqlite_autoincrement=True,
)
"""Who may file requests by Open311; of the key itself only its hash. Its command alone writes."""

open311_filed = Table(
    "open311_filed",
    metadata,
    Column("request_id", Text, ForeignKey("requests.request_id"), primary_key=True),
    Column("key_id", BIG, ForeignKey("open311_keys.id"), nullable=False),
    Column("fingerprint", Text, nullable=False),
    Column("at", BIG, nullable=False),
    Index("open311_filed_by_key", "key_id"),
    sqlite_strict=True,
)
"""What each key has filed within the hour, for its rate and what it repeats. Only taking writes."""
