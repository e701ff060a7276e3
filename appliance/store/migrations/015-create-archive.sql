-- The archive: cards of documents, the texts read from their files, and the index of these.

CREATE TABLE archive_kinds (
    code TEXT PRIMARY KEY CHECK (length(code) BETWEEN 1 AND 20),
    name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 60),
    keep_years INTEGER CHECK (keep_years BETWEEN 0 AND 100)
) STRICT, WITHOUT ROWID;

INSERT INTO archive_kinds VALUES
    ('perda', 'Peraturan daerah', NULL),
    ('perwako', 'Peraturan wali kota', NULL),
    ('sk', 'Surat keputusan', NULL),
    ('se', 'Surat edaran', 5),
    ('surat', 'Surat dinas', 5),
    ('laporan', 'Laporan', 10),
    ('notulen', 'Notulen dan berita acara', 5),
    ('formulir', 'Formulir', 2),
    ('pengumuman', 'Pengumuman', 2),
    ('lain', 'Lainnya', 5),
    ('kota', 'Dokumen kota', NULL);

CREATE TABLE archive_documents (
    id INTEGER PRIMARY KEY,
    document_id TEXT NOT NULL UNIQUE CHECK (length(document_id) BETWEEN 1 AND 64),
    source TEXT NOT NULL CHECK (source IN ('desk', 'city')),
    title TEXT NOT NULL CHECK (length(title) BETWEEN 1 AND 200),
    number TEXT NOT NULL CHECK (length(number) <= 60),
    year INTEGER NOT NULL,
    kind TEXT NOT NULL REFERENCES archive_kinds (code),
    access TEXT NOT NULL CHECK (access IN ('public', 'internal', 'restricted')),
    retain_until TEXT CHECK (length(retain_until) = 10),
    state TEXT NOT NULL CHECK (state IN ('kept', 'withdrawn', 'destroyed')),
    sha256 TEXT NOT NULL CHECK (length(sha256) = 64),
    size_bytes INTEGER NOT NULL CHECK (size_bytes > 0),
    media_type TEXT NOT NULL CHECK (length(media_type) <= 80),
    text_state TEXT NOT NULL
        CHECK (text_state IN ('waiting', 'found', 'none', 'failed', 'wiping')),
    text_trouble TEXT NOT NULL DEFAULT '' CHECK (length(text_trouble) <= 20),
    text_attempts INTEGER NOT NULL DEFAULT 0,
    text_bytes INTEGER NOT NULL DEFAULT 0,
    added_at_ms INTEGER NOT NULL,
    updated_at_ms INTEGER NOT NULL
) STRICT;

CREATE INDEX archive_texts_to_do ON archive_documents (text_state)
    WHERE text_state IN ('waiting', 'wiping');
CREATE INDEX archive_documents_by_year ON archive_documents (year, id);
CREATE INDEX archive_documents_by_file ON archive_documents (sha256);
CREATE INDEX archive_documents_to_retain ON archive_documents (retain_until)
    WHERE retain_until IS NOT NULL AND state <> 'destroyed';

CREATE TABLE archive_texts (
    id INTEGER PRIMARY KEY REFERENCES archive_documents (id),
    body TEXT NOT NULL
) STRICT;

CREATE VIEW archive_readings AS
    SELECT d.id, d.title, d.number, coalesce(t.body, '') AS body
    FROM archive_documents d LEFT JOIN archive_texts t ON t.id = d.id;

CREATE VIRTUAL TABLE archive_index USING fts5 (
    title, number, body, content = 'archive_readings', content_rowid = 'id',
    tokenize = 'unicode61 remove_diacritics 2'
);

CREATE TABLE archive_index_progress (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    indexed_upto INTEGER NOT NULL
) STRICT;

INSERT INTO archive_index_progress VALUES (1, 9223372036854775807);
