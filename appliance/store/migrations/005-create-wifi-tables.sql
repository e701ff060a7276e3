-- The WiFi: sessions as residents and staff want them, and what the gate has made of them.

CREATE TABLE wifi_sessions (
    id TEXT PRIMARY KEY CHECK (length(id) = 36),
    zone TEXT NOT NULL CHECK (length(zone) BETWEEN 1 AND 20),
    -- Keyed hash of the MAC under the day's salt; the MAC itself only while the session is open.
    device TEXT NOT NULL CHECK (length(device) = 32),
    mac TEXT CHECK (length(mac) = 17),
    resume_hash TEXT NOT NULL UNIQUE CHECK (length(resume_hash) = 64),
    terms_version TEXT NOT NULL,
    granted_s INTEGER NOT NULL CHECK (granted_s > 0),
    granted_bytes INTEGER CHECK (granted_bytes > 0),
    opened_at_ms INTEGER NOT NULL,
    ended_by TEXT CHECK (ended_by IN ('user', 'staff', 'replaced'))
) STRICT;

CREATE UNIQUE INDEX wifi_sessions_live ON wifi_sessions (mac) WHERE mac IS NOT NULL;
CREATE INDEX wifi_sessions_by_device ON wifi_sessions (device, opened_at_ms);
CREATE INDEX wifi_sessions_by_time ON wifi_sessions (opened_at_ms);

-- One row for every session the gate has taken up. `used_s` was true at `mono_ms` of `boot_id`.
CREATE TABLE wifi_leases (
    session_id TEXT PRIMARY KEY REFERENCES wifi_sessions (id) ON DELETE CASCADE,
    slot INTEGER UNIQUE CHECK (slot BETWEEN 1 AND 65534),
    used_s INTEGER NOT NULL DEFAULT 0 CHECK (used_s >= 0),
    up_bytes INTEGER NOT NULL DEFAULT 0 CHECK (up_bytes >= 0),
    down_bytes INTEGER NOT NULL DEFAULT 0 CHECK (down_bytes >= 0),
    boot_id TEXT NOT NULL,
    mono_ms INTEGER NOT NULL,
    closed_as TEXT CHECK (
        closed_as IN ('time', 'quota', 'hours', 'blocked', 'user', 'staff', 'replaced')
    ),
    closed_at_ms INTEGER,
    CHECK ((closed_as IS NULL) = (closed_at_ms IS NULL)),
    CHECK (closed_as IS NULL OR slot IS NULL)
) STRICT;

CREATE TABLE wifi_salts (
    day TEXT PRIMARY KEY CHECK (length(day) = 10),
    salt BLOB NOT NULL CHECK (length(salt) = 32)
) STRICT;

CREATE TABLE wifi_blocks (
    mac TEXT PRIMARY KEY CHECK (length(mac) = 17),
    reason TEXT NOT NULL CHECK (length(reason) <= 200),
    until_ms INTEGER NOT NULL,
    created_at_ms INTEGER NOT NULL
) STRICT;

-- A voucher is known by the hash of its code; staff print the code once.
CREATE TABLE wifi_vouchers (
    code_hash TEXT PRIMARY KEY CHECK (length(code_hash) = 64),
    grants_s INTEGER NOT NULL CHECK (grants_s > 0),
    grants_bytes INTEGER CHECK (grants_bytes > 0),
    expires_at_ms INTEGER NOT NULL,
    session_id TEXT REFERENCES wifi_sessions (id) ON DELETE SET NULL,
    used_at_ms INTEGER
) STRICT;

CREATE TABLE wifi_voucher_attempts (
    device TEXT NOT NULL CHECK (length(device) <= 64),
    at_ms INTEGER NOT NULL
) STRICT;
