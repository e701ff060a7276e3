"""Logging in and out, making an account with a code, and one's own password.

Knows forms and templates (`staff/`). Who may log in, and how a session begins, a face's doorkeeper
knows.
"""

from dataclasses import dataclass
from typing import Protocol

from flask import Flask, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from web.clients import counted_as
from web.security import own_path, public
from web.security import staff as for_staff

TYPED_MAX_CHARS = 200
THIS_MACHINE = "kotak"
"""How tries from the machine itself are counted."""

Problems = dict[str, str]
"""What is wrong, by field; empty if it is done."""


@dataclass(frozen=True, slots=True)
class Refused:
    """No log-in; `wait_s` is how long until another try is looked at."""

    wait_s: int = 0


class Doorkeeper(Protocol):
    """What a face does with what was typed; it begins and ends the sessions itself."""

    def is_new(self) -> bool:
        """Whether nobody can administer the face yet."""

    def takes_codes(self) -> bool:
        """Whether there may be a code that makes an account."""

    def log_in(self, name: str, password: str, client: str) -> Refused | None:
        """Log in, or refuse."""

    def log_out(self) -> None:
        """End the session of this browser."""

    def set_up(self, *, code: str, name: str, password: str, again: str, client: str) -> Problems:
        """Make an account with a code, and log in."""

    def change_password(self, *, old: str, password: str, again: str, client: str) -> Problems:
        """Give who is logged in another password; every other session of the account ends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What differs between faces."""

    log_in: str
    set_up: str
    code: str
    """What a code is called."""
    source: str
    """Where it comes from."""
    holds: str
    """How long."""
    make: str
    """On the button that makes the account."""
    invited: str = ""
    """What the log-in asks who has a code and no account; empty: nothing."""


def add_login(app: Flask, doorkeeper: Doorkeeper, words: Words) -> None:
    """Add the pages."""
    pages = LoginPages(doorkeeper)
    app.jinja_env.globals["login_words"] = words
    app.add_url_rule("/masuk", "log_in_form", pages.log_in_form)
    app.add_url_rule("/masuk", "log_in", pages.log_in, methods=["POST"])
    app.add_url_rule("/keluar", "log_out", pages.log_out, methods=["POST"])
    app.add_url_rule("/siapkan", "setup", pages.setup)
    app.add_url_rule("/siapkan", "set_up", pages.set_up, methods=["POST"])
    app.add_url_rule("/sandi", "password", pages.password)
    app.add_url_rule("/sandi", "change_password", pages.change_password, methods=["POST"])


@dataclass(frozen=True, slots=True)
class LoginPages:
    """The views."""

    doorkeeper: Doorkeeper

    @public
    def log_in_form(self) -> ResponseReturnValue:
        """The form."""
        if self.doorkeeper.is_new():
            return redirect(url_for("setup"), 303)
        back = own_path(request.args.get("kembali", "")[:TYPED_MAX_CHARS])
        return render_template("staff/log_in.html", back=back)

    @public
    def log_in(self) -> ResponseReturnValue:
        """Log in, or say no: the same words whether there is such an account or not."""
        name, back = _typed("name").strip().lower(), own_path(_typed("kembali"))
        refused = self.doorkeeper.log_in(name, _typed("password"), client())
        if refused is None:
            return redirect(back or url_for("index"), 303)
        page = render_template(
            "staff/log_in.html",
            name=_typed("name"),
            back=back,
            is_wrong=not refused.wait_s,
            wait_minutes=-(-refused.wait_s // 60),
        )
        if not refused.wait_s:
            return page, 403
        return page, 429, {"Retry-After": str(refused.wait_s)}

    @for_staff
    def log_out(self) -> ResponseReturnValue:
        """End this session."""
        self.doorkeeper.log_out()
        return redirect(url_for("log_in_form"), 303)

    @public
    def setup(self) -> ResponseReturnValue:
        """The form for who has a code; 404 where there can be none."""
        self._refuse_without_codes()
        return render_template("staff/setup.html", problems={})

    @public
    def set_up(self) -> ResponseReturnValue:
        """Make the account of a code, and log in."""
        self._refuse_without_codes()
        problems = self.doorkeeper.set_up(
            code=_typed("code"),
            name=_typed("name"),
            password=_typed("password"),
            again=_typed("again"),
            client=client(),
        )
        if not problems:
            return redirect(url_for("index"), 303)
        return render_template("staff/setup.html", problems=problems, typed=request.form), 422

    @for_staff
    def password(self) -> ResponseReturnValue:
        """The form to change one's own password."""
        return render_template("staff/password.html", problems={})

    @for_staff
    def change_password(self) -> ResponseReturnValue:
        """Change it."""
        problems = self.doorkeeper.change_password(
            old=_typed("old"),
            password=_typed("password"),
            again=_typed("again"),
            client=client(),
        )
        if not problems:
            return redirect(url_for("index"), 303)
        return render_template("staff/password.html", problems=problems), 422

    def _refuse_without_codes(self) -> None:
        if not self.doorkeeper.takes_codes():
            abort(404)


def client() -> str:
    """Who tries, as tries are counted."""
    return counted_as(request.remote_addr) or THIS_MACHINE


def _typed(field: str) -> str:
    return request.form.get(field, "")[:TYPED_MAX_CHARS]
