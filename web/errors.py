"""Error pages in the look of the face, in words that tell what to do next.

Knows status codes and the template `error.html`. Does not log: waitress and Flask log crashes.
"""

from flask import Flask, make_response, render_template
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException, InternalServerError

RETRY_AFTER_S = 60
CODES = (400, 403, 404, 405, 413, 429, 500)
"""Every other code is shown with the words of its class: 400 or 500."""


def install(app: Flask) -> None:
    """Answer every HTTP error of `app` with a page; a crash is a plain 500 without details."""
    app.register_error_handler(HTTPException, error_page)
    app.register_error_handler(InternalServerError, error_page)


def try_again(_error: Exception) -> ResponseReturnValue:
    """Something cannot be used for the moment: nothing was stored, and the page says so."""
    page = make_response(render_template("error.html", code=503), 503)
    page.headers["Retry-After"] = str(RETRY_AFTER_S)
    return page


def error_page(error: HTTPException) -> ResponseReturnValue:
    """Render one error; redirects raised as exceptions pass through."""
    code = error.code or 500
    if code < 400:
        return error.get_response()
    shown = code if code in CODES else 400 if code < 500 else 500
    response = make_response(render_template("error.html", code=shown), code)
    if code == 405 and (allowed := getattr(error, "valid_methods", None)):
        response.headers["Allow"] = ", ".join(sorted(allowed))
    return response
