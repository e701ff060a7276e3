"""Let other programs file requests by keys."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0009"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "open311_keys",
        sa.Column("id", BIG, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False, unique=True),
        sa.Column("created_at", BIG, nullable=False),
        sa.Column("revoked_at", BIG),
        sqlite_strict=True,
        sqlite_autoincrement=True,
    )
    op.create_table(
        "open311_filed",
        sa.Column("request_id", sa.Text, sa.ForeignKey("requests.request_id"), primary_key=True),
        sa.Column("key_id", BIG, sa.ForeignKey("open311_keys.id"), nullable=False),
        sa.Column("fingerprint", sa.Text, nullable=False),
        sa.Column("at", BIG, nullable=False),
        sqlite_strict=True,
    )
    op.create_index("open311_filed_by_key", "open311_filed", ["key_id"])
