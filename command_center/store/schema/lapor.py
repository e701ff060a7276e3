"""What SP4N-LAPOR! knows, is to be told and has told (docs/lapor.md)."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, Table, Text

from command_center.store.schema.base import BIG, metadata

lapor_links = Table(
    "lapor_links",
    metadata,
    Column("request_id", Text, ForeignKey("requests.request_id"), primary_key=True),
    Column("tracking_id", Text, unique=True),
    Column("origin", Text, nullable=False),
    Column("is_secret", Integer, nullable=False),
    Column("is_anonymous", Integer, nullable=False),
    Column("told_id", BIG, nullable=False),
    Column("at", BIG, nullable=False),
    CheckConstraint("origin IN ('city', 'lapor')", name="lapor_links_origin"),
    sqlite_strict=True,
)
"""Requests that SP4N-LAPOR! knows too, and by which id, once it has given one. `told_id` is the
last line of the case's history that was looked at for LAPOR!. Only the bridge writes."""

lapor_outbox = Table(
    "lapor_outbox",
    metadata,
    Column("id", BIG, primary_key=True),
    Column("transaction_id", Text, nullable=False, unique=True),
    Column("request_id", Text, ForeignKey("requests.request_id"), nullable=False),
    Column("history_id", BIG),
    Column("state", Text, nullable=False),
    Column("attempts", BIG, nullable=False),
    Column("next_at", BIG, nullable=False),
    Column("error", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("created_at", BIG, nullable=False),
    Index("lapor_outbox_by_state", "state", "next_at"),
    Index("lapor_outbox_by_request", "request_id"),
    CheckConstraint("state IN ('waiting', 'sent', 'failed', 'dropped')", name="lapor_outbox_state"),
    sqlite_strict=True,
    sqlite_autoincrement=True,
)
"""What LAPOR! is to be told: a request, or the line `history_id` of one. It holds no words: they
are read when it is sent. Only the bridge writes."""

lapor_taken = Table(
    "lapor_taken",
    metadata,
    Column("item_id", Text, primary_key=True),
    Column("tracking_id", Text, nullable=False),
    Column("problem", Text, nullable=False),
    Column("at", BIG, nullable=False),
    Index("lapor_taken_by_time", "at"),
    sqlite_strict=True,
)
"""News of LAPOR! that the city has looked at, each once, and why one was left out; kept for 90
days. Only the bridge writes."""

lapor_state = Table(
    "lapor_state",
    metadata,
    Column("id", Integer, CheckConstraint("id = 1", name="lapor_has_one_row"), primary_key=True),
    Column("cursor", Text, nullable=False),
    Column("ok_at", BIG),
    Column("error", Text, nullable=False),
    Column("error_at", BIG),
    sqlite_strict=True,
)
"""How far the news of LAPOR! are read (one row), when it has answered last, and what went wrong
since. Only the bridge writes."""
