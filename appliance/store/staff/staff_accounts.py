"""Accounts of the desk, and the code with which the first administrator is made."""

import sqlite3
from datetime import datetime

from appliance.domain.moment import to_ms
from appliance.domain.staff.accounts import Account, Role


def add(db: sqlite3.Connection, account: Account, password_hash: str, at: datetime) -> bool:
    """Add an account; False if the name is taken."""
    done = db.execute(
        """
        INSERT INTO staff_accounts (name, role, password_hash, must_change, created_at_ms)
        VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
        """,
        (account.name, account.role, password_hash, account.must_change, to_ms(at)),
    )
    return done.rowcount > 0


def find(db: sqlite3.Connection, name: str) -> Account | None:
    """The account of a name."""
    row = db.execute("SELECT * FROM staff_accounts WHERE name = ?", (name,)).fetchone()
    return _account(row) if row else None


def every(db: sqlite3.Connection) -> list[Account]:
    """All accounts, by name."""
    return [_account(row) for row in db.execute("SELECT * FROM staff_accounts ORDER BY name")]


def password_hash(db: sqlite3.Connection, name: str) -> str | None:
    """The stored form of an account's password."""
    row = db.execute("SELECT password_hash FROM staff_accounts WHERE name = ?", (name,)).fetchone()
    return row["password_hash"] if row else None


def set_password(
    db: sqlite3.Connection, name: str, password_hash: str, *, must_change: bool
) -> None:
    """Let an account have another password."""
    db.execute(
        "UPDATE staff_accounts SET password_hash = ?, must_change = ? WHERE name = ?",
        (password_hash, must_change, name),
    )


def set_role(db: sqlite3.Connection, name: str, role: Role) -> None:
    """Let an account have another role."""
    db.execute("UPDATE staff_accounts SET role = ? WHERE name = ?", (role, name))


def set_locked(db: sqlite3.Connection, name: str, *, is_locked: bool) -> None:
    """Refuse an account every log-in, or no more."""
    db.execute("UPDATE staff_accounts SET is_locked = ? WHERE name = ?", (is_locked, name))


def usable_admins(db: sqlite3.Connection) -> list[str]:
    """Administrators that are not locked."""
    rows = db.execute("SELECT name FROM staff_accounts WHERE role = 'admin' AND NOT is_locked")
    return [row["name"] for row in rows]


def set_setup_code(db: sqlite3.Connection, code_hash: str, tries: int) -> None:
    """Replace the set-up code."""
    db.execute("INSERT OR REPLACE INTO staff_setup VALUES (1, ?, ?)", (code_hash, tries))


def try_setup_code(db: sqlite3.Connection, code_hash: str) -> bool:
    """Use one try up; whether the code is right."""
    row = db.execute(
        """
        UPDATE staff_setup SET tries_left = tries_left - 1 WHERE tries_left > 0
        RETURNING code_hash = ? AS is_right
        """,
        (code_hash,),
    ).fetchone()
    return bool(row and row["is_right"])


def drop_setup_code(db: sqlite3.Connection) -> None:
    """Let no set-up code hold any more."""
    db.execute("DELETE FROM staff_setup")


def _account(row: sqlite3.Row) -> Account:
    return Account(
        name=row["name"],
        role=Role(row["role"]),
        is_locked=bool(row["is_locked"]),
        must_change=bool(row["must_change"]),
    )
