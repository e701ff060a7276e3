-- What residents say about their tickets, who wants no more SMS, and one key for a phone however its
-- number was written.

CREATE TABLE follow_ups (
    id TEXT PRIMARY KEY CHECK (length(id) = 36),
    request_id TEXT NOT NULL REFERENCES requests (id),
    wish TEXT NOT NULL,
    text TEXT NOT NULL CHECK (length(text) <= 4000),
    at_ms INTEGER NOT NULL
) STRICT;

CREATE INDEX follow_ups_by_request ON follow_ups (request_id);

CREATE TABLE text_optouts (
    phone TEXT PRIMARY KEY CHECK (length(phone) <= 20),
    at_ms INTEGER NOT NULL
) STRICT;

-- The sender as E.164, and the time that the network stamped on the message, as it came (hex).
ALTER TABLE sms_inbox ADD COLUMN phone TEXT;
ALTER TABLE sms_inbox ADD COLUMN sent_stamp TEXT NOT NULL DEFAULT '';

CREATE INDEX sms_inbox_by_phone ON sms_inbox (phone, received_at_ms) WHERE phone IS NOT NULL;

-- The recipient's number as the SMS that is answered gave it; `recipient` is the key.
ALTER TABLE texts ADD COLUMN address TEXT CHECK (length(address) BETWEEN 3 AND 20);
