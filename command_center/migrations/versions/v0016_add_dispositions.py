"""Hand cases to agencies and their units."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the table and the column."""
    op.add_column("requests", sa.Column("unit", sa.Text))
    op.create_table(
        "dispositions",
        sa.Column("id", BIG, primary_key=True),
        sa.Column("request_id", sa.Text, sa.ForeignKey("requests.request_id"), nullable=False),
        sa.Column("agency", sa.Text, nullable=False),
        sa.Column("unit", sa.Text),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("days", sa.Integer, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("at", BIG, nullable=False),
        sa.CheckConstraint("days >= 0", name="dispositions_days"),
        sqlite_strict=True,
        sqlite_autoincrement=True,
    )
    op.create_index("dispositions_by_request", "dispositions", ["request_id"])
