-- PINs that the modem has tried at a SIM, so that a wrong one is never tried twice.

CREATE TABLE sim_pins (
    key TEXT PRIMARY KEY CHECK (length(key) = 64),
    is_accepted INTEGER NOT NULL CHECK (is_accepted IN (0, 1)),
    changed_at_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
