"""Add ended sessions of the boxes' WiFi."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "wifi_sessions",
        sa.Column("session_id", sa.Text, primary_key=True),
        sa.Column("site", sa.Text, nullable=False),
        sa.Column("zone", sa.Text, nullable=False),
        sa.Column("device", sa.Text, nullable=False),
        sa.Column("terms_version", sa.Text, nullable=False),
        sa.Column("opened_at", BIG, nullable=False),
        sa.Column("received_at", BIG, nullable=False, index=True),
        sa.Column("seconds", BIG, nullable=False),
        sa.Column("up_bytes", BIG, nullable=False),
        sa.Column("down_bytes", BIG, nullable=False),
        sa.Column("ended", sa.Text, nullable=False),
        sqlite_strict=True,
    )
