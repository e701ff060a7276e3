"""Calls that were typed in."""

from sqlalchemy import Column, ForeignKey, Table, Text

from command_center.store.schema.base import BIG, metadata

phone_entries = Table(
    "phone_entries",
    metadata,
    Column("entry_id", Text, primary_key=True),
    Column("request_id", Text, ForeignKey("requests.request_id"), nullable=False),
    Column("by", Text, nullable=False),
    Column("at", BIG, nullable=False),
    sqlite_strict=True,
)
"""Which request each page of a call has become, and who typed it. Only taking calls inserts."""
