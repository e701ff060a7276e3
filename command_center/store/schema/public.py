"""What everybody may see."""

from sqlalchemy import Column, Integer, LargeBinary, Table

from command_center.store.schema.base import BIG, metadata

scorecards = Table(
    "scorecards",
    metadata,
    Column("until", BIG, primary_key=True, autoincrement=False),
    Column("since", BIG, nullable=False),
    Column("algorithm", Integer, nullable=False),
    Column("made_at", BIG, nullable=False),
    Column("card", LargeBinary, nullable=False),
    Column("counts", LargeBinary),
    sqlite_strict=True,
)
"""The public report card of each midnight as JSON, for 400 days; `counts` of the open data with the
newest only."""
