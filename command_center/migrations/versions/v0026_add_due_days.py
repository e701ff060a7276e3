"""Store the deadlines of open requests, so that what is due is found by an index.

They follow from histories, tables and working days, which no migration knows: the rows are marked
(`look_on` -1), and the center computes them in transactions of a few hundred before it serves.
"""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
OVER = "('selesai', 'ditutup', 'bukan_wewenang', 'gabungan', 'diarsipkan')"
OPEN = (
    *("agency", "unit", "sensitivity", "status", "near_on", "late_on"),
    *("finish_on", "respond_on", "rest_ms", "request_id"),
)


def upgrade() -> None:
    """Add columns, table and indexes, and mark what is to be computed."""
    for name in ("respond_on", "finish_on", "near_on", "late_on"):
        op.add_column("requests", sa.Column(name, sa.Integer))
    for name in ("rest_ms", "round_at"):
        op.add_column("requests", sa.Column(name, BIG))
    op.add_column("requests", sa.Column("look_on", sa.Integer))
    op.execute(
        f"UPDATE requests SET finish_on = 0, look_on = -1 WHERE status NOT IN {OVER}"  # noqa: S608
    )
    _add_index("requests_open", "requests", OPEN, "finish_on IS NOT NULL")
    _add_index("requests_to_look_at", "requests", ("look_on", "request_id"), "look_on IS NOT NULL")
    _add_index("escalations_untold", "escalations", ("request_id",), "done_at IS NULL")
    op.create_table(
        "due_basis",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("checksum", sa.Text, nullable=False),
        sqlite_strict=True,
    )


def _add_index(name: str, table: str, columns: tuple[str, ...], where: str) -> None:
    condition = sa.text(where)
    op.create_index(name, table, list(columns), sqlite_where=condition, postgresql_where=condition)
