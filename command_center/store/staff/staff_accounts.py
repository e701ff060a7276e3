"""Accounts of the city's staff, and the codes with which they are made."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from appliance.domain.moment import from_ms, to_ms
from command_center.staff.roles import Account, Invite, Post, Role
from command_center.store.schema.staff import staff_accounts, staff_invites


def add(connection: Connection, account: Account, password_hash: str, now: datetime) -> None:
    """Add an account; the caller has checked that the name is free."""
    row = {
        "name": account.name,
        **_post_row(account.post),
        "password_hash": password_hash,
        "must_change": int(account.must_change),
        "is_disabled": int(account.is_disabled),
        "created_at": to_ms(now),
    }
    connection.execute(insert(staff_accounts).values(row))


def find(connection: Connection, name: str) -> Account | None:
    """The account of a name."""
    query = select(staff_accounts).where(staff_accounts.c.name == name)
    row = connection.execute(query).one_or_none()
    return _account(row) if row else None


def every(connection: Connection) -> list[Account]:
    """All accounts, by name."""
    rows = connection.execute(select(staff_accounts).order_by(staff_accounts.c.name))
    return [_account(row) for row in rows]


def password_hash(connection: Connection, name: str) -> str | None:
    """The stored form of an account's password."""
    query = select(staff_accounts.c.password_hash).where(staff_accounts.c.name == name)
    return connection.execute(query).scalar_one_or_none()


def set_password(
    connection: Connection, name: str, password_hash: str, *, must_change: bool
) -> None:
    """Let an account have another password."""
    _change(connection, name, password_hash=password_hash, must_change=int(must_change))


def set_post(connection: Connection, name: str, post: Post) -> None:
    """Let an account have another post."""
    _change(connection, name, **_post_row(post))


def set_disabled(connection: Connection, name: str, *, is_disabled: bool) -> None:
    """Refuse an account every log-in, or no more."""
    _change(connection, name, is_disabled=int(is_disabled))


def usable_admins(connection: Connection) -> list[str]:
    """Administrators that may log in."""
    usable = (staff_accounts.c.role == Role.ADMIN) & (staff_accounts.c.is_disabled == 0)
    return list(connection.scalars(select(staff_accounts.c.name).where(usable)))


def add_invite(connection: Connection, code_hash: str, invite: Invite) -> None:
    """Let a code make an account."""
    row = {
        "code_hash": code_hash,
        **_post_row(invite.post),
        "made_by": invite.made_by,
        "made_at": to_ms(invite.made_at),
        "ends_at": to_ms(invite.ends_at),
    }
    connection.execute(insert(staff_invites).values(row))


def invites(connection: Connection) -> list[Invite]:
    """What codes have been given and not been used, the newest first."""
    rows = connection.execute(select(staff_invites).order_by(staff_invites.c.made_at.desc()))
    return [_invite(row) for row in rows]


def take_invite(connection: Connection, code_hash: str, now: datetime) -> Invite | None:
    """What this code makes; it is then used up, and those that have ended go too."""
    connection.execute(delete(staff_invites).where(staff_invites.c.ends_at <= to_ms(now)))
    mine = staff_invites.c.code_hash == code_hash
    row = connection.execute(select(staff_invites).where(mine).with_for_update()).one_or_none()
    if row is None:
        return None
    connection.execute(delete(staff_invites).where(mine))
    return _invite(row)


def drop_invites(connection: Connection, made_by: str) -> None:
    """Let no code of somebody hold any more."""
    connection.execute(delete(staff_invites).where(staff_invites.c.made_by == made_by))


def _change(connection: Connection, name: str, **values: object) -> None:
    mine = staff_accounts.c.name == name
    connection.execute(update(staff_accounts).where(mine).values(**values))


def _post_row(post: Post) -> dict[str, object]:
    return {"role": post.role.value, "agency": post.agency, "unit": post.unit}


def _post(row: Row[Any]) -> Post:
    return Post(role=Role(row.role), agency=row.agency, unit=row.unit)


def _account(row: Row[Any]) -> Account:
    return Account(
        name=row.name,
        post=_post(row),
        is_disabled=bool(row.is_disabled),
        must_change=bool(row.must_change),
    )


def _invite(row: Row[Any]) -> Invite:
    return Invite(
        post=_post(row),
        made_by=row.made_by,
        made_at=from_ms(row.made_at),
        ends_at=from_ms(row.ends_at),
    )
