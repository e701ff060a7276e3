"""Add what residents say about their cases after the report."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "follow_ups",
        sa.Column("follow_up_id", sa.Text, primary_key=True),
        sa.Column("request_id", sa.Text, sa.ForeignKey("requests.request_id"), nullable=False),
        sa.Column("wish", sa.Text, nullable=False),
        sa.Column("received_at", BIG, nullable=False),
        sa.Column("due_at", BIG),
        sqlite_strict=True,
    )
    op.create_index("follow_ups_by_request", "follow_ups", ["request_id"])
