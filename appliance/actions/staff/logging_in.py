"""Logging in at the desk: tries, waits and sessions."""

import sqlite3
from collections.abc import Callable

from appliance.domain.moment import Moment
from appliance.domain.staff import lockout
from appliance.domain.staff.accounts import SESSIONS_PER_ACCOUNT, Account, Session
from appliance.domain.staff.lockout import Failures, Rule, Wait
from appliance.domain.staff.passwords import hashed_id
from appliance.store.database import transaction
from appliance.store.staff import staff_accounts, staff_log, staff_sessions

TOUCH_EVERY_MS = 60_000
"""Each note that a session is in use is a write to the card."""


def log_in(
    db: sqlite3.Connection,
    name: str,
    client: str,
    is_right: Callable[[str | None], bool],
    now: Moment,
) -> Account | Wait | None:
    """The account of somebody who proves to be its owner; None if not, or if it is locked.

    `is_right` compares what was typed with the stored form of the password, in equal time where
    there is none. A try counts before it is looked at, so that tries at one time count too.
    """
    of_client = lockout.of_client(client)
    if wait_s := _begin(db, (lockout.of_account(name), of_client), client, now):
        return Wait(wait_s)
    matches = is_right(staff_accounts.password_hash(db, name))
    account = staff_accounts.find(db, name)
    if account is None or account.is_locked or not matches:
        return None
    with transaction(db):
        forget_failures(db, name)
        _set(db, of_client[1], lockout.taken_back(staff_sessions.failures(db, of_client[1])))
    return account


def open_session(db: sqlite3.Connection, account: Account, session_id: str, now: Moment) -> None:
    """Begin a session under a fresh id; those that have ended go, and the oldest beyond a few."""
    with transaction(db):
        there = list(staff_sessions.every(db))
        alive = [id_hash for id_hash, s in there if s.is_alive(now) and s.account == account.name]
        surplus = alive[: max(0, len(alive) - SESSIONS_PER_ACCOUNT + 1)]
        for id_hash in [id_hash for id_hash, s in there if not s.is_alive(now)] + surplus:
            staff_sessions.remove(db, id_hash)
        session = Session(
            account=account.name,
            boot_id=now.boot_id,
            opened_mono_ms=now.mono_ms,
            seen_mono_ms=now.mono_ms,
        )
        staff_sessions.add(db, hashed_id(session_id), session)
        staff_log.add(db, by=account.name, what="login", subject="", at=now.wall)


def resume(db: sqlite3.Connection, session_id: str, now: Moment) -> Account | None:
    """Whose session this is, if it is alive; it is then in use."""
    id_hash = hashed_id(session_id)
    session = staff_sessions.find(db, id_hash)
    if session is None or not session.is_alive(now):
        return None
    if now.mono_ms - session.seen_mono_ms >= TOUCH_EVERY_MS:
        with transaction(db):
            staff_sessions.touch(db, id_hash, now)
    account = staff_accounts.find(db, session.account)
    return None if account is None or account.is_locked else account


def log_out(db: sqlite3.Connection, session_id: str) -> None:
    """End a session."""
    with transaction(db):
        staff_sessions.remove(db, hashed_id(session_id))


def forget_failures(db: sqlite3.Connection, name: str) -> None:
    """Let an account be tried at once again, in the caller's transaction."""
    _set(db, lockout.of_account(name)[1], None)


def _begin(
    db: sqlite3.Connection, subjects: tuple[tuple[Rule, str], ...], client: str, now: Moment
) -> int:
    """Count a failure for each subject, unless one must wait: then return the seconds."""
    with transaction(db):
        before = [(rule, who, staff_sessions.failures(db, who)) for rule, who in subjects]
        if wait_s := max(lockout.wait_s(rule, failures, now) for rule, _, failures in before):
            return wait_s
        for rule, who, failures in before:
            counted = lockout.failed(rule, failures, now)
            staff_sessions.set_failures(db, who, counted)
            if counted.count == rule.free:
                staff_log.add(db, by="-", what="login_wait", subject=client[:80], at=now.wall)
    return 0


def _set(db: sqlite3.Connection, who: str, failures: Failures | None) -> None:
    if failures is None:
        staff_sessions.forget_failures(db, who)
    else:
        staff_sessions.set_failures(db, who, failures)
