"""Sessions of the city's staff by the hash of their id, and failed log-ins by whom they count for.

A server's clock is set: failures are kept by it, in the shape that `domain.staff.lockout` judges.
"""

from datetime import datetime

from sqlalchemy import Connection, delete, func, insert, select, update

from appliance.domain.moment import from_ms, to_ms
from appliance.domain.staff.lockout import Failures
from command_center.staff.roles import Session
from command_center.store import this_city
from command_center.store.schema.staff import staff_failures, staff_sessions

FAILURES_MAX = 10_000
"""Names and addresses remembered; then the ones that failed longest ago go."""
BOOT = "city"
"""What `domain.staff.lockout` compares; times of the city are of one boot."""


def one_at_a_time(connection: Connection) -> None:
    """From here on others who try to log in wait, whichever process they are in."""
    this_city.lock(connection)


def add(connection: Connection, id_hash: str, session: Session) -> None:
    """Add a session."""
    row = {
        "id_hash": id_hash,
        "account": session.account,
        "opened_at": to_ms(session.opened_at),
        "seen_at": to_ms(session.seen_at),
    }
    connection.execute(insert(staff_sessions).values(row))


def find(connection: Connection, id_hash: str) -> Session | None:
    """A session, alive or not."""
    query = select(staff_sessions).where(staff_sessions.c.id_hash == id_hash)
    row = connection.execute(query).one_or_none()
    if row is None:
        return None
    return Session(
        account=row.account, opened_at=from_ms(row.opened_at), seen_at=from_ms(row.seen_at)
    )


def touch(connection: Connection, id_hash: str, now: datetime) -> None:
    """Note that a session was used."""
    mine = staff_sessions.c.id_hash == id_hash
    connection.execute(update(staff_sessions).where(mine).values(seen_at=to_ms(now)))


def remove(connection: Connection, id_hash: str) -> None:
    """End a session."""
    connection.execute(delete(staff_sessions).where(staff_sessions.c.id_hash == id_hash))


def remove_of(connection: Connection, account: str, *, but_newest: int = 0) -> None:
    """End the sessions of an account, but a few."""
    mine = staff_sessions.c.account == account
    kept = (
        select(staff_sessions.c.id_hash)
        .where(mine)
        .order_by(staff_sessions.c.opened_at.desc())
        .limit(but_newest)
    )
    connection.execute(delete(staff_sessions).where(mine, staff_sessions.c.id_hash.not_in(kept)))


def forget(connection: Connection, before: datetime) -> None:
    """Sessions that began before that time go, whosesoever they are."""
    connection.execute(delete(staff_sessions).where(staff_sessions.c.opened_at < to_ms(before)))


def failures(connection: Connection, subject: str) -> Failures | None:
    """What is remembered of a name or an address."""
    query = select(staff_failures).where(staff_failures.c.subject == subject)
    row = connection.execute(query).one_or_none()
    return None if row is None else Failures(count=row.failed, boot_id=BOOT, mono_ms=row.at)


def set_failures(connection: Connection, subject: str, counted: Failures) -> None:
    """Remember failures, of a bounded number of subjects."""
    forget_failures(connection, subject)
    row = {"subject": subject, "failed": counted.count, "at": counted.mono_ms}
    connection.execute(insert(staff_failures).values(row))
    known = connection.scalar(select(func.count()).select_from(staff_failures)) or 0
    if known > FAILURES_MAX:
        oldest = (
            select(staff_failures.c.subject)
            .order_by(staff_failures.c.at, staff_failures.c.subject)
            .limit(known - FAILURES_MAX)
        )
        connection.execute(delete(staff_failures).where(staff_failures.c.subject.in_(oldest)))


def forget_failures(connection: Connection, subject: str) -> None:
    """Forget the failures of a name or an address."""
    connection.execute(delete(staff_failures).where(staff_failures.c.subject == subject))
