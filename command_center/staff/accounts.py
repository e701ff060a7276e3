"""Accounts of the city: making, changing and disabling them; each act is in the audit trail."""

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine

from appliance.domain.errors import BadInput
from appliance.domain.staff import accounts as staff
from appliance.domain.wifi.sessions import resume_key
from command_center.staff import logging_in
from command_center.staff.roles import Account, Invite, Post, Role
from command_center.store.database import reading, writing
from command_center.store.sending import tables
from command_center.store.staff import staff_accounts, staff_log, staff_sessions

INVITE_HOLDS = timedelta(days=7)
TOKEN_BYTES = 32
NO_PASSWORD = ""
"""Of another system; nothing that is typed matches it (`web.hashing`)."""
CONSOLE = "(konsol)"
"""Who acts by a command at the machine; no account can have this name."""


class LastAdmin(BadInput):
    """Nobody could administer the city any more."""


class NameTaken(BadInput):
    """There is an account of this name."""


def add(engine: Engine, account: Account, password_hash: str, now: datetime, *, by: str) -> None:
    """Make an account; raises NameTaken."""
    with writing(engine) as connection:
        _add(connection, account, password_hash, now, by=by)


def invite(engine: Engine, code: str, post: Post, now: datetime, *, by: str) -> Invite:
    """Let a fresh code make an account with this post, once."""
    made = Invite(post=post, made_by=by, made_at=now, ends_at=now + INVITE_HOLDS)
    with writing(engine) as connection:
        _check_agency(connection, post)
        staff_accounts.add_invite(connection, _code_hash(code), made)
        staff_log.add(connection, by=by, what="invite", subject=_about(post), now=now)
    return made


def token(engine: Engine, name: str, now: datetime) -> str:
    """A key for another system, whose account is made where there is none; it has no password."""
    account = Account(name=staff.account_name(name), post=Post(role=Role.FEED))
    with writing(engine) as connection:
        found = staff_accounts.find(connection, account.name)
        if found is not None and found != account:
            raise BadInput(f"{name} is somebody's account, or disabled; choose another name")
        if found is None:
            _add(connection, account, NO_PASSWORD, now, by=CONSOLE)
    secret = secrets.token_urlsafe(TOKEN_BYTES)
    logging_in.open_session(engine, account, secret, now)
    return secret


def offer_setup(engine: Engine, code: str, now: datetime) -> bool:
    """Let a fresh code, and no earlier one, make the first administrator; False if there is one."""
    with writing(engine) as connection:
        if staff_accounts.usable_admins(connection):
            return False
        staff_accounts.drop_invites(connection, CONSOLE)
        post = Post(role=Role.ADMIN)
        made = Invite(post=post, made_by=CONSOLE, made_at=now, ends_at=now + INVITE_HOLDS)
        staff_accounts.add_invite(connection, _code_hash(code), made)
    return True


def accept(
    engine: Engine, code: str, name: str, password_hash: str, now: datetime
) -> Account | None:
    """Make the account that a code stands for; None for a wrong or used-up one. Raises NameTaken,
    and the code holds on."""
    with writing(engine) as connection:
        found = staff_accounts.take_invite(connection, _code_hash(code), now)
        if found is None:
            return None
        account = Account(name=name, post=found.post)
        _add(connection, account, password_hash, now, by=found.made_by)
    return account


def has_admin(engine: Engine) -> bool:
    """Whether anybody can administer the city."""
    with reading(engine) as connection:
        return bool(staff_accounts.usable_admins(connection))


def change_password(engine: Engine, name: str, password_hash: str, now: datetime) -> None:
    """Let somebody have the password of her choice; all her sessions end."""
    with writing(engine) as connection:
        staff_accounts.set_password(connection, name, password_hash, must_change=False)
        staff_sessions.remove_of(connection, name)
        staff_log.add(connection, by=name, what="password", subject=name, now=now)


def reset(engine: Engine, name: str, password_hash: str, now: datetime, *, by: str) -> None:
    """Give an account a password that its owner must change, and enable it."""
    with writing(engine) as connection:
        _known(connection, name)
        staff_accounts.set_password(connection, name, password_hash, must_change=True)
        staff_accounts.set_disabled(connection, name, is_disabled=False)
        staff_sessions.remove_of(connection, name)
        logging_in.forget_failures(connection, name)
        staff_log.add(connection, by=by, what="reset", subject=name, now=now)


def disable(engine: Engine, name: str, now: datetime, *, by: str) -> None:
    """Refuse an account every log-in, until it is reset; what it does at this moment ends too.
    Raises LastAdmin."""
    with writing(engine) as connection:
        _refuse_last(connection, _known(connection, name))
        staff_accounts.set_disabled(connection, name, is_disabled=True)
        staff_accounts.drop_invites(connection, name)
        staff_sessions.remove_of(connection, name)
        staff_log.add(connection, by=by, what="disable", subject=name, now=now)


def set_post(engine: Engine, name: str, post: Post, now: datetime, *, by: str) -> None:
    """Let an account have another post, from the next log-in; raises LastAdmin."""
    with writing(engine) as connection:
        _check_agency(connection, post)
        found = _known(connection, name)
        if post.role is not Role.ADMIN:
            _refuse_last(connection, found)
            staff_accounts.drop_invites(connection, name)
        staff_accounts.set_post(connection, name, post)
        staff_sessions.remove_of(connection, name)
        about = f"{name}: {_about(post)}"
        staff_log.add(connection, by=by, what="post", subject=about, now=now)


def _add(
    connection: Connection, account: Account, password_hash: str, now: datetime, *, by: str
) -> None:
    _check_agency(connection, account.post)
    staff_sessions.one_at_a_time(connection)
    if staff_accounts.find(connection, account.name):
        raise NameTaken(f"there is an account {account.name!r} already")
    staff_accounts.add(connection, account, password_hash, now)
    about = f"{account.name}: {_about(account.post)}"
    staff_log.add(connection, by=by, what="account", subject=about, now=now)


def _check_agency(connection: Connection, post: Post) -> None:
    if post.agency and post.agency not in tables.in_force(connection).working():
        raise BadInput(f"no agency has the id {post.agency[:40]!r}; see docs/routing.md")


def _known(connection: Connection, name: str) -> Account:
    account = staff_accounts.find(connection, name)
    if account is None:
        raise BadInput(f"there is no account {name[:40]!r}; see `posko-center accounts list`")
    return account


def _refuse_last(connection: Connection, account: Account) -> None:
    staff_sessions.one_at_a_time(connection)
    if staff_accounts.usable_admins(connection) == [account.name]:
        raise LastAdmin(f"{account.name} is the only administrator; make another one first")


def _about(post: Post) -> str:
    return " ".join(filter(None, (post.role.value, post.agency, post.unit)))


def _code_hash(code: str) -> str:
    return hashlib.sha256(resume_key(code).encode()).hexdigest()
