"""SMS to officials."""

from sqlalchemy import Column, ForeignKey, Index, Integer, Table, Text

from command_center.store.schema.base import BIG, metadata

notices = Table(
    "notices",
    metadata,
    Column("notice_id", Text, primary_key=True),
    Column("request_id", Text, ForeignKey("requests.request_id"), nullable=False),
    Column("step", Text, nullable=False),
    Column("about", Text, nullable=False),
    Column("of_agency", Text, nullable=False),
    Column("agency", Text, nullable=False),
    Column("rank", Integer, nullable=False),
    Column("due_on", Text, nullable=False),
    Column("created_at", BIG, nullable=False),
    Column("state", Text, nullable=False),
    Column("site", Text),
    Column("command_id", Text),
    Column("ordered_at", BIG),
    Column("tried", Text, nullable=False),
    Column("error", Text, nullable=False),
    Column("settled_at", BIG),
    Index("notices_by_request", "request_id"),
    Index("notices_by_state", "state", "created_at"),
    sqlite_strict=True,
)
"""SMS to the official of `agency` and `rank` about a step of a case that `of_agency` has. Handling
inserts; the sender orders them of boxes (`site`, and all of them in `tried`), ingest settles."""
