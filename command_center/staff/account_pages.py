"""Accounts of the city, for administrators: who may log in, with which post; invitations."""

import secrets
from collections.abc import Callable, Container
from dataclasses import dataclass
from datetime import datetime

from flask import Flask, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Engine

from appliance.domain.errors import BadInput
from appliance.domain.staff import accounts as names
from appliance.domain.staff import words as staff_words
from appliance.domain.wifi import sessions as wifi
from command_center.handling.units import Units, name
from command_center.staff import accounts, roles
from command_center.staff.accounts import LastAdmin, NameTaken
from command_center.staff.guard import account, allows
from command_center.staff.roles import Account, Post, Role
from command_center.store.database import reading
from command_center.store.sending import tables
from command_center.store.staff import staff_accounts
from web.hashing import Hashing
from web.login_pages import TYPED_MAX_CHARS

_NO_POST = "Petugas dinas dan unit memerlukan dinas atau unit; peran lain tidak."


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountPages:
    """The views; a password or a code that is made for somebody is shown once."""

    engine: Engine
    now: Callable[[], datetime]
    hashing: Hashing
    units: Callable[[], Units]

    def add(self, app: Flask) -> None:
        """Register them."""
        one = "/akun/<name>"
        app.add_url_rule("/akun", "accounts", self.every)
        app.add_url_rule("/akun", "add_account", self.make, methods=["POST"])
        app.add_url_rule(one, "account", self.one)
        app.add_url_rule(f"{one}/sandi", "reset_account", self.reset, methods=["POST"])
        app.add_url_rule(f"{one}/tutup", "disable_account", self.disable, methods=["POST"])
        app.add_url_rule(f"{one}/peran", "set_post", self.set_post, methods=["POST"])
        app.jinja_env.globals["place_name"] = self.place_name

    @allows(Role.ADMIN)
    def every(self) -> ResponseReturnValue:
        """All accounts, the codes that wait, and the form for another."""
        return self._list()

    @allows(Role.ADMIN)
    def make(self) -> ResponseReturnValue:
        """Make a code for whoever is told it, or an account whose owner is known."""
        post, by = self._post(), account().name
        if post is None:
            return self._list(problems={"place": _NO_POST}), 422
        if request.form.get("do") == "invite":
            code = wifi.code(secrets.choice)
            made = accounts.invite(self.engine, code, post, self.now(), by=by)
            return self._list(code=wifi.shown_code(code), invite=made)
        try:
            typed = request.form.get("name", "")[:TYPED_MAX_CHARS]
            new = Account(name=names.account_name(typed), post=post, must_change=True)
            password = wifi.first_password(secrets.choice)
            accounts.add(self.engine, new, self.hashing.of(password), self.now(), by=by)
        except NameTaken:
            return self._list(problems={"name": staff_words.NAME_TAKEN}), 422
        except BadInput:
            return self._list(problems={"name": staff_words.NAME_HINT}), 422
        return self._one(new, password=password)

    @allows(Role.ADMIN)
    def one(self, name: str) -> ResponseReturnValue:
        """One account, and what may be done with it."""
        return self._one(self._known(name))

    @allows(Role.ADMIN)
    def reset(self, name: str) -> ResponseReturnValue:
        """Give somebody a new password, and enable the account."""
        found, password = self._anothers(name), wifi.first_password(secrets.choice)
        hashed = self.hashing.of(password)
        accounts.reset(self.engine, found.name, hashed, self.now(), by=account().name)
        return self._one(self._known(name), password=password)

    @allows(Role.ADMIN)
    def disable(self, name: str) -> ResponseReturnValue:
        """Refuse an account every log-in, from this moment on."""
        found = self._anothers(name)
        accounts.disable(self.engine, found.name, self.now(), by=account().name)
        return redirect(url_for("account", name=name), 303)

    @allows(Role.ADMIN)
    def set_post(self, name: str) -> ResponseReturnValue:
        """Let an account have another post."""
        found, post = self._known(name), self._post()
        if post is None:
            return self._one(found, problem=_NO_POST), 422
        try:
            accounts.set_post(self.engine, name, post, self.now(), by=account().name)
        except LastAdmin:
            return self._one(found, problem=staff_words.LAST_ADMIN), 422
        return redirect(url_for("account", name=name), 303)

    def place_name(self, post: Post) -> str:
        """Where a post is, for people; empty for one of the whole city."""
        if not post.agency:
            return ""
        with reading(self.engine) as connection:
            agency = tables.in_force(connection).agency_name(post.agency)
        return f"{agency}, {name(self.units(), post.agency, post.unit)}" if post.unit else agency

    def _list(self, **more: object) -> str:
        with reading(self.engine) as connection:
            found, waiting = staff_accounts.every(connection), staff_accounts.invites(connection)
        return render_template(
            "staff/accounts.html",
            accounts=found,
            invites=[one for one in waiting if one.ends_at > self.now()],
            typed=request.form,
            **self._choices(),
            **more,
        )

    def _one(self, found: Account, **more: str) -> str:
        return render_template("staff/account.html", found=found, **self._choices(), **more)

    def _choices(self) -> dict[str, object]:
        with reading(self.engine) as connection:
            agencies = tables.in_force(connection).working()
        units = self.units()
        places = [
            (
                agency.short_name,
                [(id_, agency.short_name)]
                + [(f"{id_}/{unit.id}", unit.name) for unit in units.get(id_, {}).values()],
            )
            for id_, agency in sorted(agencies.items(), key=lambda item: item[1].short_name)
        ]
        choices = [(role.value, f"{roles.WORDS[role]}: {roles.DUTIES[role]}") for role in Role]
        return {"places": places, "roles": choices}

    def _post(self) -> Post | None:
        with reading(self.engine) as connection:
            return _post(self.units(), tables.in_force(connection).working())

    def _known(self, name: str) -> Account:
        with reading(self.engine) as connection:
            return staff_accounts.find(connection, name) or abort(404)

    def _anothers(self, name: str) -> Account:
        """Nobody locks herself out, or gives herself a password that she need not know."""
        if name == account().name:
            abort(403)
        return self._known(name)


def _post(units: Units, agencies: Container[str]) -> Post | None:
    """The post that a form names; None for one that does not exist."""
    agency, _, unit = request.form.get("place", "")[:TYPED_MAX_CHARS].partition("/")
    if (agency and agency not in agencies) or (unit and unit not in units.get(agency, {})):
        return None
    try:
        role = Role(request.form.get("role", ""))
        is_of_agency = role in roles.OF_AGENCY
        return Post(
            role=role,
            agency=agency or None if is_of_agency else None,
            unit=unit or None if role is Role.SUBUNIT else None,
        )
    except ValueError:  # BadInput is one
        return None
