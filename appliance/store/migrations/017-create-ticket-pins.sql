-- PINs of tickets with the tries to guess them, slips that show one, and who helped at the kiosk.

CREATE TABLE ticket_pins (
    request_id TEXT PRIMARY KEY REFERENCES requests (id),
    pin TEXT NOT NULL CHECK (pin GLOB '[0-9][0-9][0-9][0-9]'),
    wrong INTEGER NOT NULL DEFAULT 0,
    wrong_today INTEGER NOT NULL DEFAULT 0,
    day_began_ms INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

ALTER TABLE print_jobs ADD COLUMN shows_pin INTEGER NOT NULL DEFAULT 0 CHECK (shows_pin IN (0, 1));

ALTER TABLE help_calls ADD COLUMN answered_by TEXT NOT NULL DEFAULT ''
    CHECK (length(answered_by) <= 80);

CREATE TABLE assisted_entries (
    request_id TEXT PRIMARY KEY REFERENCES requests (id),
    officer TEXT NOT NULL CHECK (length(officer) BETWEEN 1 AND 80),
    at_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
