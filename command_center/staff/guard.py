"""Who may see what at the city: `@allows` on each page, cases in scope only, and the trail.

A page about a case names it `request_id` in its address; whoever may not see that case gets 404,
whatever the page does. What is sent by a form, and what shows a case, is noted before it happens:
nothing is seen or done without a trace. A list that refreshes itself is noted when it is opened.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar, cast

from flask import Flask, abort, current_app, g, request
from flask.typing import ResponseReturnValue
from sqlalchemy import Engine

from command_center.staff import logging_in, scope
from command_center.staff.roles import IDLE, Account, Role
from command_center.store.database import reading, writing
from command_center.store.staff import staff_log
from web import browser_id, staff_guard
from web.security import staff

COOKIE = "posko_pusat"
OWN_PAGES = ("log_out", "password", "change_password")
"""What everybody may open who is logged in: the pages of `web.login_pages`."""
_NOTED = "_posko_noted"

View = TypeVar("View", bound=Callable[..., Any])


def allows(*roles: Role) -> Callable[[View], View]:
    """Tag a view as one for these roles only."""

    def tag(view: View) -> View:
        return staff_guard.only(*roles)(staff(view))

    return tag


def noted(view: View) -> View:
    """Tag a view that shows personal data or takes data out: looking at it leaves a trace too."""
    setattr(view, _NOTED, True)
    return view


def account() -> Account:
    """Who is logged in; only inside a request of an `@allows` view."""
    return cast("Account", g.account)


class Guard:
    """The gate before staff pages, and what installs it."""

    def __init__(
        self, engine: Engine, now: Callable[[], datetime], on_stranger: Callable[[], None]
    ) -> None:
        """Call `on_stranger` for each who is to be sent to the log-in."""
        self._engine, self._now, self._on_stranger = engine, now, on_stranger
        self._door = staff_guard.Guard(self._resume, IDLE)

    def install(self, app: Flask) -> None:
        """Check the forms of `app`, keep the trail, and give its templates what they need."""
        browser_id.install(app, COOKIE)
        self._door.install(app)
        app.before_request(self._note)

    def gate(self) -> ResponseReturnValue | None:
        """Let a request pass of somebody logged in whose role may, about a case in scope."""
        refused = self._door.gate()
        if g.get("account") is None:
            self._on_stranger()
        request_id = (request.view_args or {}).get("request_id")
        if refused is None and request_id is not None:
            with reading(self._engine) as connection:
                if not scope.includes(connection, account(), request_id):
                    abort(404)
        return refused

    def begin_session(self, logged_in: Account) -> None:
        """Log an account in under a fresh id, whatever the browser held before."""
        if held := browser_id.held():
            logging_in.log_out(self._engine, held)
        logging_in.open_session(self._engine, logged_in, browser_id.renew(), self._now())

    def end_session(self) -> None:
        """Log out; the browser forgets its id too."""
        logging_in.log_out(self._engine, browser_id.current())
        browser_id.forget()

    def _resume(self, id_: str, is_use: bool) -> Account | None:
        return logging_in.resume(self._engine, id_, self._now(), is_use=is_use)

    def _note(self) -> None:
        """Note what is about to be seen or done; runs when gate and token have let it pass."""
        endpoint = request.endpoint or ""
        if g.get("account") is None or endpoint in OWN_PAGES:
            return
        shows = hasattr(current_app.view_functions.get(endpoint), _NOTED)
        given = request.view_args or {}
        is_repeated = account().role is Role.FEED or (
            staff_guard.is_background() and "request_id" not in given
        )
        if request.method != "POST" and (is_repeated or not shows):
            return
        with writing(self._engine) as connection:
            staff_log.add(
                connection,
                by=account().name,
                what=endpoint,
                request_id=given.get("request_id"),
                subject=", ".join(str(v) for k, v in given.items() if k != "request_id"),
                now=self._now(),
            )


def check(app: Flask) -> None:
    """Raise UntaggedEndpoint unless every staff endpoint says whom it is for."""
    staff_guard.check_roles(app, but=OWN_PAGES)
