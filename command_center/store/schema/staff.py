"""Accounts of the city, their sessions, and the audit trail."""

from sqlalchemy import Column, ForeignKey, Index, Integer, Table, Text

from command_center.store.schema.base import BIG, metadata

staff_accounts = Table(
    "staff_accounts",
    metadata,
    Column("name", Text, primary_key=True),
    Column("role", Text, nullable=False),
    Column("agency", Text),
    Column("unit", Text),
    Column("password_hash", Text, nullable=False),
    Column("must_change", Integer, nullable=False),
    Column("is_disabled", Integer, nullable=False),
    Column("created_at", BIG, nullable=False),
    sqlite_strict=True,
)
"""Who logs in at the city, with which role, for which agency and unit; passwords as scrypt. Only
`command_center.staff` writes, this and the tables below."""

staff_sessions = Table(
    "staff_sessions",
    metadata,
    Column("id_hash", Text, primary_key=True),
    Column("account", Text, ForeignKey("staff_accounts.name"), nullable=False),
    Column("opened_at", BIG, nullable=False),
    Column("seen_at", BIG, nullable=False),
    Index("staff_sessions_by_account", "account"),
    sqlite_strict=True,
)
"""Log-ins by the hash of their id."""

staff_failures = Table(
    "staff_failures",
    metadata,
    Column("subject", Text, primary_key=True),
    Column("failed", BIG, nullable=False),
    Column("at", BIG, nullable=False),
    sqlite_strict=True,
)
"""Failed log-ins of a name (by its hash, whether there is such an account or not) and of an
address."""

staff_invites = Table(
    "staff_invites",
    metadata,
    Column("code_hash", Text, primary_key=True),
    Column("role", Text, nullable=False),
    Column("agency", Text),
    Column("unit", Text),
    Column("made_by", Text, nullable=False),
    Column("made_at", BIG, nullable=False),
    Column("ends_at", BIG, nullable=False),
    sqlite_strict=True,
)
"""Codes with which somebody makes an account, each once; the first administrator too."""

staff_log = Table(
    "staff_log",
    metadata,
    Column("id", BIG, primary_key=True),
    Column("at", BIG, nullable=False),
    Column("by", Text, nullable=False),
    Column("what", Text, nullable=False),
    Column("request_id", Text),
    Column("subject", Text, nullable=False),
    Index("staff_log_by_request", "request_id"),
    Index("staff_log_by_account", "by", "id"),
    sqlite_strict=True,
    sqlite_autoincrement=True,
)
"""The audit trail: who saw or did what, of which case; never a word of it. Rows are never changed,
and kept for five years."""
