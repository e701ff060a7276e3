"""Keep each day's report card."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "scorecards",
        sa.Column("until", BIG, primary_key=True, autoincrement=False),
        sa.Column("since", BIG, nullable=False),
        sa.Column("algorithm", sa.Integer, nullable=False),
        sa.Column("made_at", BIG, nullable=False),
        sa.Column("card", sa.LargeBinary, nullable=False),
        sa.Column("counts", sa.LargeBinary),
        sqlite_strict=True,
    )
