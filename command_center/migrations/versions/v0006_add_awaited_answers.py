"""Add who moved a case, and since when its reporter could have answered."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the table and the column."""
    op.create_table(
        "awaited_answers",
        sa.Column("request_id", sa.Text, sa.ForeignKey("requests.request_id"), primary_key=True),
        sa.Column("history_id", BIG, nullable=False),
        sa.Column("told_at", BIG, nullable=False),
        sqlite_strict=True,
    )
    op.add_column("case_history", sa.Column("source", sa.Text, nullable=False, server_default=""))
