"""Every table of the city's database, and who writes it.

Times are Unix milliseconds UTC. Tables are STRICT on SQLite. `site` is a kecamatan by its
Kemendagri code (14.71.07). The tables are made by `command_center/migrations`; a test compares the
two.
"""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)

metadata = MetaData()

BIG = BigInteger().with_variant(Integer(), "sqlite")
"""64 bits everywhere: sequence numbers and milliseconds. SQLite's INTEGER already has them."""

migration_checksums = Table(
    "migration_checksums",
    metadata,
    Column("revision", Text, primary_key=True),
    Column("sha256", Text, nullable=False),
    sqlite_strict=True,
)
"""What each migration was when it was applied, so that an edited one is noticed. Only migrate
writes."""

city = Table(
    "city",
    metadata,
    Column("id", Integer, CheckConstraint("id = 1", name="city_has_one_row"), primary_key=True),
    Column("code", Text, nullable=False),
    Column("epoch", Text, nullable=False),
    Column("created_at", BIG, nullable=False),
    Column("quarantined", BIG, nullable=False),
    sqlite_strict=True,
)
"""The one row that says which city this is. Written once by migrate; `quarantined` (messages set
aside since the beginning) by reception."""

streams = Table(
    "streams",
    metadata,
    Column("site", Text, primary_key=True),
    Column("epoch", Text, primary_key=True),
    Column("lane", Text, primary_key=True),
    Column("upto", BIG, nullable=False),
    Column("duplicates", BIG, nullable=False),
    Column("gaps", BIG, nullable=False),
    Column("updated_at", BIG, nullable=False),
    sqlite_strict=True,
)
"""How far each lane of each life of a box's database is stored. Only ingest writes; an ack never
says more than `upto`."""

