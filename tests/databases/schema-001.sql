BEGIN TRANSACTION;
CREATE TABLE "_sqlite_migrations" (
   "id" INTEGER PRIMARY KEY,
   "migration_set" TEXT,
   "name" TEXT,
   "applied_at" TEXT
);
INSERT INTO "_sqlite_migrations" VALUES(1,'posko','001-create-core-tables.sql','2026-11-21 22:22:43.519189+00:00');
CREATE TABLE ack_marks (
    lane TEXT NOT NULL REFERENCES outbox_lanes (lane),
    upto INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    PRIMARY KEY (lane, upto)
) STRICT, WITHOUT ROWID;
CREATE TABLE box (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    site_code TEXT NOT NULL CHECK (length(site_code) = 8),
    epoch TEXT NOT NULL CHECK (length(epoch) = 8),
    next_serial INTEGER NOT NULL CHECK (next_serial BETWEEN 0 AND 100000)
) STRICT;
INSERT INTO "box" VALUES(1,'14.71.07','b6606344',80002);
CREATE TABLE gauges (
    process TEXT NOT NULL,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    PRIMARY KEY (process, name)
) STRICT, WITHOUT ROWID;
CREATE TABLE inbox (
    epoch TEXT NOT NULL REFERENCES inbox_cursors (epoch),
    seq INTEGER NOT NULL CHECK (seq > 0),
    kind TEXT NOT NULL,
    payload TEXT NOT NULL,
    outcome TEXT NOT NULL CHECK (outcome IN ('applied', 'unknown_kind', 'rejected')),
    detail TEXT NOT NULL DEFAULT '',
    received_at_ms INTEGER NOT NULL,
    PRIMARY KEY (epoch, seq)
) STRICT, WITHOUT ROWID;
CREATE TABLE inbox_cursors (
    epoch TEXT PRIMARY KEY CHECK (length(epoch) = 8),
    applied_seq INTEGER NOT NULL CHECK (applied_seq >= 0),
    updated_at_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE intake_attempts (
    origin TEXT NOT NULL CHECK (length(origin) <= 100),
    at_ms INTEGER NOT NULL
) STRICT;
CREATE TABLE migration_checksums (name TEXT PRIMARY KEY, sha256 TEXT NOT NULL) STRICT;
INSERT INTO "migration_checksums" VALUES('001-create-core-tables.sql','8e72fa6484484382b25d31af7cf5e115f24d7903abd9196233f9d5507d94a8af');
CREATE TABLE outbox (
    lane TEXT NOT NULL REFERENCES outbox_lanes (lane),
    seq INTEGER NOT NULL CHECK (seq > 0),
    kind TEXT NOT NULL,
    subject TEXT,
    payload TEXT NOT NULL CHECK (length(payload) <= 65536),
    boot_id TEXT NOT NULL,
    mono_ms INTEGER NOT NULL,
    wall_ms INTEGER NOT NULL,
    clock_source TEXT NOT NULL,
    reject_code TEXT,
    PRIMARY KEY (lane, seq)
) STRICT, WITHOUT ROWID;
INSERT INTO "outbox" VALUES('p1',1,'service_request.received','01a20034-654b-72c1-bba2-a7c50952fa92','{"request_id":"01a20034-654b-72c1-bba2-a7c50952fa92","ticket":"07800014","channel":"sms","kind":"pengaduan","category":"pju","sensitivity":"publik","agency":"DISHUB","text":"lampu jalan mati di jl Rajawali","created_at":"2026-11-21T22:22:43.527502Z","reporter_phone":"+6281234567890","reporter_name":null,"location":null,"kelurahan":null}','22e83cb0-f180-4f35-a722-1ba77e4e6562',7309349,1795299763527,'none',NULL);
CREATE TABLE outbox_lanes (
    lane TEXT PRIMARY KEY,
    last_seq INTEGER NOT NULL DEFAULT 0,
    acked_seq INTEGER NOT NULL DEFAULT 0 CHECK (acked_seq BETWEEN 0 AND last_seq)
) STRICT, WITHOUT ROWID;
INSERT INTO "outbox_lanes" VALUES('p0',0,0);
INSERT INTO "outbox_lanes" VALUES('p1',1,0);
INSERT INTO "outbox_lanes" VALUES('p2',0,0);
CREATE TABLE rejected_events (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    subject TEXT,
    kind TEXT NOT NULL,
    payload TEXT NOT NULL,
    reject_code TEXT NOT NULL,
    lane TEXT NOT NULL,
    seq INTEGER NOT NULL,
    wall_ms INTEGER NOT NULL
) STRICT;
CREATE TABLE request_history (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    request_id TEXT NOT NULL REFERENCES requests (id),
    status TEXT NOT NULL,
    message TEXT NOT NULL CHECK (length(message) <= 1000),
    agency TEXT,
    at_ms INTEGER NOT NULL
) STRICT;
INSERT INTO "request_history" VALUES(1,'01a20034-654b-72c1-bba2-a7c50952fa92','diterima','',NULL,1795299763527);
CREATE TABLE requests (
    id TEXT PRIMARY KEY CHECK (length(id) = 36),
    submission_id TEXT NOT NULL UNIQUE CHECK (length(submission_id) BETWEEN 1 AND 100),
    ticket TEXT NOT NULL UNIQUE CHECK (length(ticket) = 8),
    channel TEXT NOT NULL,
    kind TEXT NOT NULL,
    category TEXT NOT NULL,
    sensitivity TEXT NOT NULL,
    agency TEXT NOT NULL,
    status TEXT NOT NULL,
    text TEXT NOT NULL CHECK (length(text) BETWEEN 1 AND 4000),
    reporter_phone TEXT CHECK (length(reporter_phone) <= 20),
    reporter_name TEXT CHECK (length(reporter_name) <= 80),
    location TEXT CHECK (length(location) <= 200),
    kelurahan TEXT CHECK (length(kelurahan) = 13),
    created_at_ms INTEGER NOT NULL,
    updated_at_ms INTEGER NOT NULL,
    event_lane TEXT NOT NULL,
    event_seq INTEGER NOT NULL
) STRICT;
INSERT INTO "requests" VALUES('01a20034-654b-72c1-bba2-a7c50952fa92','frozen','07800014','sms','pengaduan','pju','publik','DISHUB','diterima','lampu jalan mati di jl Rajawali','+6281234567890',NULL,NULL,NULL,1795299763527,1795299763527,'p1',1);
CREATE TABLE sms_inbox (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    sender TEXT NOT NULL,
    body TEXT NOT NULL,
    parts INTEGER NOT NULL CHECK (parts >= 1),
    received_at_ms INTEGER NOT NULL,
    outcome TEXT NOT NULL,
    request_id TEXT REFERENCES requests (id)
) STRICT;
CREATE TABLE sms_parts (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    fingerprint TEXT NOT NULL UNIQUE CHECK (length(fingerprint) = 64),
    tpdu BLOB NOT NULL CHECK (length(tpdu) <= 400),
    sender TEXT,
    concat_key TEXT,
    concat_total INTEGER NOT NULL DEFAULT 1 CHECK (concat_total BETWEEN 1 AND 255),
    concat_part INTEGER NOT NULL DEFAULT 1 CHECK (concat_part BETWEEN 1 AND 255),
    received_at_ms INTEGER NOT NULL,
    state TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'taken', 'quarantined')),
    sms_id INTEGER REFERENCES sms_inbox (id)
) STRICT;
CREATE TABLE text_parts (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    text_id INTEGER NOT NULL REFERENCES texts (id),
    part INTEGER NOT NULL CHECK (part >= 1),
    tpdu BLOB NOT NULL,
    state TEXT NOT NULL DEFAULT 'pending'
        CHECK (state IN ('pending', 'sending', 'sent', 'delivered', 'uncertain', 'failed')),
    message_reference INTEGER CHECK (message_reference BETWEEN 0 AND 255),
    sent_at_ms INTEGER,
    UNIQUE (text_id, part)
) STRICT;
CREATE TABLE texts (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    recipient TEXT NOT NULL CHECK (length(recipient) BETWEEN 3 AND 20),
    body TEXT NOT NULL CHECK (length(body) BETWEEN 1 AND 1000),
    purpose TEXT NOT NULL,
    request_id TEXT REFERENCES requests (id),
    priority INTEGER NOT NULL CHECK (priority BETWEEN 0 AND 9),
    state TEXT NOT NULL DEFAULT 'queued'
        CHECK (state IN ('queued', 'sending', 'sent', 'delivered', 'uncertain', 'failed', 'expired')),
    attempts INTEGER NOT NULL DEFAULT 0,
    next_attempt_at_ms INTEGER NOT NULL,
    expires_at_ms INTEGER NOT NULL,
    boot_id TEXT NOT NULL,
    expires_mono_ms INTEGER NOT NULL,
    error TEXT NOT NULL DEFAULT '',
    created_at_ms INTEGER NOT NULL,
    updated_at_ms INTEGER NOT NULL
) STRICT;
INSERT INTO "texts" VALUES(1,'+6281234567890','Laporan DITERIMA Posko Kecamatan. Tiket 07 800 014. Simpan tiket ini. Kami periksa maks 3 hari kerja. Tanya kabar: CEK 07 800 014','receipt','01a20034-654b-72c1-bba2-a7c50952fa92',2,'queued',0,1795299763527,1795558963527,'22e83cb0-f180-4f35-a722-1ba77e4e6562',266509349,'',1795299763527,1795299763527);
CREATE TABLE used_blocks (
    block INTEGER PRIMARY KEY CHECK (block BETWEEN 0 AND 99)
) STRICT;
CREATE UNIQUE INDEX "idx__sqlite_migrations_migration_set_name"
    ON "_sqlite_migrations" ("migration_set", "name");
CREATE INDEX requests_by_phone ON requests (reporter_phone, created_at_ms)
    WHERE reporter_phone IS NOT NULL;
CREATE INDEX request_history_by_request ON request_history (request_id);
CREATE INDEX intake_attempts_by_origin ON intake_attempts (origin, at_ms);
CREATE INDEX rejected_events_by_subject ON rejected_events (subject);
CREATE INDEX texts_waiting ON texts (priority, id) WHERE state IN ('queued', 'sending');
CREATE INDEX texts_by_recipient ON texts (recipient, created_at_ms);
CREATE INDEX sms_parts_waiting ON sms_parts (concat_key) WHERE state = 'waiting';
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('request_history',1);
INSERT INTO "sqlite_sequence" VALUES('texts',1);
COMMIT;
