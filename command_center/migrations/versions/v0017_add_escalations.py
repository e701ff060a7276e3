"""Tell whoever is responsible about cases that near their deadline or have missed it."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "escalations",
        sa.Column("request_id", sa.Text, sa.ForeignKey("requests.request_id"), primary_key=True),
        sa.Column("since", BIG, primary_key=True, autoincrement=False),
        sa.Column("agency", sa.Text, primary_key=True),
        sa.Column("step", sa.Text, primary_key=True),
        sa.Column("unit", sa.Text),
        sa.Column("deadline", sa.Text, nullable=False),
        sa.Column("due_on", sa.Text, nullable=False),
        sa.Column("working_days", sa.Integer, nullable=False),
        sa.Column("addressee", sa.Text, nullable=False),
        sa.Column("act", sa.Text, nullable=False),
        sa.Column("at", BIG, nullable=False),
        sa.Column("done_at", BIG),
        sa.Column("done_by", sa.Text),
        sqlite_strict=True,
    )
