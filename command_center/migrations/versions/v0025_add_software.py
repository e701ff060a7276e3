"""Releases of the box that the city has published, and to which boxes."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "software",
        sa.Column("version", sa.Text, primary_key=True),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("size_bytes", BIG, nullable=False),
        sa.Column("published_at", BIG, nullable=False),
        sa.Column("withdrawn_at", BIG),
        sqlite_strict=True,
    )
    op.create_table(
        "software_sites",
        sa.Column("version", sa.Text, sa.ForeignKey("software.version"), primary_key=True),
        sa.Column("site", sa.Text, primary_key=True),
        sa.Column("published_at", BIG, nullable=False),
        sa.Column("not_before", BIG),
        sqlite_strict=True,
    )
    op.create_index("software_sites_by_site", "software_sites", ["site", "published_at"])
