"""Keep alarms, each once for an episode."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
GOING_ON = sa.text("ended_at IS NULL")


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "alarms",
        sa.Column("id", BIG, primary_key=True),
        sa.Column("rule", sa.Text, nullable=False),
        sa.Column("target", sa.Text, nullable=False),
        sa.Column("number", BIG, nullable=False),
        sa.Column("raised_at", BIG, nullable=False),
        sa.Column("held_at", BIG, nullable=False),
        sa.Column("ended_at", BIG),
        sa.Column("seen_at", BIG),
        sa.Column("seen_by", sa.Text),
        sa.Column("closed_at", BIG),
        sa.Column("closed_by", sa.Text),
        sqlite_strict=True,
        sqlite_autoincrement=True,
    )
    op.create_index(
        "alarms_going_on",
        "alarms",
        ["rule", "target"],
        unique=True,
        sqlite_where=GOING_ON,
        postgresql_where=GOING_ON,
    )
