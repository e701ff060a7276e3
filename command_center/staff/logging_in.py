"""Logging in at the city: tries, waits and sessions."""

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine

from appliance.domain.moment import Moment, to_ms
from appliance.domain.staff import lockout
from appliance.domain.staff.lockout import Failures, Rule, Wait
from appliance.domain.staff.passwords import hashed_id
from command_center.staff.roles import SESSIONS_PER_ACCOUNT, WITHOUT_IDLE, Account, Session
from command_center.store.database import reading, writing
from command_center.store.staff import staff_accounts, staff_log, staff_sessions
from web.clients import subscriber

TOUCH_EVERY = timedelta(minutes=1)
"""Each note that a session is in use is a write."""
NOBODY = "-"
"""Who has failed to log in."""


def log_in(
    engine: Engine,
    name: str,
    client: str,
    is_right: Callable[[str | None], bool],
    now: datetime,
) -> Account | Wait | None:
    """The account of somebody who proves to be its owner; None if not, or if it is disabled.

    `is_right` compares what was typed with the stored form of the password, in equal time where
    there is none. A try counts before it is looked at, so that tries at one time count too.
    """
    if wait_s := begin(engine, (lockout.of_account(name), of_client(client)), client, now):
        return Wait(wait_s)
    with reading(engine) as connection:
        stored = staff_accounts.password_hash(connection, name)
        account = staff_accounts.find(connection, name)
    matches = is_right(stored)
    if account is None or account.is_disabled or not matches:
        return None
    with writing(engine) as connection:
        staff_sessions.one_at_a_time(connection)
        forget_failures(connection, name)
        take_back(connection, of_client(client)[1])
    return account


def open_session(engine: Engine, account: Account, session_id: str, now: datetime) -> None:
    """Begin a session under a fresh id; the oldest of the account beyond a few end."""
    with writing(engine) as connection:
        staff_sessions.forget(connection, now - max(WITHOUT_IDLE.values()))
        staff_sessions.remove_of(connection, account.name, but_newest=SESSIONS_PER_ACCOUNT - 1)
        session = Session(account=account.name, opened_at=now, seen_at=now)
        staff_sessions.add(connection, hashed_id(session_id), session)
        staff_log.add(connection, by=account.name, what="log_in", now=now)


def resume(engine: Engine, session_id: str, now: datetime, *, is_use: bool) -> Account | None:
    """Whose session this is, if it is alive; it is then in use, unless a page asks by itself."""
    id_hash = hashed_id(session_id)
    with reading(engine) as connection:
        session = staff_sessions.find(connection, id_hash)
        account = staff_accounts.find(connection, session.account) if session else None
    if session is None or account is None or account.is_disabled:
        return None
    if not session.is_alive(account.role, now):
        return None
    if is_use and now - session.seen_at >= TOUCH_EVERY:
        with writing(engine) as connection:
            staff_sessions.touch(connection, id_hash, now)
    return account


def log_out(engine: Engine, session_id: str) -> None:
    """End a session."""
    with writing(engine) as connection:
        staff_sessions.remove(connection, hashed_id(session_id))


def begin(
    engine: Engine, subjects: tuple[tuple[Rule, str], ...], client: str, now: datetime
) -> int:
    """Count a failure for each subject, unless one must wait: then return the seconds."""
    moment = Moment(wall=now, boot_id=staff_sessions.BOOT, mono_ms=to_ms(now))
    with writing(engine) as connection:
        staff_sessions.one_at_a_time(connection)
        before = [(rule, who, staff_sessions.failures(connection, who)) for rule, who in subjects]
        if wait_s := max(lockout.wait_s(rule, failures, moment) for rule, _, failures in before):
            return wait_s
        for rule, who, failures in before:
            counted = lockout.failed(rule, failures, moment)
            staff_sessions.set_failures(connection, who, counted)
            if counted.count == rule.free:
                staff_log.add(connection, by=NOBODY, what="log_in_wait", subject=client, now=now)
    return 0


def take_back(connection: Connection, who: str) -> None:
    """A try that was none of somebody who guesses."""
    _set(connection, who, lockout.taken_back(staff_sessions.failures(connection, who)))


def of_client(client: str) -> tuple[Rule, str]:
    """What is counted for an address, or for the network of one of IPv6."""
    return lockout.of_client(subscriber(client))


def forget_failures(connection: Connection, name: str) -> None:
    """Let an account be tried at once again, in the caller's transaction."""
    _set(connection, lockout.of_account(name)[1], None)


def _set(connection: Connection, who: str, failures: Failures | None) -> None:
    if failures is None:
        staff_sessions.forget_failures(connection, who)
    else:
        staff_sessions.set_failures(connection, who, failures)
