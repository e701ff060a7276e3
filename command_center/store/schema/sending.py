"""What boxes are told: numbered events, and the commands and documents among them."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Table, Text

from command_center.store.schema.base import BIG, metadata

down_lanes = Table(
    "down_lanes",
    metadata,
    Column("site", Text, primary_key=True),
    Column("last_seq", BIG, nullable=False),
    Column("acked_seq", BIG, nullable=False),
    CheckConstraint("acked_seq BETWEEN 0 AND last_seq", name="down_lanes_order"),
    sqlite_strict=True,
)
"""The downlink of each box. Casework moves `last_seq`, ingest moves `acked_seq`."""

down_outbox = Table(
    "down_outbox",
    metadata,
    Column("site", Text, ForeignKey("down_lanes.site"), primary_key=True),
    Column("seq", BIG, primary_key=True, autoincrement=False),
    Column("kind", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("payload", Text, nullable=False),
    Column("created_at", BIG, nullable=False),
    Column("reject_code", Text),
    Column("reject_detail", Text),
    Index("down_outbox_by_subject", "subject"),
    sqlite_strict=True,
)
"""Events for the boxes, kept after delivery so that a restored box can be brought up to date.
Casework inserts; ingest writes `reject_code` and `reject_detail` when the box sets one aside."""

commands = Table(
    "commands",
    metadata,
    Column("command_id", Text, primary_key=True),
    Column("site", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("args", Text, nullable=False),
    Column("issued_at", BIG, nullable=False),
    Column("expires_at", BIG, nullable=False),
    Column("down_seq", BIG, nullable=False),
    Column("outcome", Text),
    Column("detail", Text, nullable=False),
    Column("answered_at", BIG),
    Column("duplicates", BIG, nullable=False),
    Index("commands_by_site", "site", "issued_at"),
    sqlite_strict=True,
)
"""Every command given to a box. Commanding inserts; ingest alone writes the first result of the box
and counts how often the box has seen the same id again (`duplicates`)."""

documents = Table(
    "documents",
    metadata,
    Column("document_id", Text, primary_key=True),
    Column("title", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("size_bytes", BIG, nullable=False),
    Column("media_type", Text, nullable=False),
    Column("published_at", BIG, nullable=False),
    Column("withdrawn_at", BIG),
    sqlite_strict=True,
)
"""Documents for residents; the file as of `photos`. Publishing alone writes."""

document_sites = Table(
    "document_sites",
    metadata,
    Column("document_id", Text, ForeignKey("documents.document_id"), primary_key=True),
    Column("site", Text, primary_key=True),
    Column("state", Text, nullable=False),
    Column("updated_at", BIG, nullable=False),
    CheckConstraint("state IN ('sent', 'stored', 'failed')", name="document_sites_state"),
    sqlite_strict=True,
)
"""Where each document goes. Publishing inserts; ingest writes what a box says became of it."""
