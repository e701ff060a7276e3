"""WiFi sessions as wanted, leases as they are, salts, blocks and vouchers."""

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from appliance.domain.moment import Moment, from_ms, to_ms
from appliance.domain.wifi.sessions import Ending, Session, local_day

_SELECT = """
    SELECT s.*, l.slot, coalesce(l.used_s, 0) AS used_s, coalesce(l.up_bytes, 0) AS up_bytes,
        coalesce(l.down_bytes, 0) AS down_bytes, l.boot_id, coalesce(l.mono_ms, 0) AS mono_ms,
        l.closed_as, l.closed_at_ms
    FROM wifi_sessions s LEFT JOIN wifi_leases l ON l.session_id = s.id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaseUse:
    """What a lease has used, as counted by the kernel at a moment."""

    session_id: str
    used_s: int
    up_bytes: int
    down_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSession:
    """A session about to be opened."""

    id: str
    zone: str
    device: str
    mac: str
    resume_hash: str
    terms_version: str
    granted_s: int
    granted_bytes: int | None


def add(db: sqlite3.Connection, session: NewSession, at: datetime) -> None:
    """Open a session; its MAC must have no other live one."""
    db.execute(
        """
        INSERT INTO wifi_sessions (
            id, zone, device, mac, resume_hash, terms_version, granted_s, granted_bytes,
            opened_at_ms
        ) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
        """,
        (
            session.id,
            session.zone,
            session.device,
            session.mac,
            session.resume_hash,
            session.terms_version,
            session.granted_s,
            session.granted_bytes,
            to_ms(at),
        ),
    )


def by_id(db: sqlite3.Connection, session_id: str) -> Session | None:
    """One session, ended or not."""
    return _one(db.execute(f"{_SELECT} WHERE s.id = ?", (session_id,)))


def live_by_mac(db: sqlite3.Connection, mac: str) -> Session | None:
    """The session that a device may use now, unless the gate sees that it is over."""
    return _one(db.execute(f"{_SELECT} WHERE s.mac = ?", (mac,)))


def live_by_resume_hash(db: sqlite3.Connection, resume_hash: str) -> Session | None:
    """The session that a resume code stands for, while it lives."""
    where = "WHERE s.resume_hash = ? AND s.mac IS NOT NULL"
    return _one(db.execute(f"{_SELECT} {where}", (resume_hash,)))


def for_gate(db: sqlite3.Connection) -> list[Session]:
    """Every session that lives, and every one whose lease is still to be closed."""
    rows = db.execute(
        f"{_SELECT} WHERE s.mac IS NOT NULL OR l.slot IS NOT NULL ORDER BY s.opened_at_ms, s.id"
    )
    return [_session(row) for row in rows]


def since(db: sqlite3.Connection, at: datetime, *, limit: int) -> list[Session]:
    """Sessions opened since a time, the newest first."""
    rows = db.execute(
        f"{_SELECT} WHERE s.opened_at_ms >= ? ORDER BY s.opened_at_ms DESC, s.id DESC LIMIT ?",
        (to_ms(at), limit),
    )
    return [_session(row) for row in rows]


def of_device(db: sqlite3.Connection, device: str, since_at: datetime) -> list[Session]:
    """The sessions of a device since a time."""
    rows = db.execute(
        f"{_SELECT} WHERE s.device = ? AND s.opened_at_ms >= ?", (device, to_ms(since_at))
    )
    return [_session(row) for row in rows]


def open_in_zone(db: sqlite3.Connection, zone: str) -> int:
    """How many sessions live in a zone."""
    [count] = db.execute(
        "SELECT count(*) FROM wifi_sessions WHERE zone = ? AND mac IS NOT NULL", (zone,)
    ).fetchone()
    return int(count)


def extend(db: sqlite3.Connection, session_id: str, seconds: int, size_bytes: int | None) -> None:
    """Add to what a session was granted."""
    db.execute(
        """
        UPDATE wifi_sessions SET granted_s = granted_s + ?, granted_bytes = granted_bytes + ?
        WHERE id = ?
        """,
        (seconds, size_bytes or 0, session_id),
    )


def set_mac(db: sqlite3.Connection, session_id: str, mac: str) -> None:
    """Let a session go on under the new MAC of its device."""
    db.execute("UPDATE wifi_sessions SET mac = ? WHERE id = ?", (mac, session_id))


def want_end(db: sqlite3.Connection, session_id: str, by: Ending) -> bool:
    """End a session as far as it is wanted, and forget its MAC; False if it has ended before."""
    return (
        db.execute(
            "UPDATE wifi_sessions SET ended_by = ?, mac = NULL WHERE id = ? AND mac IS NOT NULL",
            (by, session_id),
        ).rowcount
        == 1
    )


def lease(db: sqlite3.Connection, session_id: str, slot: int, now: Moment) -> None:
    """Note that the gate lets a session through, under the packet mark `slot`."""
    db.execute(
        """
        INSERT INTO wifi_leases (session_id, slot, boot_id, mono_ms) VALUES (?, ?, ?, ?)
        ON CONFLICT (session_id) DO UPDATE SET slot = excluded.slot
        """,
        (session_id, slot, now.boot_id, now.mono_ms),
    )


def set_use(db: sqlite3.Connection, uses: Iterable[LeaseUse], now: Moment) -> None:
    """Write what open leases have used; nothing ever counts down."""
    db.executemany(
        """
        UPDATE wifi_leases SET used_s = max(used_s, ?), up_bytes = max(up_bytes, ?),
            down_bytes = max(down_bytes, ?), boot_id = ?, mono_ms = ?
        WHERE session_id = ? AND closed_as IS NULL
        """,
        [
            (use.used_s, use.up_bytes, use.down_bytes, now.boot_id, now.mono_ms, use.session_id)
            for use in uses
        ],
    )


def close(db: sqlite3.Connection, session_id: str, closed_as: Ending, now: Moment) -> None:
    """Note that the gate has cut a session; its slot is free and its MAC forgotten."""
    db.execute(
        """
        INSERT INTO wifi_leases (session_id, boot_id, mono_ms, closed_as, closed_at_ms)
        VALUES (:id, :boot, :mono, :as, :at)
        ON CONFLICT (session_id) DO UPDATE SET slot = NULL, closed_as = :as, closed_at_ms = :at
        """,
        {
            "id": session_id,
            "boot": now.boot_id,
            "mono": now.mono_ms,
            "as": closed_as,
            "at": to_ms(now.wall),
        },
    )
    db.execute("UPDATE wifi_sessions SET mac = NULL WHERE id = ?", (session_id,))


def salt_of(db: sqlite3.Connection, day: str, fresh: bytes) -> bytes:
    """The salt of a day; `fresh` becomes it, and older ones are deleted, where there is none.

    A later one stays: a clock that shows the past for a while gives nobody a new pseudonym.
    """
    row = db.execute("SELECT salt FROM wifi_salts WHERE day = ?", (day,)).fetchone()
    if row is not None:
        return bytes(row["salt"])
    db.execute("DELETE FROM wifi_salts WHERE day < ?", (day,))
    db.execute("INSERT INTO wifi_salts (day, salt) VALUES (?, ?)", (day, fresh))
    return fresh


def block(db: sqlite3.Connection, mac: str, reason: str, until: datetime, at: datetime) -> None:
    """Refuse a device sessions until a time."""
    db.execute(
        """
        INSERT INTO wifi_blocks (mac, reason, until_ms, created_at_ms) VALUES (?, ?, ?, ?)
        ON CONFLICT (mac) DO UPDATE SET reason = excluded.reason, until_ms = excluded.until_ms
        """,
        (mac, reason, to_ms(until), to_ms(at)),
    )


def unblock(db: sqlite3.Connection, mac: str) -> bool:
    """Lift a block; False if there was none."""
    return db.execute("DELETE FROM wifi_blocks WHERE mac = ?", (mac,)).rowcount == 1


def is_blocked(db: sqlite3.Connection, mac: str, at: datetime) -> bool:
    """Whether a device is refused sessions."""
    query = "SELECT 1 FROM wifi_blocks WHERE mac = ? AND until_ms > ?"
    return db.execute(query, (mac, to_ms(at))).fetchone() is not None


def blocked(db: sqlite3.Connection, at: datetime) -> list[tuple[str, str, datetime]]:
    """Blocked devices: MAC, reason, until when."""
    rows = db.execute("SELECT * FROM wifi_blocks WHERE until_ms > ? ORDER BY mac", (to_ms(at),))
    return [(row["mac"], row["reason"], from_ms(row["until_ms"])) for row in rows]


def forget_salts(db: sqlite3.Connection, now: datetime) -> None:
    """Delete the salts of days that are over: then nobody can tell whose a hash was."""
    db.execute("DELETE FROM wifi_salts WHERE day < ?", (local_day(now),))


def forget(db: sqlite3.Connection, before: datetime, now: datetime, *, limit: int) -> int:
    """Delete what is over: closed sessions older than the retention, and blocks; how many."""
    gone = db.execute(
        """
        DELETE FROM wifi_sessions WHERE id IN (
            SELECT id FROM wifi_sessions AS s WHERE opened_at_ms < ? AND mac IS NULL
                AND NOT EXISTS (
                    SELECT 1 FROM wifi_leases WHERE session_id = s.id AND closed_as IS NULL
                )
            LIMIT ?
        )
        """,
        (to_ms(before), limit),
    ).rowcount
    return gone + db.execute("DELETE FROM wifi_blocks WHERE until_ms <= ?", (to_ms(now),)).rowcount


def forget_oldest(db: sqlite3.Connection, *, kept: int, limit: int) -> int:
    """Delete the oldest closed sessions but for the newest `kept`, whatever a clock says."""
    return db.execute(
        """
        DELETE FROM wifi_sessions WHERE id IN (
            SELECT id FROM wifi_sessions AS s WHERE mac IS NULL
                AND rowid <= (SELECT max(rowid) FROM wifi_sessions) - ?
                AND NOT EXISTS (
                    SELECT 1 FROM wifi_leases WHERE session_id = s.id AND closed_as IS NULL
                )
            ORDER BY rowid LIMIT ?
        )
        """,
        (kept, limit),
    ).rowcount


def _one(rows: sqlite3.Cursor) -> Session | None:
    row = rows.fetchone()
    return None if row is None else _session(row)


def _session(row: sqlite3.Row) -> Session:
    return Session(
        id=row["id"],
        zone=row["zone"],
        device=row["device"],
        mac=row["mac"],
        terms_version=row["terms_version"],
        granted_s=row["granted_s"],
        granted_bytes=row["granted_bytes"],
        opened_at=from_ms(row["opened_at_ms"]),
        ended_by=Ending(row["ended_by"]) if row["ended_by"] else None,
        slot=row["slot"],
        used_s=row["used_s"],
        up_bytes=row["up_bytes"],
        down_bytes=row["down_bytes"],
        lease_boot_id=row["boot_id"],
        lease_mono_ms=row["mono_ms"],
        closed_as=Ending(row["closed_as"]) if row["closed_as"] else None,
        closed_at=None if row["closed_at_ms"] is None else from_ms(row["closed_at_ms"]),
    )
