"""Who may see what: the session of a request, the roles of a page, and tokens against forgery.

The browser holds one random id in a cookie. Before the log-in it opens nothing and only ties forms
to this browser; the log-in replaces it.
"""

import hashlib
import hmac
import secrets
from collections.abc import Callable
from typing import Any, TypeVar, cast
from urllib.parse import quote

from flask import Flask, Response, abort, current_app, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from appliance.actions import logging_in
from appliance.domain.moment import Moment
from appliance.domain.staff import IDLE, Account, Role
from web.database import db

COOKIE = "posko_desk"
FIELD = "csrf"
_ID_BYTES = 32
_ID_MAX_CHARS = 64
_ROLES = "_posko_roles"
_GONE_AFTER_S = int(IDLE.total_seconds()) + 60
"""What is on the screen when a session has ended gives way to the log-in."""
_BEFORE_CHANGE = ("password", "change_password", "log_out")
"""What somebody may open whose password was given by another."""

View = TypeVar("View", bound=Callable[..., Any])


def needs(*roles: Role) -> Callable[[View], View]:
    """Tag a `@staff` view as one of these roles only; without the tag every role may open it."""

    def tag(view: View) -> View:
        setattr(view, _ROLES, frozenset(roles))
        return view

    return tag


def account() -> Account:
    """Who is logged in; only inside a request of a `@staff` view."""
    return cast("Account", g.account)


def may_open(endpoint: str) -> bool:
    """Whether the role of who is logged in opens a page."""
    view = current_app.view_functions[endpoint]
    return account().role in getattr(view, _ROLES, Role)


def begin_session(logged_in: Account, now: Moment) -> None:
    """Log an account in under a fresh id, whatever the browser held before."""
    if held := request.cookies.get(COOKIE):
        logging_in.log_out(db(), held[:_ID_MAX_CHARS])
    g.browser_id = g.new_browser_id = secrets.token_urlsafe(_ID_BYTES)
    logging_in.open_session(db(), logged_in, g.browser_id, now)


def end_session() -> None:
    """Log out; the browser forgets its id too."""
    logging_in.log_out(db(), _browser_id())
    g.forgets_browser_id = True


class Guard:
    """The gate before `@staff` pages, and the check of forms."""

    def __init__(self, now: Callable[[], Moment]) -> None:
        self._now = now

    def install(self, app: Flask) -> None:
        """Check the forms of `app`, and give its templates what they need."""
        app.before_request(_refuse_forged)
        app.after_request(_set_cookie)
        app.after_request(_leave_in_time)
        app.context_processor(lambda: {"account": g.get("account")})
        app.jinja_env.globals.update(csrf_field=csrf_field, may_open=may_open)

    def gate(self) -> ResponseReturnValue | None:
        """Let a request of somebody logged in pass, if the role may; else to the log-in."""
        found = logging_in.resume(db(), _browser_id(), self._now())
        if found is None:
            back = request.full_path.rstrip("?") if request.method == "GET" else None
            return redirect(url_for("log_in_form", kembali=back if back != "/" else None), 303)
        g.account = found
        if found.must_change and request.endpoint not in _BEFORE_CHANGE:
            return redirect(url_for("password"), 303)
        if not may_open(request.endpoint or ""):
            abort(403)
        return None


def csrf_field() -> Markup:
    """The hidden field that every form which changes something carries."""
    return Markup('<input type="hidden" name="{}" value="{}">').format(FIELD, _token())


def _refuse_forged() -> None:
    """403 for a form that is not of a page this browser was given."""
    if request.method != "POST" or COOKIE not in request.cookies:
        is_forged = request.method == "POST"
    else:
        sent = request.form.get(FIELD, "")
        is_forged = not hmac.compare_digest(sent.encode(), _token().encode())
    if is_forged:
        abort(403)


def _token() -> str:
    return hmac.new(_browser_id().encode(), b"form of the desk", hashlib.sha256).hexdigest()


def _browser_id() -> str:
    if "browser_id" not in g:
        held = request.cookies.get(COOKIE, "")[:_ID_MAX_CHARS]
        if not held:
            held = g.new_browser_id = secrets.token_urlsafe(_ID_BYTES)
        g.browser_id = held
    return cast("str", g.browser_id)


def _leave_in_time(response: Response) -> Response:
    if g.get("account"):
        page = url_for("log_in_form")
        if request.method == "GET":
            query = request.query_string.decode("latin-1")
            page = quote(request.path) + (f"?{query}" if query else "")
        response.headers["Refresh"] = f"{_GONE_AFTER_S}; url={page}"
    return response


def _set_cookie(response: Response) -> Response:
    if g.get("forgets_browser_id"):
        response.delete_cookie(COOKIE, httponly=True, samesite="Strict")
    elif "new_browser_id" in g:
        response.set_cookie(
            COOKIE,
            g.new_browser_id,
            httponly=True,
            samesite="Strict",
            secure=request.is_secure,
        )
    return response
