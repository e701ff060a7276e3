"""Enrol boxes by codes, and revoke what they were given."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "box_credentials",
        sa.Column("id", BIG, primary_key=True),
        sa.Column("site", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("certificate", sa.Text, nullable=False),
        sa.Column("serial", sa.Text, unique=True),
        sa.Column("issued_at", BIG, nullable=False),
        sa.Column("ends_at", BIG),
        sa.Column("revoked_at", BIG),
        sa.Column("reason", sa.Text, nullable=False),
        sqlite_strict=True,
        sqlite_autoincrement=True,
    )
    op.create_index("box_credentials_by_site", "box_credentials", ["site"])
    op.create_table(
        "enrolments",
        sa.Column("locator", sa.Text, primary_key=True),
        sa.Column("secret", sa.Text, nullable=False),
        sa.Column("site", sa.Text, nullable=False, unique=True),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("made_at", BIG, nullable=False),
        sa.Column("expires_at", BIG, nullable=False),
        sa.Column("wrong", BIG, nullable=False),
        sa.Column("key", sa.Text),
        sqlite_strict=True,
    )
    op.create_table(
        "renewals",
        sa.Column("site", sa.Text, primary_key=True),
        sa.Column("csr", sa.Text, nullable=False),
        sa.Column("asked_at", BIG, nullable=False),
        sqlite_strict=True,
    )
    op.create_table(
        "barred_boxes",
        sa.Column("site", sa.Text, primary_key=True),
        sa.Column("epoch", sa.Text, primary_key=True),
        sa.Column("at", BIG, nullable=False),
        sqlite_strict=True,
    )
