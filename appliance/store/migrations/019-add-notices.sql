-- Texts to officials that the city has ordered, maybe about requests of other boxes, and replies to them.
-- older programs run on: official_replies keeps its columns, and takes what it took before and more

CREATE TABLE notices (
    id TEXT PRIMARY KEY CHECK (length(id) BETWEEN 1 AND 64),
    request_id TEXT NOT NULL CHECK (length(request_id) BETWEEN 1 AND 64),
    ticket INTEGER NOT NULL CHECK (ticket BETWEEN 0 AND 99999999),
    agency TEXT NOT NULL CHECK (length(agency) BETWEEN 1 AND 40),
    recipient TEXT NOT NULL CHECK (length(recipient) BETWEEN 3 AND 20),
    text_id INTEGER NOT NULL,
    at_ms INTEGER NOT NULL
) STRICT;

CREATE INDEX notices_by_text ON notices (text_id);
CREATE INDEX notices_by_ticket ON notices (ticket);
CREATE INDEX notices_by_time ON notices (at_ms);

CREATE TABLE replies_of_officials (
    id TEXT PRIMARY KEY CHECK (length(id) = 36),
    request_id TEXT NOT NULL,
    phone TEXT NOT NULL CHECK (length(phone) BETWEEN 8 AND 20),
    status TEXT NOT NULL,
    outcome TEXT NOT NULL DEFAULT '' CHECK (outcome IN ('', 'moved', 'noted', 'refused')),
    at_ms INTEGER NOT NULL
) STRICT;

INSERT INTO replies_of_officials (id, request_id, phone, status, outcome, at_ms)
    SELECT id, request_id, phone, status, outcome, at_ms FROM official_replies;
DROP TABLE official_replies;
ALTER TABLE replies_of_officials RENAME TO official_replies;

CREATE INDEX official_replies_by_request ON official_replies (request_id);
