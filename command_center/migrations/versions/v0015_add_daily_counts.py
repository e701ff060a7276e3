"""Count requests by day, and find them by what lists are narrowed to."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
DAY = "(occurred_at + 25200000) / 86400000"
IS_OPEN = "status NOT IN ('selesai', 'ditutup', 'bukan_wewenang', 'gabungan', 'diarsipkan')"
IS_TOLD = "sensitivity <> 'rahasia'"
COUNTS = (
    ("rahasia", DAY, "''", "sensitivity = 'rahasia'"),
    ("masuk", DAY, "''", IS_TOLD),
    ("kanal", DAY, "channel", IS_TOLD),
    ("kategori", DAY, "category", IS_TOLD),
    ("kelurahan", DAY, "coalesce(kelurahan, '')", IS_TOLD),
    ("dinas", DAY, "agency", IS_TOLD),
    ("status", "0", "status", "1 = 1"),
    ("kategori", "0", "category", "1 = 1"),
    ("dinas", "0", "agency", "1 = 1"),
    ("terbuka", "0", "agency", f"{IS_TOLD} AND {IS_OPEN}"),
    ("usulan", "0", "''", "destination IS NOT NULL AND status IN ('diterima', 'terverifikasi')"),
)


STATEMENTS = [
    "INSERT INTO daily_counts (dimension, day, site, value, number) "  # noqa: S608
    f"SELECT '{dimension}', {day}, site, {value}, count(*) FROM requests "
    f"WHERE {where} GROUP BY 2, 3, 4"
    for dimension, day, value, where in COUNTS
]


def upgrade() -> None:
    """Create the table, count what is stored, and add the indexes."""
    op.create_table(
        "daily_counts",
        sa.Column("dimension", sa.Text, primary_key=True),
        sa.Column("day", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("site", sa.Text, primary_key=True),
        sa.Column("value", sa.Text, primary_key=True),
        sa.Column("number", BIG, nullable=False),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    for statement in STATEMENTS:
        op.execute(statement)
    for name in ("status", "agency", "category", "site"):
        op.create_index(f"requests_by_{name}", "requests", [name, "received_at"])
