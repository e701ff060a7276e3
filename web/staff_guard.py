"""The gate before staff pages: who is logged in, which roles a page is for, when it leaves.

Knows HTTP, the tags of views and what an account looks like from here. Does not know where accounts
and sessions are kept: a face hands in how to find whose session an id is.
"""

from collections.abc import Callable, Collection
from datetime import timedelta
from typing import Any, Protocol, TypeVar
from urllib.parse import quote

from flask import Flask, Response, abort, current_app, g, redirect, request, url_for
from flask.typing import ResponseReturnValue

from web import browser_id
from web.security import UntaggedEndpoint, is_for_staff

BACKGROUND_HEADER = "Posko-Background"
"""Sent by scripts that refresh a page by themselves: no sign of anybody at the screen."""
_ROLES = "_posko_roles"
_BACKGROUND = "_posko_background"
_SLACK = timedelta(minutes=1)
_BEFORE_CHANGE = ("password", "change_password", "log_out")
"""What somebody may open whose password was given by another."""

View = TypeVar("View", bound=Callable[..., Any])


class StaffAccount(Protocol):
    """An account as the gate sees it."""

    @property
    def role(self) -> str:
        """What it is for."""

    @property
    def must_change(self) -> bool:
        """Whether its password is one that somebody else has given."""


Resume = Callable[[str, bool], StaffAccount | None]
"""Whose session a browser's id is, if it is alive; whether the request counts as using it."""


def only(*roles: str) -> Callable[[View], View]:
    """Tag a `@staff` view as one of these roles only."""

    def tag(view: View) -> View:
        setattr(view, _ROLES, frozenset(roles))
        return view

    return tag


def background(view: View) -> View:
    """Tag a view that a page asks for by itself: it keeps no session alive."""
    setattr(view, _BACKGROUND, True)
    return view


def roles_of(app: Flask, endpoint: str) -> frozenset[str] | None:
    """The roles a view is tagged with; None without such a tag."""
    return getattr(app.view_functions.get(endpoint), _ROLES, None)


def may_open(endpoint: str) -> bool:
    """Whether the role of who is logged in opens a page."""
    roles = roles_of(current_app, endpoint)
    return roles is None or g.account.role in roles


def check_roles(app: Flask, but: Collection[str] = ()) -> None:
    """Raise UntaggedEndpoint unless every staff endpoint names its roles; `but` those for all."""
    untagged = sorted(
        endpoint
        for endpoint, view in app.view_functions.items()
        if is_for_staff(view) and endpoint not in but and roles_of(app, endpoint) is None
    )
    if untagged:
        raise UntaggedEndpoint(f"say which roles may open: {', '.join(untagged)}")


class Guard:
    """The gate, and what it adds to answers."""

    def __init__(self, resume: Resume, idle: timedelta) -> None:
        """A page leaves the screen a minute after `idle`, when its session has ended."""
        self._resume, self._leaves_after_s = resume, int((idle + _SLACK).total_seconds())

    def install(self, app: Flask) -> None:
        """Give the pages of `app` what they need."""
        app.after_request(self._leave_in_time)
        app.context_processor(lambda: {"account": g.get("account")})
        app.jinja_env.globals["may_open"] = may_open

    def gate(self) -> ResponseReturnValue | None:
        """Let a request of somebody logged in pass, if the role may; else to the log-in."""
        found = self._resume(browser_id.current(), not is_background())
        if found is None:
            back = request.full_path.rstrip("?") if request.method == "GET" else None
            return redirect(url_for("log_in_form", kembali=back if back != "/" else None), 303)
        g.account = found
        if found.must_change and request.endpoint not in _BEFORE_CHANGE:
            return redirect(url_for("password"), 303)
        if not may_open(request.endpoint or ""):
            abort(403)
        return None

    def _leave_in_time(self, response: Response) -> Response:
        if g.get("account"):
            page = url_for("log_in_form")
            if request.method == "GET":
                query = request.query_string.decode("latin-1")
                page = quote(request.path) + (f"?{query}" if query else "")
            response.headers["Refresh"] = f"{self._leaves_after_s}; url={page}"
        return response


def is_background() -> bool:
    """Whether a page asks by itself, and nobody may be at the screen."""
    view = current_app.view_functions.get(request.endpoint or "")
    return hasattr(view, _BACKGROUND) or BACKGROUND_HEADER in request.headers
