"""Add erasures, consents, the log of processing, and when a wish about data was answered."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "erasures",
        sa.Column("request_id", sa.Text, primary_key=True),
        sa.Column("site", sa.Text, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("at", BIG, nullable=False),
        sa.Column("box_at", BIG),
        sa.Column("is_scrubbed", sa.Integer, nullable=False),
        sqlite_strict=True,
    )
    op.create_table(
        "consents",
        sa.Column("request_id", sa.Text, primary_key=True),
        sa.Column("purpose", sa.Text, primary_key=True),
        sa.Column("text_version", sa.Text, nullable=False),
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("given_at", BIG),
        sa.Column("withdrawn_at", BIG),
        sqlite_strict=True,
    )
    op.create_table(
        "processing_log",
        sa.Column("id", BIG, primary_key=True),
        sa.Column("request_id", sa.Text, index=True),
        sa.Column("act", sa.Text, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("at", BIG, nullable=False),
        sqlite_strict=True,
    )
    op.create_index(
        "events_of_wifi",
        "events",
        ["received_at"],
        sqlite_where=sa.text("kind = 'wifi.session_closed'"),
        postgresql_where=sa.text("kind = 'wifi.session_closed'"),
    )
    op.add_column("follow_ups", sa.Column("done_at", BIG))
    op.add_column("follow_ups", sa.Column("done_by", sa.Text))
