"""Let the city's staff log in, and note what they do."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "staff_accounts",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("agency", sa.Text),
        sa.Column("unit", sa.Text),
        sa.Column("password_hash", sa.Text, nullable=False),
        sa.Column("must_change", sa.Integer, nullable=False),
        sa.Column("is_disabled", sa.Integer, nullable=False),
        sa.Column("created_at", BIG, nullable=False),
        sqlite_strict=True,
    )
    op.create_table(
        "staff_sessions",
        sa.Column("id_hash", sa.Text, primary_key=True),
        sa.Column("account", sa.Text, sa.ForeignKey("staff_accounts.name"), nullable=False),
        sa.Column("opened_at", BIG, nullable=False),
        sa.Column("seen_at", BIG, nullable=False),
        sqlite_strict=True,
    )
    op.create_index("staff_sessions_by_account", "staff_sessions", ["account"])
    op.create_table(
        "staff_failures",
        sa.Column("subject", sa.Text, primary_key=True),
        sa.Column("failed", BIG, nullable=False),
        sa.Column("at", BIG, nullable=False),
        sqlite_strict=True,
    )
    op.create_table(
        "staff_invites",
        sa.Column("code_hash", sa.Text, primary_key=True),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("agency", sa.Text),
        sa.Column("unit", sa.Text),
        sa.Column("made_by", sa.Text, nullable=False),
        sa.Column("made_at", BIG, nullable=False),
        sa.Column("ends_at", BIG, nullable=False),
        sqlite_strict=True,
    )
    op.create_table(
        "staff_log",
        sa.Column("id", BIG, primary_key=True),
        sa.Column("at", BIG, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("what", sa.Text, nullable=False),
        sa.Column("request_id", sa.Text),
        sa.Column("subject", sa.Text, nullable=False),
        sqlite_strict=True,
        sqlite_autoincrement=True,
    )
    op.create_index("staff_log_by_request", "staff_log", ["request_id"])
    op.create_index("staff_log_by_account", "staff_log", ["by", "id"])
