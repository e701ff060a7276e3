"""Add why requests stand where they do, what officers corrected, why a box refused an event."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add columns and a table."""
    op.add_column("requests", sa.Column("routing_version", BIG))
    op.add_column("requests", sa.Column("destination", sa.Text))
    op.add_column("requests", sa.Column("judged", sa.Text))
    op.add_column("down_outbox", sa.Column("reject_detail", sa.Text))
    op.create_index("down_outbox_by_subject", "down_outbox", ["subject"])
    op.create_table(
        "corrections",
        sa.Column("id", BIG, primary_key=True),
        sa.Column("request_id", sa.Text, sa.ForeignKey("requests.request_id"), nullable=False),
        sa.Column("field", sa.Text, nullable=False),
        sa.Column("before", sa.Text, nullable=False),
        sa.Column("after", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("at", BIG, nullable=False),
        sa.Column("down_seq", BIG, nullable=False),
        sqlite_strict=True,
        sqlite_autoincrement=True,
    )
    op.create_index("corrections_by_request", "corrections", ["request_id"])
