"""Keep what only a unit can open."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "sealed_contents",
        sa.Column("content_id", sa.Text, primary_key=True),
        sa.Column("request_id", sa.Text, sa.ForeignKey("requests.request_id"), nullable=False),
        sa.Column("sealed", sa.Text, nullable=False),
        sa.Column("received_at", BIG, nullable=False),
        sqlite_strict=True,
    )
    op.create_index("sealed_contents_by_request", "sealed_contents", ["request_id"])
