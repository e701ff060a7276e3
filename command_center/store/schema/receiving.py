"""What boxes say: every event as it came, and what hangs on a request."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from command_center.store.schema.base import BIG, metadata

streams = Table(
    "streams",
    metadata,
    Column("site", Text, primary_key=True),
    Column("epoch", Text, primary_key=True),
    Column("lane", Text, primary_key=True),
    Column("upto", BIG, nullable=False),
    Column("duplicates", BIG, nullable=False),
    Column("gaps", BIG, nullable=False),
    Column("updated_at", BIG, nullable=False),
    sqlite_strict=True,
)
"""How far each lane of each life of a box's database is stored. Only ingest writes; an ack never
says more than `upto`."""

events = Table(
    "events",
    metadata,
    Column("id", BIG, primary_key=True),
    Column("site", Text, nullable=False),
    Column("epoch", Text, nullable=False),
    Column("lane", Text, nullable=False),
    Column("seq", BIG, nullable=False),
    Column("kind", Text, nullable=False),
    Column("subject", Text),
    Column("payload", Text, nullable=False),
    Column("boot", Text, nullable=False),
    Column("mono", BIG, nullable=False),
    Column("wall", BIG),
    Column("clock_source", Text, nullable=False),
    Column("received_at", BIG, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("reject_code", Text),
    Column("detail", Text, nullable=False),
    UniqueConstraint("site", "epoch", "lane", "seq"),
    ForeignKeyConstraint(
        ["site", "epoch", "lane"], ["streams.site", "streams.epoch", "streams.lane"]
    ),
    CheckConstraint("outcome IN ('applied', 'unknown_kind', 'rejected')", name="events_outcome"),
    Index(
        "events_of_wifi",
        "received_at",
        sqlite_where=text("kind = 'wifi.session_closed'"),
        postgresql_where=text("kind = 'wifi.session_closed'"),
    ),
    sqlite_strict=True,
)
"""Every event as it came, whatever became of it. Only ingest inserts, and an operator's replay says
what became of one later; erasing takes personal data out of payloads, and what tells of the WiFi
goes after 90 days. `id` is its place in the feed of the whole city."""

quarantine = Table(
    "quarantine",
    metadata,
    Column("id", BIG, primary_key=True),
    Column("site", Text),
    Column("topic", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("size_bytes", BIG, nullable=False),
    Column("payload_hex", Text, nullable=False),
    Column("received_at", BIG, nullable=False),
    sqlite_strict=True,
    sqlite_autoincrement=True,
)
"""Messages that nobody could read or store: the newest, all but 100 of them cut short. Reception
inserts; an operator's replay or drop deletes."""

follow_ups = Table(
    "follow_ups",
    metadata,
    Column("follow_up_id", Text, primary_key=True),
    Column("request_id", Text, ForeignKey("requests.request_id"), nullable=False),
    Column("wish", Text, nullable=False),
    Column("received_at", BIG, nullable=False),
    Column("due_at", BIG),
    Column("done_at", BIG),
    Column("done_by", Text),
    Index("follow_ups_by_request", "request_id"),
    sqlite_strict=True,
)
"""What residents said about their cases, each once; its words are in the history. Only ingest
inserts; `due_at` is set where the law gives a time to answer. Officers, or an erasure, write
`done_at` and `done_by`."""

case_texts = Table(
    "case_texts",
    metadata,
    Column("site", Text, primary_key=True),
    Column("request_id", Text, primary_key=True),
    Column("text_id", BIG, primary_key=True, autoincrement=False),
    Column("purpose", Text, nullable=False),
    Column("recipient", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("error", Text, nullable=False),
    Column("at", BIG, nullable=False),
    sqlite_strict=True,
)
"""SMS about requests, to masked numbers. Their lane is not the request's, so they may come before
it. Only ingest writes."""

photos = Table(
    "photos",
    metadata,
    Column("request_id", Text, primary_key=True),
    Column("site", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("size_bytes", BIG, nullable=False),
    Column("media_type", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("attached_at", BIG, nullable=False),
    Column("updated_at", BIG, nullable=False),
    Index("photos_by_state", "state", "attached_at"),
    CheckConstraint("state IN ('wanted', 'stored', 'failed', 'lost')", name="photos_state"),
    sqlite_strict=True,
)
"""Photos of requests; the file lies beside the database under its `sha256`. Ingest inserts and says
what is lost, the transfer of files says what is stored or failed."""

sealed_contents = Table(
    "sealed_contents",
    metadata,
    Column("content_id", Text, primary_key=True),
    Column("request_id", Text, ForeignKey("requests.request_id"), nullable=False),
    Column("sealed", Text, nullable=False),
    Column("received_at", BIG, nullable=False),
    Index("sealed_contents_by_request", "request_id"),
    sqlite_strict=True,
)
"""What was said in confidential cases, sealed by the box: the report under its own id, then each
follow-up under its. The city cannot open them. Only ingest inserts; nobody changes a row."""

wifi_sessions = Table(
    "wifi_sessions",
    metadata,
    Column("session_id", Text, primary_key=True),
    Column("site", Text, nullable=False),
    Column("zone", Text, nullable=False),
    Column("device", Text, nullable=False),
    Column("terms_version", Text, nullable=False),
    Column("opened_at", BIG, nullable=False),
    Column("received_at", BIG, nullable=False, index=True),
    Column("seconds", BIG, nullable=False),
    Column("up_bytes", BIG, nullable=False),
    Column("down_bytes", BIG, nullable=False),
    Column("ended", Text, nullable=False),
    sqlite_strict=True,
)
"""Ended sessions of the WiFi, for counting; kept for 90 days. Only ingest writes."""
