"""Who works on a case until when, and who has to be told that it is late."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, Table, Text, text

from command_center.store.schema.base import BIG, metadata

due_basis = Table(
    "due_basis",
    metadata,
    Column("name", Text, primary_key=True),
    Column("checksum", Text, nullable=False),
    sqlite_strict=True,
)
"""By what the deadlines of requests were computed: `shipped` (the tables of the release) and
`steps` (of the city). With others all are computed anew, or looked at. Only `handling.keeping`
writes."""

dispositions = Table(
    "dispositions",
    metadata,
    Column("id", BIG, primary_key=True),
    Column("request_id", Text, ForeignKey("requests.request_id"), nullable=False),
    Column("agency", Text, nullable=False),
    Column("unit", Text),
    Column("note", Text, nullable=False),
    Column("days", Integer, nullable=False),
    Column("by", Text, nullable=False),
    Column("at", BIG, nullable=False),
    CheckConstraint("days >= 0", name="dispositions_days"),
    Index("dispositions_by_request", "request_id"),
    sqlite_strict=True,
    sqlite_autoincrement=True,
)
"""To whom each case was handed, in order, with so many working days; `note` is for the agency
alone. Only handling inserts; erasing empties `note`."""

escalations = Table(
    "escalations",
    metadata,
    Column("request_id", Text, ForeignKey("requests.request_id"), primary_key=True),
    Column("since", BIG, primary_key=True, autoincrement=False),
    Column("agency", Text, primary_key=True),
    Column("step", Text, primary_key=True),
    Column("unit", Text),
    Column("deadline", Text, nullable=False),
    Column("due_on", Text, nullable=False),
    Column("working_days", Integer, nullable=False),
    Column("addressee", Text, nullable=False),
    Column("act", Text, nullable=False),
    Column("at", BIG, nullable=False),
    Column("done_at", BIG),
    Column("done_by", Text),
    Index(
        "escalations_untold",
        "request_id",
        sqlite_where=text("done_at IS NULL"),
        postgresql_where=text("done_at IS NULL"),
    ),
    sqlite_strict=True,
)
"""Who had to be told that a case nears its deadline or has missed it: each step once for a round
that began `since` and an agency. The chore inserts; who has told them writes `done_at` and
`done_by`."""
