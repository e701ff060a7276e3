"""Vouchers for longer sessions, by the hash of their code, and tries of those who guess."""

import sqlite3
from datetime import datetime

from appliance.domain.moment import to_ms
from appliance.domain.wifi.sessions import Grant


def add(db: sqlite3.Connection, code_hash: str, grant: Grant, expires: datetime) -> None:
    """Enter a voucher."""
    db.execute(
        "INSERT INTO wifi_vouchers (code_hash, grants_s, grants_bytes, expires_at_ms)"
        " VALUES (?, ?, ?, ?)",
        (code_hash, grant.seconds, grant.size_bytes, to_ms(expires)),
    )


def use(db: sqlite3.Connection, code_hash: str, session_id: str, at: datetime) -> None:
    """Note which session a voucher was used for."""
    db.execute(
        "UPDATE wifi_vouchers SET session_id = ?, used_at_ms = ? WHERE code_hash = ?",
        (session_id, to_ms(at), code_hash),
    )


def unused(db: sqlite3.Connection, code_hash: str, at: datetime) -> Grant | None:
    """What a voucher grants; None for one that is not there, was used, or has expired."""
    row = db.execute(
        "SELECT grants_s, grants_bytes FROM wifi_vouchers"
        " WHERE code_hash = ? AND used_at_ms IS NULL AND expires_at_ms > ?",
        (code_hash, to_ms(at)),
    ).fetchone()
    return None if row is None else Grant(row["grants_s"], row["grants_bytes"])


def add_try(db: sqlite3.Connection, device: str, at: datetime) -> None:
    """Note that a device has typed a code that is none."""
    db.execute(
        "INSERT INTO wifi_voucher_attempts (device, at_ms) VALUES (?, ?)", (device, to_ms(at))
    )


def tries_between(
    db: sqlite3.Connection, device: str, begin: datetime, end: datetime
) -> tuple[int, int]:
    """Wrong codes in a span: of a device, and of all. Forgets those before it, and those after it,
    which a wrong clock has left."""
    db.execute(
        "DELETE FROM wifi_voucher_attempts WHERE at_ms NOT BETWEEN ? AND ?",
        (to_ms(begin), to_ms(end)),
    )
    of_device, of_all = db.execute(
        "SELECT count(*) FILTER (WHERE device = ?), count(*) FROM wifi_voucher_attempts", (device,)
    ).fetchone()
    return int(of_device), int(of_all)
