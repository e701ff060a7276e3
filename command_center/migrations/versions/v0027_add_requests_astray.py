"""Find requests that are open by their status alone, or by their deadlines alone.

An older program that still runs during an upgrade stores requests without deadlines, and ends some
that have them. There are few or none, so the index is empty but for minutes.
"""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

ASTRAY = (
    "(finish_on IS NULL) = "
    "(status NOT IN ('selesai', 'ditutup', 'bukan_wewenang', 'gabungan', 'diarsipkan'))"
)


def upgrade() -> None:
    """Add the index."""
    where = sa.text(ASTRAY)
    op.create_index(
        "requests_astray",
        "requests",
        ["request_id"],
        sqlite_where=where,
        postgresql_where=where,
    )