events = Table(
    "events",
    metadata,
    Column("id", BIG, primary_key=True),
    Column("site", Text, nullable=False),
    Column("epoch", Text, nullable=False),
    Column("lane", Text, nullable=False),
    Column("seq", BIG, nullable=False),
    Column("kind", Text, nullable=False),
    Column("subject", Text),
    Column("payload", Text, nullable=False),
    Column("boot", Text, nullable=False),
    Column("mono", BIG, nullable=False),
    Column("wall", BIG),
    Column("clock_source", Text, nullable=False),
    Column("received_at", BIG, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("reject_code", Text),
    Column("detail", Text, nullable=False),
    UniqueConstraint("site", "epoch", "lane", "seq"),
    ForeignKeyConstraint(
        ["site", "epoch", "lane"], ["streams.site", "streams.epoch", "streams.lane"]
    ),
    CheckConstraint("outcome IN ('applied', 'unknown_kind', 'rejected')", name="events_outcome"),
    Index(
        "events_of_wifi",
        "received_at",
        sqlite_where=text("kind = 'wifi.session_closed'"),
        postgresql_where=text("kind = 'wifi.session_closed'"),
    ),
    sqlite_strict=True,
)
"""Every event as it came, whatever became of it. Only ingest inserts, and an operator's replay says
what became of one later; erasing takes personal data out of payloads, and what tells of the WiFi
goes after 90 days. `id` is its place in the feed of the whole city."""

quarantine = Table(
    "quarantine",
    metadata,
    Column("id", BIG, primary_key=True),
    Column("site", Text),
    Column("topic", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("size_bytes", BIG, nullable=False),
    Column("payload_hex", Text, nullable=False),
    Column("received_at", BIG, nullable=False),
    sqlite_strict=True,
    sqlite_autoincrement=True,
)
"""Messages that nobody could read or store: the newest, all but 100 of them cut short. Reception
inserts; an operator's replay or drop deletes."""

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
"""What of a case an officer should see first (`appliance.domain.marks`). Ingest and the watch
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

follow_ups = Table(
    "follow_ups",
    metadata,
    Column("follow_up_id", Text, primary_key=True),
    Column("request_id", Text, ForeignKey("requests.request_id"), nullable=False),
    Column("wish", Text, nullable=False),
    Column("received_at", BIG, nullable=False),
    Column("due_at", BIG),
    Column("done_at", BIG),
    Column("done_by", Text),
    Index("follow_ups_by_request", "request_id"),
    sqlite_strict=True,
)
"""What residents said about their cases, each once; its words are in the history. Only ingest
inserts; `due_at` is set where the law gives a time to answer. Officers, or an erasure, write
`done_at` and `done_by`."""

erasures = Table(
    "erasures",
    metadata,
    Column("request_id", Text, primary_key=True),
    Column("site", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("at", BIG, nullable=False),
    Column("box_at", BIG),
    Column("is_scrubbed", Integer, nullable=False),
    sqlite_strict=True,
)
"""Requests whose personal data were erased and must not come back. Only erasing writes; `box_at` is
when the box said so too, `is_scrubbed` since when the WAL holds nothing of them."""

consents = Table(
    "consents",
    metadata,
    Column("request_id", Text, primary_key=True),
    Column("purpose", Text, primary_key=True),
    Column("text_version", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("given_at", BIG),
    Column("withdrawn_at", BIG),
    sqlite_strict=True,
)
"""What reporters agreed to, the latest word for each purpose. Only ingest writes."""

processing_log = Table(
    "processing_log",
    metadata,
    Column("id", BIG, primary_key=True),
    Column("request_id", Text, index=True),
    Column("act", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("at", BIG, nullable=False),
    sqlite_strict=True,
)
"""Who exported, erased, answered about or forgot personal data, without content; 5 years. Only what
does so writes."""

case_texts = Table(
    "case_texts",
    metadata,
    Column("site", Text, primary_key=True),
    Column("request_id", Text, primary_key=True),
    Column("text_id", BIG, primary_key=True, autoincrement=False),
    Column("purpose", Text, nullable=False),
    Column("recipient", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("error", Text, nullable=False),
    Column("at", BIG, nullable=False),
    sqlite_strict=True,
)
"""SMS about requests, to masked numbers. Their lane is not the request's, so they may come before
it. Only ingest writes."""

sealed_contents = Table(
    "sealed_contents",
    metadata,
    Column("content_id", Text, primary_key=True),
    Column("request_id", Text, ForeignKey("requests.request_id"), nullable=False),
    Column("sealed", Text, nullable=False),
    Column("received_at", BIG, nullable=False),
    Index("sealed_contents_by_request", "request_id"),
    sqlite_strict=True,
)
"""What was said in confidential cases, sealed by the box: the report under its own id, then each
follow-up under its. The city cannot open them. Only ingest inserts; nobody changes a row."""

down_lanes = Table(
    "down_lanes",
    metadata,
    Column("site", Text, primary_key=True),
    Column("last_seq", BIG, nullable=False),
    Column("acked_seq", BIG, nullable=False),
    CheckConstraint("acked_seq BETWEEN 0 AND last_seq", name="down_lanes_order"),
    sqlite_strict=True,
)
"""The downlink of each box. Casework moves `last_seq`, ingest moves `acked_seq`."""

down_outbox = Table(
    "down_outbox",
    metadata,
    Column("site", Text, ForeignKey("down_lanes.site"), primary_key=True),
    Column("seq", BIG, primary_key=True, autoincrement=False),
    Column("kind", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("payload", Text, nullable=False),
    Column("created_at", BIG, nullable=False),
    Column("reject_code", Text),
    Column("reject_detail", Text),
    Index("down_outbox_by_subject", "subject"),
    sqlite_strict=True,
)
"""Events for the boxes, kept after delivery so that a restored box can be brought up to date.
Casework inserts; ingest writes `reject_code` and `reject_detail` when the box sets one aside."""

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

commands = Table(
    "commands",
    metadata,
    Column("command_id", Text, primary_key=True),
    Column("site", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("args", Text, nullable=False),
    Column("issued_at", BIG, nullable=False),
    Column("expires_at", BIG, nullable=False),
    Column("down_seq", BIG, nullable=False),
    Column("outcome", Text),
    Column("detail", Text, nullable=False),
    Column("answered_at", BIG),
    Column("duplicates", BIG, nullable=False),
    Index("commands_by_site", "site", "issued_at"),
    sqlite_strict=True,
)
"""Every command given to a box. Commanding inserts; ingest alone writes the first result of the box
and counts how often the box has seen the same id again (`duplicates`)."""

photos = Table(
    "photos",
    metadata,
    Column("request_id", Text, primary_key=True),
    Column("site", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("size_bytes", BIG, nullable=False),
    Column("media_type", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("attached_at", BIG, nullable=False),
    Column("updated_at", BIG, nullable=False),
    Index("photos_by_state", "state", "attached_at"),
    CheckConstraint("state IN ('wanted', 'stored', 'failed', 'lost')", name="photos_state"),
    sqlite_strict=True,
)
"""Photos of requests; the file lies beside the database under its `sha256`. Ingest inserts and says
what is lost, the transfer of files says what is stored or failed."""

documents = Table(
    "documents",
    metadata,
    Column("document_id", Text, primary_key=True),
    Column("title", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("size_bytes", BIG, nullable=False),
    Column("media_type", Text, nullable=False),
    Column("published_at", BIG, nullable=False),
    Column("withdrawn_at", BIG),
    sqlite_strict=True,
)
"""Documents for residents; the file as of `photos`. Publishing alone writes."""

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

document_sites = Table(
    "document_sites",
    metadata,
    Column("document_id", Text, ForeignKey("documents.document_id"), primary_key=True),
    Column("site", Text, primary_key=True),
    Column("state", Text, nullable=False),
    Column("updated_at", BIG, nullable=False),
    CheckConstraint("state IN ('sent', 'stored', 'failed')", name="document_sites_state"),
    sqlite_strict=True,
)
"""Where each document goes. Publishing inserts; ingest writes what a box says became of it."""

wifi_sessions = Table(
    "wifi_sessions",
    metadata,
    Column("session_id", Text, primary_key=True),
    Column("site", Text, nullable=False),
    Column("zone", Text, nullable=False),
    Column("device", Text, nullable=False),
    Column("terms_version", Text, nullable=False),
    Column("opened_at", BIG, nullable=False),
    Column("received_at", BIG, nullable=False, index=True),
    Column("seconds", BIG, nullable=False),
    Column("up_bytes", BIG, nullable=False),
    Column("down_bytes", BIG, nullable=False),
    Column("ended", Text, nullable=False),
    sqlite_strict=True,
)
"""Ended sessions of the WiFi, for counting; kept for 90 days. Only ingest writes."""

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

open311_keys = Table(
    "open311_keys",
    metadata,
    Column("id", BIG, primary_key=True),
    Column("name", Text, nullable=False),
    Column("sha256", Text, nullable=False, unique=True),
    Column("created_at", BIG, nullable=False),
    Column("revoked_at", BIG),
    sqlite_strict=True,
    sqlite_autoincrement=True,
)
"""Who may file requests by Open311; of the key itself only its hash. Its command alone writes."""

open311_filed = Table(
    "open311_filed",
    metadata,
    Column("request_id", Text, ForeignKey("requests.request_id"), primary_key=True),
    Column("key_id", BIG, ForeignKey("open311_keys.id"), nullable=False),
    Column("fingerprint", Text, nullable=False),
    Column("at", BIG, nullable=False),
    Index("open311_filed_by_key", "key_id"),
    sqlite_strict=True,
)
"""What each key has filed within the hour, for its rate and what it repeats. Only taking writes."""

lapor_links = Table(
    "lapor_links",
    metadata,
    Column("request_id", Text, ForeignKey("requests.request_id"), primary_key=True),
    Column("tracking_id", Text, unique=True),
    Column("origin", Text, nullable=False),
    Column("is_secret", Integer, nullable=False),
    Column("is_anonymous", Integer, nullable=False),
    Column("told_id", BIG, nullable=False),
    Column("at", BIG, nullable=False),
    CheckConstraint("origin IN ('city', 'lapor')", name="lapor_links_origin"),
    sqlite_strict=True,
)
"""Requests that SP4N-LAPOR! knows too, and by which id, once it has given one. `told_id` is the
last line of the case's history that was looked at for LAPOR!. Only the bridge writes."""

lapor_outbox = Table(
    "lapor_outbox",
    metadata,
    Column("id", BIG, primary_key=True),
    Column("transaction_id", Text, nullable=False, unique=True),
    Column("request_id", Text, ForeignKey("requests.request_id"), nullable=False),
    Column("history_id", BIG),
    Column("state", Text, nullable=False),
    Column("attempts", BIG, nullable=False),
    Column("next_at", BIG, nullable=False),
    Column("error", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("created_at", BIG, nullable=False),
    Index("lapor_outbox_by_state", "state", "next_at"),
    Index("lapor_outbox_by_request", "request_id"),
    CheckConstraint("state IN ('waiting', 'sent', 'failed', 'dropped')", name="lapor_outbox_state"),
    sqlite_strict=True,
    sqlite_autoincrement=True,
)
"""What LAPOR! is to be told: a request, or the line `history_id` of one. It holds no words: they
are read when it is sent. Only the bridge writes."""

lapor_taken = Table(
    "lapor_taken",
    metadata,
    Column("item_id", Text, primary_key=True),
    Column("tracking_id", Text, nullable=False),
    Column("problem", Text, nullable=False),
    Column("at", BIG, nullable=False),
    Index("lapor_taken_by_time", "at"),
    sqlite_strict=True,
)
"""News of LAPOR! that the city has looked at, each once, and why one was left out; kept for 90
days. Only the bridge writes."""

lapor_state = Table(
    "lapor_state",
    metadata,
    Column("id", Integer, CheckConstraint("id = 1", name="lapor_has_one_row"), primary_key=True),
    Column("cursor", Text, nullable=False),
    Column("ok_at", BIG),
    Column("error", Text, nullable=False),
    Column("error_at", BIG),
    sqlite_strict=True,
)
"""How far the news of LAPOR! are read (one row), when it has answered last, and what went wrong
since. Only the bridge writes."""

daily_counts = Table(
    "daily_counts",
    metadata,
    Column("dimension", Text, primary_key=True),
    Column("day", Integer, primary_key=True, autoincrement=False),
    Column("site", Text, primary_key=True),
    Column("value", Text, primary_key=True),
    Column("number", BIG, nullable=False),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)
"""How many requests there are by what the dashboard asks about (`dashboard.cells`), by local day
of their occurrence; day 0 is all days together. Whoever changes a request writes, in the same
transaction."""

alarms = Table(
    "alarms",
    metadata,
    Column("id", BIG, primary_key=True),
    Column("rule", Text, nullable=False),
    Column("target", Text, nullable=False),
    Column("number", BIG, nullable=False),
    Column("raised_at", BIG, nullable=False),
    Column("held_at", BIG, nullable=False),
    Column("ended_at", BIG),
    Column("seen_at", BIG),
    Column("seen_by", Text),
    Column("closed_at", BIG),
    Column("closed_by", Text),
    Index(
        "alarms_going_on",
        "rule",
        "target",
        unique=True,
        sqlite_where=text("ended_at IS NULL"),
        postgresql_where=text("ended_at IS NULL"),
    ),
    sqlite_strict=True,
    sqlite_autoincrement=True,
)
"""Episodes of alarms (`dashboard.alarms`): one row while a rule holds for a target. The watch
inserts and writes `number`, `held_at` and `ended_at`; officers write who has seen and closed it."""

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
