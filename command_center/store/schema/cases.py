"""Requests as cases: where each stands, how it came there, and which belong together."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, Table, Text, text

from command_center.store.schema.base import BIG, metadata

ASTRAY = text(
    "(finish_on IS NULL) = "
    "(status NOT IN ('selesai', 'ditutup', 'bukan_wewenang', 'gabungan', 'diarsipkan'))"
)
"""A request is open by its status or by its deadlines alone: in words, or no index is used."""

requests = Table(
    "requests",
    metadata,
    Column("request_id", Text, primary_key=True),
    Column("site", Text, nullable=False),
    Column("epoch", Text, nullable=False),
    Column("ticket", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("category", Text, nullable=False),
    Column("sensitivity", Text, nullable=False),
    Column("agency", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("phone", Text),
    Column("name", Text),
    Column("location", Text),
    Column("kelurahan", Text),
    Column("created_at", BIG, nullable=False),
    Column("occurred_at", BIG, nullable=False),
    Column("time_quality", Text, nullable=False),
    Column("received_at", BIG, nullable=False),
    Column("status", Text, nullable=False),
    Column("updated_at", BIG, nullable=False),
    Column("routing_version", BIG),
    Column("destination", Text),
    Column("judged", Text),
    Column("unit", Text),
    Column("respond_on", Integer),
    Column("finish_on", Integer),
    Column("near_on", Integer),
    Column("late_on", Integer),
    Column("rest_ms", BIG),
    Column("round_at", BIG),
    Column("look_on", Integer),
    Index("requests_by_arrival", "received_at"),
    Index("requests_by_ticket", "ticket", "site", "epoch"),
    Index("requests_by_status", "status", "received_at"),
    Index("requests_by_agency", "agency", "received_at"),
    Index("requests_by_category", "category", "received_at"),
    Index("requests_by_site", "site", "received_at"),
    Index(
        "requests_open",
        *("agency", "unit", "sensitivity", "status", "near_on", "late_on"),
        *("finish_on", "respond_on", "rest_ms", "request_id"),
        sqlite_where=text("finish_on IS NOT NULL"),
        postgresql_where=text("finish_on IS NOT NULL"),
    ),
    Index(
        "requests_to_look_at",
        "look_on",
        "request_id",
        sqlite_where=text("look_on IS NOT NULL"),
        postgresql_where=text("look_on IS NOT NULL"),
    ),
    Index(
        "requests_astray",
        "request_id",
        sqlite_where=ASTRAY,
        postgresql_where=ASTRAY,
    ),
    CheckConstraint(
        "time_quality IN ('trusted', 'counted', 'stated')", name="requests_time_quality"
    ),
    sqlite_strict=True,
)
"""Service requests of all kecamatan. Ingest inserts; casework alone writes `status` and
`updated_at`, correcting what officers correct. `created_at` is what the box's clock said,
`occurred_at` what the city makes of it and `time_quality` how well it knows. `judged` is why the
box put it where it is (JSON), `destination` who else answers for it as the box proposes, `unit`
the part of its agency that a disposition has handed it to. `respond_on` to `round_at` are the
deadlines of an open request (`handling.due_days`), `look_on` the day from which the hourly look has
to see to it; whoever changes what they follow from writes them by `handling.keeping`."""

case_history = Table(
    "case_history",
    metadata,
    Column("id", BIG, primary_key=True),
    Column("request_id", Text, ForeignKey("requests.request_id"), nullable=False),
    Column("status", Text, nullable=False),
    Column("message", Text, nullable=False),
    Column("agency", Text),
    Column("by", Text, nullable=False),
    Column("at", BIG, nullable=False),
    Column("down_seq", BIG),
    Column("source", Text, nullable=False, server_default=""),
    Index("case_history_by_request", "request_id"),
    sqlite_strict=True,
    sqlite_autoincrement=True,
)
"""What happened to a request after its arrival, in order. Only casework writes; `down_seq` is the
event that tells the box, `source` says whose move it is (`service_request.Source`)."""

awaited_answers = Table(
    "awaited_answers",
    metadata,
    Column("request_id", Text, ForeignKey("requests.request_id"), primary_key=True),
    Column("history_id", BIG, nullable=False),
    Column("told_at", BIG, nullable=False),
    sqlite_strict=True,
)
"""Since when the reporter of a case can answer its line `history_id`: his box has it. Only lapses
writes; a row about another line than the newest means nothing any more."""

corrections = Table(
    "corrections",
    metadata,
    Column("id", BIG, primary_key=True),
    Column("request_id", Text, ForeignKey("requests.request_id"), nullable=False),
    Column("field", Text, nullable=False),
    Column("before", Text, nullable=False),
    Column("after", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("at", BIG, nullable=False),
    Column("down_seq", BIG, nullable=False),
    Index("corrections_by_request", "request_id"),
    sqlite_strict=True,
    sqlite_autoincrement=True,
)
"""What officers corrected in requests, one row a field; the labels for the next triage. Only
correcting writes; `down_seq` is the event that tells the box."""

case_links = Table(
    "case_links",
    metadata,
    Column("request_id", Text, primary_key=True),
    Column("parent_id", Text),
    Column("by", Text, nullable=False),
    Column("at", BIG, nullable=False),
    Index("case_links_by_parent", "parent_id"),
    sqlite_strict=True,
)
"""Which cases tell of the same matter as a parent, which is nobody's child; without a parent an
officer has said that it is a matter of its own. Ingest and the watch insert, officers change.
The parent may come later than its child."""

case_marks = Table(
    "case_marks",
    metadata,
    Column("request_id", Text, primary_key=True),
    Column("mark", Text, primary_key=True),
    Column("at", BIG, nullable=False),
    Column("seen_at", BIG),
    Column("seen_by", Text),
    Index("case_marks_unseen", "mark", "seen_at"),
    sqlite_strict=True,
)
"""What of a case an officer should see first (`appliance.domain.cases.marks`). Ingest and the watch
insert; an officer writes `seen_at`."""

watch = Table(
    "watch",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("received_at", BIG, nullable=False),
    Column("request_id", Text, nullable=False),
    sqlite_strict=True,
)
"""The last case that the watch has compared with others (one row). Only the watch writes."""
