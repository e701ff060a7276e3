-- Confidential reports are sealed: where the sealed text is, the keys of the settings, what of an SMS
-- is left, and whether the WAL still holds what has been wiped.

ALTER TABLE requests ADD COLUMN sealed TEXT CHECK (length(sealed) <= 40000);

-- Of a concealed message, by which the same words are known again for a day: a salt, and their hash
-- under it.
ALTER TABLE sms_inbox ADD COLUMN mark BLOB CHECK (length(mark) = 48);

CREATE INDEX sms_inbox_marked ON sms_inbox (received_at_ms) WHERE mark IS NOT NULL;

CREATE TABLE sealing_keys (
    unit TEXT PRIMARY KEY CHECK (length(unit) BETWEEN 1 AND 40),
    key TEXT NOT NULL CHECK (length(key) = 71)
) STRICT, WITHOUT ROWID;

-- What has been wiped is still in the WAL while `wiped` is beyond `cut`.
CREATE TABLE wal_wipes (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    wiped INTEGER NOT NULL,
    cut INTEGER NOT NULL
) STRICT;

INSERT INTO wal_wipes (id, wiped, cut) VALUES (1, 0, 0);
