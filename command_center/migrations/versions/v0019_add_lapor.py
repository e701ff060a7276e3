"""Keep what the bridge to SP4N-LAPOR! needs."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "lapor_links",
        sa.Column("request_id", sa.Text, sa.ForeignKey("requests.request_id"), primary_key=True),
        sa.Column("tracking_id", sa.Text, unique=True),
        sa.Column("origin", sa.Text, nullable=False),
        sa.Column("is_secret", sa.Integer, nullable=False),
        sa.Column("is_anonymous", sa.Integer, nullable=False),
        sa.Column("told_id", BIG, nullable=False),
        sa.Column("at", BIG, nullable=False),
        sa.CheckConstraint("origin IN ('city', 'lapor')", name="lapor_links_origin"),
        sqlite_strict=True,
    )
    op.create_table(
        "lapor_outbox",
        sa.Column("id", BIG, primary_key=True),
        sa.Column("transaction_id", sa.Text, nullable=False, unique=True),
        sa.Column("request_id", sa.Text, sa.ForeignKey("requests.request_id"), nullable=False),
        sa.Column("history_id", BIG),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("attempts", BIG, nullable=False),
        sa.Column("next_at", BIG, nullable=False),
        sa.Column("error", sa.Text, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("created_at", BIG, nullable=False),
        sa.CheckConstraint(
            "state IN ('waiting', 'sent', 'failed', 'dropped')", name="lapor_outbox_state"
        ),
        sqlite_strict=True,
        sqlite_autoincrement=True,
    )
    op.create_index("lapor_outbox_by_state", "lapor_outbox", ["state", "next_at"])
    op.create_index("lapor_outbox_by_request", "lapor_outbox", ["request_id"])
    op.create_table(
        "lapor_taken",
        sa.Column("item_id", sa.Text, primary_key=True),
        sa.Column("tracking_id", sa.Text, nullable=False),
        sa.Column("problem", sa.Text, nullable=False),
        sa.Column("at", BIG, nullable=False),
        sqlite_strict=True,
    )
    op.create_index("lapor_taken_by_time", "lapor_taken", ["at"])
    op.create_table(
        "lapor_state",
        sa.Column(
            "id",
            sa.Integer,
            sa.CheckConstraint("id = 1", name="lapor_has_one_row"),
            primary_key=True,
        ),
        sa.Column("cursor", sa.Text, nullable=False),
        sa.Column("ok_at", BIG),
        sa.Column("error", sa.Text, nullable=False),
        sa.Column("error_at", BIG),
        sqlite_strict=True,
    )
    op.execute("INSERT INTO lapor_state (id, cursor, error) VALUES (1, '', '')")
