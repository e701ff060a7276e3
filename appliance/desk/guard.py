"""Who may see what at the desk: roles of pages, and the sessions of their browsers."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

from flask import Flask, g

from appliance.actions.staff import logging_in
from appliance.domain.moment import Moment
from appliance.domain.staff.accounts import IDLE, Account, Role
from web import browser_id, staff_guard
from web.database import db

COOKIE = "posko_desk"

View = TypeVar("View", bound=Callable[..., Any])


def needs(*roles: Role) -> Callable[[View], View]:
    """Tag a `@staff` view as one of these roles only; without the tag every role may open it."""
    return staff_guard.only(*roles)


def account() -> Account:
    """Who is logged in; only inside a request of a `@staff` view."""
    return cast("Account", g.account)


def begin_session(logged_in: Account, now: Moment) -> None:
    """Log an account in under a fresh id, whatever the browser held before."""
    if held := browser_id.held():
        logging_in.log_out(db(), held)
    logging_in.open_session(db(), logged_in, browser_id.renew(), now)


def end_session() -> None:
    """Log out; the browser forgets its id too."""
    logging_in.log_out(db(), browser_id.current())
    browser_id.forget()


def guard(now: Callable[[], Moment]) -> staff_guard.Guard:
    """The gate before the desk's pages."""
    return staff_guard.Guard(lambda id_, _is_use: logging_in.resume(db(), id_, now()), IDLE)


def install(app: Flask, gate: staff_guard.Guard) -> None:
    """Put it up, with the check of forms."""
    browser_id.install(app, COOKIE)
    gate.install(app)
