"""Create the first tables: streams, events, requests, casework, the downlink and the boxes."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create every table."""
    op.create_table(
        "migration_checksums",
        sa.Column("revision", sa.Text, primary_key=True),
        sa.Column("sha256", sa.Text, nullable=False),
        sqlite_strict=True,
    )
    op.create_table(
        "city",
        sa.Column(
            "id",
            sa.Integer,
            sa.CheckConstraint("id = 1", name="city_has_one_row"),
            primary_key=True,
        ),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("epoch", sa.Text, nullable=False),
        sa.Column("created_at", BIG, nullable=False),
        sa.Column("quarantined", BIG, nullable=False),
        sqlite_strict=True,
    )
    op.create_table(
        "streams",
        sa.Column("site", sa.Text, primary_key=True),
        sa.Column("epoch", sa.Text, primary_key=True),
        sa.Column("lane", sa.Text, primary_key=True),
        sa.Column("upto", BIG, nullable=False),
        sa.Column("duplicates", BIG, nullable=False),
        sa.Column("gaps", BIG, nullable=False),
        sa.Column("updated_at", BIG, nullable=False),
        sqlite_strict=True,
    )
    op.create_table(
        "events",
        sa.Column("id", BIG, primary_key=True),
        sa.Column("site", sa.Text, nullable=False),
        sa.Column("epoch", sa.Text, nullable=False),
        sa.Column("lane", sa.Text, nullable=False),
        sa.Column("seq", BIG, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("subject", sa.Text),
        sa.Column("payload", sa.Text, nullable=False),
        sa.Column("boot", sa.Text, nullable=False),
        sa.Column("mono", BIG, nullable=False),
        sa.Column("wall", BIG),
        sa.Column("clock_source", sa.Text, nullable=False),
        sa.Column("received_at", BIG, nullable=False),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.Column("reject_code", sa.Text),
        sa.Column("detail", sa.Text, nullable=False),
        sa.UniqueConstraint("site", "epoch", "lane", "seq"),
        sa.ForeignKeyConstraint(
            ["site", "epoch", "lane"], ["streams.site", "streams.epoch", "streams.lane"]
        ),
        sa.CheckConstraint(
            "outcome IN ('applied', 'unknown_kind', 'rejected')", name="events_outcome"
        ),
        sqlite_strict=True,
    )
    op.create_table(
        "quarantine",
        sa.Column("id", BIG, primary_key=True),
        sa.Column("site", sa.Text),
        sa.Column("topic", sa.Text, nullable=False),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("size_bytes", BIG, nullable=False),
        sa.Column("payload_hex", sa.Text, nullable=False),
        sa.Column("received_at", BIG, nullable=False),
        sqlite_strict=True,
        sqlite_autoincrement=True,
    )
    op.create_table(
        "requests",
        sa.Column("request_id", sa.Text, primary_key=True),
        sa.Column("site", sa.Text, nullable=False),
        sa.Column("epoch", sa.Text, nullable=False),
        sa.Column("ticket", sa.Text, nullable=False),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("category", sa.Text, nullable=False),
        sa.Column("sensitivity", sa.Text, nullable=False),
        sa.Column("agency", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("phone", sa.Text),
        sa.Column("name", sa.Text),
        sa.Column("location", sa.Text),
        sa.Column("kelurahan", sa.Text),
        sa.Column("created_at", BIG, nullable=False),
        sa.Column("occurred_at", BIG, nullable=False),
        sa.Column("time_quality", sa.Text, nullable=False),
        sa.Column("received_at", BIG, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("updated_at", BIG, nullable=False),
        sa.CheckConstraint(
            "time_quality IN ('trusted', 'counted', 'stated')", name="requests_time_quality"
        ),
        sqlite_strict=True,
    )
    op.create_table(
        "case_history",
        sa.Column("id", BIG, primary_key=True),
        sa.Column("request_id", sa.Text, sa.ForeignKey("requests.request_id"), nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("message", sa.Text, nullable=False),
        sa.Column("agency", sa.Text),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("at", BIG, nullable=False),
        sa.Column("down_seq", BIG),
        sqlite_strict=True,
        sqlite_autoincrement=True,
    )
    op.create_table(
        "down_lanes",
        sa.Column("site", sa.Text, primary_key=True),
        sa.Column("last_seq", BIG, nullable=False),
        sa.Column("acked_seq", BIG, nullable=False),
        sa.CheckConstraint("acked_seq BETWEEN 0 AND last_seq", name="down_lanes_order"),
        sqlite_strict=True,
    )
    op.create_table(
        "down_outbox",
        sa.Column("site", sa.Text, sa.ForeignKey("down_lanes.site"), primary_key=True),
        sa.Column("seq", BIG, primary_key=True, autoincrement=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("payload", sa.Text, nullable=False),
        sa.Column("created_at", BIG, nullable=False),
        sa.Column("reject_code", sa.Text),
        sqlite_strict=True,
    )
    op.create_table(
        "commands",
        sa.Column("command_id", sa.Text, primary_key=True),
        sa.Column("site", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("args", sa.Text, nullable=False),
        sa.Column("issued_at", BIG, nullable=False),
        sa.Column("expires_at", BIG, nullable=False),
        sa.Column("down_seq", BIG, nullable=False),
        sa.Column("outcome", sa.Text),
        sa.Column("detail", sa.Text, nullable=False),
        sa.Column("answered_at", BIG),
        sa.Column("duplicates", BIG, nullable=False),
        sqlite_strict=True,
    )
    op.create_table(
        "photos",
        sa.Column("request_id", sa.Text, primary_key=True),
        sa.Column("site", sa.Text, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("size_bytes", BIG, nullable=False),
        sa.Column("media_type", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("attached_at", BIG, nullable=False),
        sa.Column("updated_at", BIG, nullable=False),
        sa.CheckConstraint("state IN ('wanted', 'stored', 'failed', 'lost')", name="photos_state"),
        sqlite_strict=True,
    )
    op.create_table(
        "documents",
        sa.Column("document_id", sa.Text, primary_key=True),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("size_bytes", BIG, nullable=False),
        sa.Column("media_type", sa.Text, nullable=False),
        sa.Column("published_at", BIG, nullable=False),
        sa.Column("withdrawn_at", BIG),
        sqlite_strict=True,
    )
    op.create_table(
        "document_sites",
        sa.Column("document_id", sa.Text, sa.ForeignKey("documents.document_id"), primary_key=True),
        sa.Column("site", sa.Text, primary_key=True),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("updated_at", BIG, nullable=False),
        sa.CheckConstraint("state IN ('sent', 'stored', 'failed')", name="document_sites_state"),
        sqlite_strict=True,
    )
    op.create_table(
        "boxes",
        sa.Column("site", sa.Text, primary_key=True),
        sa.Column("is_online", sa.Integer),
        sa.Column("boot", sa.Text),
        sa.Column("n", BIG),
        sa.Column("software", sa.Text),
        sa.Column("epoch", sa.Text),
        sa.Column("last_seen_at", BIG),
        sa.Column("last_hello", sa.Text),
        sa.Column("last_boot", sa.Text),
        sa.Column("last_heartbeat", sa.Text),
        sa.Column("clone_seen_at", BIG),
        sqlite_strict=True,
    )
    op.create_table(
        "box_boots",
        sa.Column("site", sa.Text, primary_key=True),
        sa.Column("boot", sa.Text, primary_key=True),
        sa.Column("at", BIG, nullable=False),
        sqlite_strict=True,
    )
    op.create_index("requests_by_arrival", "requests", ["received_at"])
    op.create_index("requests_by_ticket", "requests", ["ticket", "site", "epoch"])
    op.create_index("commands_by_site", "commands", ["site", "issued_at"])
    op.create_index("photos_by_state", "photos", ["state", "attached_at"])
    op.create_index("case_history_by_request", "case_history", ["request_id"])
