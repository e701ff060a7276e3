"""Releases of the box, and where each goes."""

from sqlalchemy import Column, ForeignKey, Index, Table, Text

from command_center.store.schema.base import BIG, metadata

software = Table(
    "software",
    metadata,
    Column("version", Text, primary_key=True),
    Column("sha256", Text, nullable=False),
    Column("size_bytes", BIG, nullable=False),
    Column("published_at", BIG, nullable=False),
    Column("withdrawn_at", BIG),
    sqlite_strict=True,
)
"""Releases of the box; `posko-center updates` alone writes."""

software_sites = Table(
    "software_sites",
    metadata,
    Column("version", Text, ForeignKey("software.version"), primary_key=True),
    Column("site", Text, primary_key=True),
    Column("published_at", BIG, nullable=False),
    Column("not_before", BIG),
    Index("software_sites_by_site", "site", "published_at"),
    sqlite_strict=True,
)
"""To which boxes a release goes, and from when they may install it; `posko-center updates` alone
writes."""
