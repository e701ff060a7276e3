"""Add which cases tell of one matter, and what of them an officer should see first."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "case_links",
        sa.Column("request_id", sa.Text, primary_key=True),
        sa.Column("parent_id", sa.Text),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("at", BIG, nullable=False),
        sa.Index("case_links_by_parent", "parent_id"),
        sqlite_strict=True,
    )
    op.create_table(
        "case_marks",
        sa.Column("request_id", sa.Text, primary_key=True),
        sa.Column("mark", sa.Text, primary_key=True),
        sa.Column("at", BIG, nullable=False),
        sa.Column("seen_at", BIG),
        sa.Column("seen_by", sa.Text),
        sa.Index("case_marks_unseen", "mark", "seen_at"),
        sqlite_strict=True,
    )
    op.create_table(
        "watch",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("received_at", BIG, nullable=False),
        sa.Column("request_id", sa.Text, nullable=False),
        sqlite_strict=True,
    )
