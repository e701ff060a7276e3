-- Officials who get requests of their agency by SMS; which modem sends what; reports that came early.

CREATE TABLE officials (
    agency TEXT NOT NULL CHECK (length(agency) BETWEEN 1 AND 40),
    rank INTEGER NOT NULL CHECK (rank BETWEEN 1 AND 9),
    phone TEXT NOT NULL CHECK (length(phone) BETWEEN 8 AND 20),
    name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 80),
    changed_at_ms INTEGER NOT NULL,
    PRIMARY KEY (agency, rank)
) STRICT, WITHOUT ROWID;

-- The modem that has begun a text; another leaves it alone.
ALTER TABLE texts ADD COLUMN modem TEXT CHECK (length(modem) BETWEEN 1 AND 40);

CREATE INDEX text_parts_by_time ON text_parts (sent_at_ms) WHERE sent_at_ms IS NOT NULL;

-- Final status reports (TP-MR, 23.040 9.2.3.6) that belong to no part yet: a report may overtake the
-- answer to the command that sent its message.
CREATE TABLE early_reports (
    id INTEGER PRIMARY KEY,
    recipient_tail TEXT NOT NULL,
    message_reference INTEGER NOT NULL CHECK (message_reference BETWEEN 0 AND 255),
    is_delivered INTEGER NOT NULL CHECK (is_delivered IN (0, 1)),
    received_at_ms INTEGER NOT NULL
) STRICT;
