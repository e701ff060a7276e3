"""Boxes: what each says of itself, and by what it proves that it is one."""

from sqlalchemy import Column, Index, Integer, Table, Text

from command_center.store.schema.base import BIG, metadata

boxes = Table(
    "boxes",
    metadata,
    Column("site", Text, primary_key=True),
    Column("is_online", Integer),
    Column("boot", Text),
    Column("n", BIG),
    Column("software", Text),
    Column("epoch", Text),
    Column("last_seen_at", BIG),
    Column("last_hello", Text),
    Column("last_boot", Text),
    Column("last_heartbeat", Text),
    Column("clone_seen_at", BIG),
    sqlite_strict=True,
)
"""What the city knows of each box. Ingest writes; births and wills reception, and receiver forgets
them. `is_online` is the broker's hint; the truth is how long ago the box was heard
(`last_seen_at`)."""

box_boots = Table(
    "box_boots",
    metadata,
    Column("site", Text, primary_key=True),
    Column("boot", Text, primary_key=True),
    Column("at", BIG, nullable=False),
    sqlite_strict=True,
)
"""Every boot a box has introduced itself from. A boot that comes back after another one means that
two machines use one identity. Only ingest writes."""

box_credentials = Table(
    "box_credentials",
    metadata,
    Column("id", BIG, primary_key=True),
    Column("site", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("certificate", Text, nullable=False),
    Column("serial", Text, unique=True),
    Column("issued_at", BIG, nullable=False),
    Column("ends_at", BIG),
    Column("revoked_at", BIG),
    Column("reason", Text, nullable=False),
    Index("box_credentials_by_site", "site"),
    sqlite_strict=True,
    sqlite_autoincrement=True,
)
"""What boxes were given to prove themselves with. The fleet alone inserts and revokes; the broker's
files are made of it."""

enrolments = Table(
    "enrolments",
    metadata,
    Column("locator", Text, primary_key=True),
    Column("secret", Text, nullable=False),
    Column("site", Text, nullable=False, unique=True),
    Column("by", Text, nullable=False),
    Column("made_at", BIG, nullable=False),
    Column("expires_at", BIG, nullable=False),
    Column("wrong", BIG, nullable=False),
    Column("key", Text),
    sqlite_strict=True,
)
"""Codes for boxes to be enrolled by, at most one a site, a day at most. Only the fleet writes."""

renewals = Table(
    "renewals",
    metadata,
    Column("site", Text, primary_key=True),
    Column("csr", Text, nullable=False),
    Column("asked_at", BIG, nullable=False),
    sqlite_strict=True,
)
"""Boxes that wait for a new certificate. Ingest inserts, the fleet answers and deletes."""

barred_boxes = Table(
    "barred_boxes",
    metadata,
    Column("site", Text, primary_key=True),
    Column("epoch", Text, primary_key=True),
    Column("at", BIG, nullable=False),
    sqlite_strict=True,
)
"""Databases that the city does not listen to; without an epoch, all of a site until a box is
enrolled there again. Only the fleet writes."""
