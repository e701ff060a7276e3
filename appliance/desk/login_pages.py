"""Logging in and out, the first administrator, and one's own password."""

from collections.abc import Callable
from dataclasses import dataclass

from flask import Flask, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from appliance.actions import logging_in, staffing
from appliance.actions.logging_in import Wait
from appliance.desk import guard
from appliance.desk.hashing import Hashing
from appliance.domain import staff
from appliance.domain.errors import BadInput
from appliance.domain.moment import Moment
from appliance.domain.staff import Account, Role
from appliance.domain.wifi import resume_key
from web.clients import counted_as
from web.database import db
from web.security import public
from web.security import staff as for_staff

TYPED_MAX_CHARS = 200
WEAK = (
    f"Paling sedikit {staff.PASSWORD_MIN_CHARS} huruf, tanpa nama akun, bukan hanya angka, "
    "dan bukan kata yang mudah ditebak."
)
DIFFERENT = "Kedua kata sandi tidak sama."
AS_BEFORE = "Kata sandi baru harus berbeda dari yang lama."


def add_login(app: Flask, now: Callable[[], Moment], hashing: Hashing) -> None:
    """Add the pages."""
    pages = LoginPages(now=now, hashing=hashing)
    app.add_url_rule("/masuk", "log_in_form", pages.log_in_form)
    app.add_url_rule("/masuk", "log_in", pages.log_in, methods=["POST"])
    app.add_url_rule("/keluar", "log_out", pages.log_out, methods=["POST"])
    app.add_url_rule("/siapkan", "setup", pages.setup)
    app.add_url_rule("/siapkan", "set_up", pages.set_up, methods=["POST"])
    app.add_url_rule("/sandi", "password", pages.password)
    app.add_url_rule("/sandi", "change_password", pages.change_password, methods=["POST"])


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginPages:
    """The views."""

    now: Callable[[], Moment]
    hashing: Hashing

    @public
    def log_in_form(self) -> ResponseReturnValue:
        """The form."""
        if not staffing.has_admin(db()):
            return redirect(url_for("setup"), 303)
        return render_template("desk/log_in.html", back=_back(request.args))

    @public
    def log_in(self) -> ResponseReturnValue:
        """Log in, or say no: the same words whether there is such an account or not."""
        name, password = _typed("name").strip().lower(), _typed("password")
        found = logging_in.log_in(
            db(), name, _client(), lambda stored: self.hashing.matches(password, stored), self.now()
        )
        if isinstance(found, Account):
            guard.begin_session(found, self.now())
            return redirect(_back(request.form) or url_for("index"), 303)
        minutes = -(-found.seconds // 60) if isinstance(found, Wait) else None
        page = render_template(
            "desk/log_in.html",
            name=_typed("name"),
            back=_back(request.form),
            is_wrong=found is None,
            wait_minutes=minutes,
        )
        return page, 429 if minutes else 403

    @for_staff
    def log_out(self) -> ResponseReturnValue:
        """End this session."""
        guard.end_session()
        return redirect(url_for("log_in_form"), 303)

    @public
    def setup(self) -> ResponseReturnValue:
        """The form for the first administrator; 404 once there is one."""
        if staffing.has_admin(db()):
            abort(404)
        return render_template("desk/setup.html", problems={})

    @public
    def set_up(self) -> ResponseReturnValue:
        """Make the first administrator, and log in."""
        if staffing.has_admin(db()):
            abort(404)
        problems, account = _new_admin()
        if not problems and account:
            code, hashed = resume_key(_typed("code")), self.hashing.of(_typed("password"))
            if staffing.set_up(db(), code, account, hashed, self.now()):
                guard.begin_session(account, self.now())
                return redirect(url_for("index"), 303)
            problems["code"] = "Kode ini salah atau sudah tidak berlaku."
        return render_template("desk/setup.html", problems=problems, typed=request.form), 422

    @for_staff
    def password(self) -> ResponseReturnValue:
        """The form to change one's own password."""
        return render_template("desk/password.html", problems={})

    @for_staff
    def change_password(self) -> ResponseReturnValue:
        """Change it; every other session of the account ends. Wrong old ones count as log-ins."""
        account = guard.account()
        problems, old = password_problems(account.name), _typed("old")
        if old == _typed("password"):
            problems["password"] = AS_BEFORE
        if not problems:
            found = logging_in.log_in(
                db(),
                account.name,
                _client(),
                lambda stored: self.hashing.matches(old, stored),
                self.now(),
            )
            if isinstance(found, Account):
                hashed = self.hashing.of(_typed("password"))
                staffing.change_password(db(), account.name, hashed, self.now())
                guard.begin_session(account, self.now())
                return redirect(url_for("index"), 303)
            problems["old"] = (
                f"Terlalu banyak percobaan. Coba lagi dalam {-(-found.seconds // 60)} menit."
                if isinstance(found, Wait)
                else "Kata sandi lama salah."
            )
        return render_template("desk/password.html", problems=problems), 422


def password_problems(name: str) -> dict[str, str]:
    """What is wrong with the new password that was typed twice."""
    if not staff.is_strong(staff.as_typed(_typed("password")), name):
        return {"password": WEAK}
    return {} if _typed("password") == _typed("again") else {"again": DIFFERENT}


def _new_admin() -> tuple[dict[str, str], Account | None]:
    try:
        account = Account(name=staff.account_name(_typed("name")), role=Role.ADMIN)
    except BadInput:
        return {"name": NAME_HINT}, None
    return password_problems(account.name), account


NAME_HINT = "2 sampai 30 huruf kecil a-z, angka, titik, atau garis; diawali huruf."


def _typed(field: str) -> str:
    return request.form.get(field, "")[:TYPED_MAX_CHARS]


def _client() -> str:
    return counted_as(request.remote_addr) or "kotak"


def _back(sent: object) -> str:
    """The page to return to: one of ours, or none."""
    path: str = sent.get("kembali", "")[:TYPED_MAX_CHARS]  # type: ignore[attr-defined]
    is_ours = path.startswith("/") and not path.startswith(("//", "/\\"))
    return path if is_ours and path.isprintable() else ""
