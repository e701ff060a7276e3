"""What the city may know of a person, and what it has erased."""

from sqlalchemy import Column, Integer, Table, Text

from command_center.store.schema.base import BIG, metadata

consents = Table(
    "consents",
    metadata,
    Column("request_id", Text, primary_key=True),
    Column("purpose", Text, primary_key=True),
    Column("text_version", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("given_at", BIG),
    Column("withdrawn_at", BIG),
    sqlite_strict=True,
)
"""What reporters agreed to, the latest word for each purpose. Only ingest writes."""

erasures = Table(
    "erasures",
    metadata,
    Column("request_id", Text, primary_key=True),
    Column("site", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("at", BIG, nullable=False),
    Column("box_at", BIG),
    Column("is_scrubbed", Integer, nullable=False),
    sqlite_strict=True,
)
"""Requests whose personal data were erased and must not come back. Only erasing writes; `box_at` is
when the box said so too, `is_scrubbed` since when the WAL holds nothing of them."""

processing_log = Table(
    "processing_log",
    metadata,
    Column("id", BIG, primary_key=True),
    Column("request_id", Text, index=True),
    Column("act", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("at", BIG, nullable=False),
    sqlite_strict=True,
)
"""Who exported, erased, answered about or forgot personal data, without content; 5 years. Only what
does so writes."""
