"""Which browser sent a request: one random id in a cookie, and form tokens made of it.

Before a log-in the id opens nothing and only ties forms to this browser; a log-in replaces it.
Does not know accounts.
"""

import hashlib
import hmac
import secrets
from typing import cast

from flask import Flask, Response, abort, current_app, g, request
from markupsafe import Markup

from web.security import is_keyed

FIELD = "csrf"
ID_MAX_CHARS = 64
_ID_BYTES = 32
_COOKIE = "posko_cookie"


def install(app: Flask, cookie: str) -> None:
    """Check the forms of `app`, and give its templates `csrf_field`."""
    app.extensions[_COOKIE] = cookie
    app.before_request(_refuse_forged)
    app.after_request(_set_cookie)
    app.jinja_env.globals["csrf_field"] = csrf_field


def current() -> str:
    """The id of the browser that asks; a new one where it has none."""
    if "browser_id" not in g:
        g.browser_id = held() or _fresh()
    return cast("str", g.browser_id)


def held() -> str:
    """What the browser sent as its id, or another program as its token; may be empty."""
    sent = request.authorization
    if sent is not None and sent.type == "bearer":
        return (sent.token or "")[:ID_MAX_CHARS]
    return request.cookies.get(_cookie(), "")[:ID_MAX_CHARS]


def renew() -> str:
    """Give the browser a fresh id, whatever it held before, and return it."""
    g.browser_id = _fresh()
    return cast("str", g.browser_id)


def forget() -> None:
    """Let the browser forget its id."""
    g.forgets_browser_id = True


def csrf_field() -> Markup:
    """The hidden field that every form which changes something carries."""
    return Markup('<input type="hidden" name="{}" value="{}">').format(FIELD, token(current()))


def token(browser_id: str) -> str:
    """What the forms of one browser carry, and no other page can know."""
    return hmac.new(browser_id.encode(), b"form of the desk", hashlib.sha256).hexdigest()


def _fresh() -> str:
    g.new_browser_id = secrets.token_urlsafe(_ID_BYTES)
    return cast("str", g.new_browser_id)


def _refuse_forged() -> None:
    """403 for a form that is not of a page this browser was given."""
    if request.method != "POST" or is_keyed(request):
        return
    sent = request.form.get(FIELD, "")
    if not held() or not hmac.compare_digest(sent.encode(), token(held()).encode()):
        abort(403)


def _set_cookie(response: Response) -> Response:
    if g.get("forgets_browser_id"):
        response.delete_cookie(_cookie(), httponly=True, samesite="Strict")
    elif "new_browser_id" in g:
        response.set_cookie(
            _cookie(),
            g.new_browser_id,
            httponly=True,
            samesite="Strict",
            secure=request.is_secure,
        )
    return response


def _cookie() -> str:
    return cast("str", current_app.extensions[_COOKIE])
