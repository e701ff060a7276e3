"""Accounts of the desk, for administrators: who may log in, with which role."""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass

from flask import Flask, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from appliance.actions.staff import staffing
from appliance.actions.staff.staffing import LastAdmin, NameTaken
from appliance.desk.guard import account, needs
from appliance.domain.errors import BadInput
from appliance.domain.moment import Moment
from appliance.domain.staff import accounts as names
from appliance.domain.staff import words as staff_words
from appliance.domain.staff.accounts import Account, Role
from appliance.runtime import ids
from appliance.store.staff import staff_accounts
from web.database import db
from web.hashing import Hashing
from web.login_pages import TYPED_MAX_CHARS
from web.security import staff

ROLES = {
    Role.OPERATOR: "Operator",
    Role.CAMAT: "Camat",
    Role.ADMIN: "Admin",
}


def add_accounts(app: Flask, now: Callable[[], Moment], hashing: Hashing) -> None:
    """Add the pages."""
    pages = AccountPages(now=now, hashing=hashing)
    app.jinja_env.globals["role_words"] = ROLES
    app.add_url_rule("/akun", "accounts", pages.every)
    app.add_url_rule("/akun", "add_account", pages.add, methods=["POST"])
    app.add_url_rule("/akun/<name>", "account", pages.one)
    app.add_url_rule("/akun/<name>/sandi", "reset_account", pages.reset, methods=["POST"])
    app.add_url_rule("/akun/<name>/kunci", "lock_account", pages.lock, methods=["POST"])
    app.add_url_rule("/akun/<name>/peran", "set_role", pages.set_role, methods=["POST"])


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountPages:
    """The views; a password that is made for somebody is shown once."""

    now: Callable[[], Moment]
    hashing: Hashing

    @staff
    @needs(Role.ADMIN)
    def every(self) -> ResponseReturnValue:
        """All accounts, and the form for another one."""
        return _list()

    @staff
    @needs(Role.ADMIN)
    def add(self) -> ResponseReturnValue:
        """Make an account whose owner chooses her password at the first log-in."""
        role = _role()
        try:
            name = names.account_name(request.form.get("name", "")[:TYPED_MAX_CHARS])
            made = Account(name=name, role=role, must_change=True)
            password = ids.new_password()
            hashed = self.hashing.of(password)
            staffing.add(db(), made, hashed, self.now(), by=account().name)
        except NameTaken:
            return _list(problem=staff_words.NAME_TAKEN), 422
        except BadInput:
            return _list(problem=staff_words.NAME_HINT), 422
        return _one(made, password=password)

    @staff
    @needs(Role.ADMIN)
    def one(self, name: str) -> ResponseReturnValue:
        """One account, and what may be done with it."""
        return _one(_known(db(), name))

    @staff
    @needs(Role.ADMIN)
    def reset(self, name: str) -> ResponseReturnValue:
        """Give somebody a new password, and unlock the account."""
        found, password = _anothers(name), ids.new_password()
        staffing.reset(db(), found.name, self.hashing.of(password), self.now(), by=account().name)
        return _one(_known(db(), name), password=password)

    @staff
    @needs(Role.ADMIN)
    def lock(self, name: str) -> ResponseReturnValue:
        """Refuse an account every log-in."""
        found = _anothers(name)
        staffing.lock(db(), found.name, self.now(), by=account().name)
        return redirect(url_for("account", name=name), 303)

    @staff
    @needs(Role.ADMIN)
    def set_role(self, name: str) -> ResponseReturnValue:
        """Let an account have another role."""
        found = _known(db(), name)
        try:
            staffing.set_role(db(), found.name, _role(), self.now(), by=account().name)
        except LastAdmin:
            return _one(found, problem=staff_words.LAST_ADMIN), 422
        return redirect(url_for("account", name=name), 303)


def _list(problem: str | None = None) -> str:
    everybody = staff_accounts.every(db())
    return render_template(
        "desk/accounts.html", accounts=everybody, problem=problem, typed=request.form
    )


def _one(found: Account, **more: str) -> str:
    return render_template("desk/account.html", found=found, **more)


def _known(db: sqlite3.Connection, name: str) -> Account:
    return staff_accounts.find(db, name) or abort(404)


def _anothers(name: str) -> Account:
    """Nobody locks herself out, or gives herself a password that she need not know."""
    if name == account().name:
        abort(403)
    return _known(db(), name)


def _role() -> Role:
    try:
        return Role(request.form.get("role", ""))
    except ValueError:
        abort(400)
