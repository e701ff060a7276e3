"""What every face refuses, and what it tells browsers to refuse.

Knows HTTP only. Does not know who is staff (a gate is handed in) nor who asks how often (quota is
the domain's). Cookies are no basis: captive mini-browsers forget them.
"""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

from flask import Flask, Request, Response, abort, current_app, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import BadRequest

from web.bodies import BODY_MAX_BYTES, cut

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

STATIC_CACHE_S = 365 * 24 * 3600
"""Static addresses carry a fingerprint, so a year is safe."""

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; "
        "frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Not `no-referrer`: under that policy browsers send `Origin: null` with our own forms
    # (Fetch standard, "append a request Origin header"), which no check could tell from a foe's.
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}

_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_AUDIENCE = "_posko_audience"
_BODY_MAX = "_posko_body_max"
_KEYED = "_posko_keyed"

StaffGate = Callable[[], ResponseReturnValue | None]
View = TypeVar("View", bound=Callable[..., Any])


class UntaggedEndpoint(RuntimeError):
    """An endpoint does not say whom it is for; the app must not start."""


def public(view: View) -> View:
    """Tag a view as open to anyone on the network."""
    setattr(view, _AUDIENCE, "public")
    return view


def staff(view: View) -> View:
    """Tag a view as open to those whom the staff gate lets pass."""
    setattr(view, _AUDIENCE, "staff")
    return view


def keyed(view: View) -> View:
    """Tag a view that does nothing without a secret in the body: no page of others can send it, so
    where a request comes from says nothing."""
    setattr(view, _KEYED, True)
    return view


def accepts_body(max_bytes: int) -> Callable[[View], View]:
    """Tag a view that takes larger bodies than others, such as photos."""

    def tag(view: View) -> View:
        setattr(view, _BODY_MAX, max_bytes)
        return view

    return tag


def install(app: Flask, staff_gate: StaffGate | None) -> None:
    """Put the checks before, and the headers after, every request of `app`."""
    app.config["MAX_CONTENT_LENGTH"] = BODY_MAX_BYTES
    app.extensions["posko_staff_gate"] = staff_gate
    app.wsgi_app = _only_for_hosts(app.wsgi_app)  # type: ignore[assignment, method-assign]
    app.before_request(refuse_oversized)
    app.before_request(refuse_foreign)
    app.before_request(_ask_staff_gate)
    app.after_request(add_headers)


def check_endpoints(app: Flask) -> None:
    """Raise UntaggedEndpoint unless every endpoint is tagged and staff pages have a gate."""
    audiences = {
        endpoint: getattr(view, _AUDIENCE, None)
        for endpoint, view in app.view_functions.items()
        if not _is_static(endpoint)
    }
    if untagged := sorted(name for name, audience in audiences.items() if audience is None):
        raise UntaggedEndpoint(f"tag with @public or @staff: {', '.join(untagged)}")
    if "staff" in audiences.values() and app.extensions["posko_staff_gate"] is None:
        raise UntaggedEndpoint("there are @staff endpoints, but new_app() got no staff_gate")


def refuse_oversized() -> None:
    """413 before anything reads the body; a view that takes large ones looks after those cut."""
    view = current_app.view_functions.get(request.endpoint or "")
    max_bytes: int = getattr(view, _BODY_MAX, BODY_MAX_BYTES)
    request.max_content_length = max_bytes
    is_cut = cut(request) is not None and not hasattr(view, _BODY_MAX)
    if is_cut or (request.content_length or 0) > max_bytes:
        abort(413)


def refuse_foreign() -> None:
    """403 for a state-changing request that another site's page sent."""
    if is_keyed(request) or request.method in _SAFE_METHODS:
        return
    if not is_same_origin(request):
        abort(403)


def is_keyed(sent: Request) -> bool:
    """Whether the view that this is for is tagged `@keyed`."""
    return hasattr(current_app.view_functions.get(sent.endpoint or ""), _KEYED)


def own_path(typed: str) -> str:
    """A page of this face to go to; empty for any other address."""
    is_ours = typed.startswith("/") and not typed.startswith(("//", "/\\"))
    return typed if is_ours and typed.isprintable() else ""


def is_same_origin(sent: Request) -> bool:
    """Tell whether our own page sent this, as far as the browser says.

    `Sec-Fetch-Site` decides where present (secure contexts only); else `Origin` must name the host
    asked for. A client that sends neither is too old to be steered by a page, or no browser.
    """
    site = sent.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = sent.headers.get("Origin")
    if origin is None:
        return True
    try:
        return urlsplit(origin).netloc.lower() == sent.host.lower()
    except ValueError:
        return False


def add_headers(response: Response) -> Response:
    """Set the headers every answer carries; pages are never kept, static files long."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if response.status_code == 200 and _is_static(request.endpoint or ""):
        response.headers["Cache-Control"] = f"public, max-age={STATIC_CACHE_S}, immutable"
    else:
        response.headers.setdefault("Cache-Control", "no-store")
    return response


def _only_for_hosts(wsgi: "WSGIApplication") -> "WSGIApplication":
    """400 for a `Host` that is no name: routing would crash on it (werkzeug encodes it as IDNA)."""

    def checked(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        try:
            environ.get("HTTP_HOST", "").partition(":")[0].encode("idna")
        except UnicodeError:
            return BadRequest()(environ, start_response)
        return wsgi(environ, start_response)

    return checked


def _ask_staff_gate() -> ResponseReturnValue | None:
    view = current_app.view_functions.get(request.endpoint or "")
    if not is_for_staff(view):
        return None
    gate: StaffGate = current_app.extensions["posko_staff_gate"]
    return gate()


def is_for_staff(view: object) -> bool:
    """Whether a view is tagged `@staff`."""
    return getattr(view, _AUDIENCE, None) == "staff"


def _is_static(endpoint: str) -> bool:
    return endpoint == "static" or endpoint.endswith(".static")
