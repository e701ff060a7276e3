"""Accounts of the desk: making, changing and locking them; each act is noted in `staff_log`."""

import hashlib
import sqlite3

from appliance.actions.staff import logging_in
from appliance.domain.errors import BadInput
from appliance.domain.moment import Moment
from appliance.domain.staff.accounts import SETUP_TRIES, Account, Role
from appliance.store.database import transaction
from appliance.store.staff import staff_accounts, staff_log, staff_sessions


class LastAdmin(BadInput):
    """Nobody could administer the desk any more."""


class NameTaken(BadInput):
    """There is an account of this name."""


def add(
    db: sqlite3.Connection, account: Account, password_hash: str, now: Moment, *, by: str
) -> None:
    """Make an account; raises NameTaken."""
    with transaction(db):
        _add(db, account, password_hash, now, by=by)


def set_up(
    db: sqlite3.Connection, code: str, account: Account, password_hash: str, now: Moment
) -> bool:
    """Make the first administrator with the set-up code; False for a wrong or used-up one."""
    with transaction(db):
        if has_admin(db) or not staff_accounts.try_setup_code(db, _code_hash(code)):
            return False
        _add(db, account, password_hash, now, by=account.name)
        staff_accounts.drop_setup_code(db)
    return True


def offer_setup(db: sqlite3.Connection, code: str) -> bool:
    """Let a fresh code make the first administrator; False if there is one already."""
    with transaction(db):
        if has_admin(db):
            return False
        staff_accounts.set_setup_code(db, _code_hash(code), SETUP_TRIES)
    return True


def has_admin(db: sqlite3.Connection) -> bool:
    """Whether anybody can administer the desk."""
    return bool(staff_accounts.usable_admins(db))


def change_password(db: sqlite3.Connection, name: str, password_hash: str, now: Moment) -> None:
    """Let somebody have the password of her choice; all her sessions end."""
    with transaction(db):
        staff_accounts.set_password(db, name, password_hash, must_change=False)
        staff_sessions.remove_of(db, name)
        staff_log.add(db, by=name, what="password", subject=name, at=now.wall)


def reset(db: sqlite3.Connection, name: str, password_hash: str, now: Moment, *, by: str) -> None:
    """Give an account a password that its owner must change, and unlock it."""
    with transaction(db):
        _known(db, name)
        staff_accounts.set_password(db, name, password_hash, must_change=True)
        staff_accounts.set_locked(db, name, is_locked=False)
        staff_sessions.remove_of(db, name)
        logging_in.forget_failures(db, name)
        staff_log.add(db, by=by, what="reset", subject=name, at=now.wall)


def lock(db: sqlite3.Connection, name: str, now: Moment, *, by: str) -> None:
    """Refuse an account every log-in, until it is reset; raises LastAdmin."""
    with transaction(db):
        _refuse_last(db, _known(db, name))
        staff_accounts.set_locked(db, name, is_locked=True)
        staff_sessions.remove_of(db, name)
        staff_log.add(db, by=by, what="lock", subject=name, at=now.wall)


def set_role(db: sqlite3.Connection, name: str, role: Role, now: Moment, *, by: str) -> None:
    """Let an account have another role, from the next log-in; raises LastAdmin."""
    with transaction(db):
        if role is not Role.ADMIN:
            _refuse_last(db, _known(db, name))
        staff_accounts.set_role(db, name, role)
        staff_sessions.remove_of(db, name)
        staff_log.add(db, by=by, what=f"role_{role}", subject=name, at=now.wall)


def _add(
    db: sqlite3.Connection, account: Account, password_hash: str, now: Moment, *, by: str
) -> None:
    if not staff_accounts.add(db, account, password_hash, now.wall):
        raise NameTaken(f"there is an account {account.name!r} already")
    staff_log.add(db, by=by, what=f"account_{account.role}", subject=account.name, at=now.wall)


def _known(db: sqlite3.Connection, name: str) -> Account:
    account = staff_accounts.find(db, name)
    if account is None:
        raise BadInput(f"there is no account {name[:40]!r}; see `posko desk accounts`")
    return account


def _refuse_last(db: sqlite3.Connection, account: Account) -> None:
    if staff_accounts.usable_admins(db) == [account.name]:
        raise LastAdmin(f"{account.name} is the only administrator; make another one first")


def _code_hash(code: str) -> str:
    return hashlib.sha256(code.encode("utf-8", "replace")).hexdigest()
