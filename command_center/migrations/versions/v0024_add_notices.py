"""SMS to officials that boxes are ordered to send."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "notices",
        sa.Column("notice_id", sa.Text, primary_key=True),
        sa.Column("request_id", sa.Text, sa.ForeignKey("requests.request_id"), nullable=False),
        sa.Column("step", sa.Text, nullable=False),
        sa.Column("about", sa.Text, nullable=False),
        sa.Column("of_agency", sa.Text, nullable=False),
        sa.Column("agency", sa.Text, nullable=False),
        sa.Column("rank", sa.Integer, nullable=False),
        sa.Column("due_on", sa.Text, nullable=False),
        sa.Column("created_at", BIG, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("site", sa.Text),
        sa.Column("command_id", sa.Text),
        sa.Column("ordered_at", BIG),
        sa.Column("tried", sa.Text, nullable=False),
        sa.Column("error", sa.Text, nullable=False),
        sa.Column("settled_at", BIG),
        sqlite_strict=True,
    )
    op.create_index("notices_by_request", "notices", ["request_id"])
    op.create_index("notices_by_state", "notices", ["state", "created_at"])
