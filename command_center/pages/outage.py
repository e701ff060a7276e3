"""What is answered while the database cannot be used: nothing was stored, and all will be well."""

import logging

from flask import Flask, make_response, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import OperationalError

log = logging.getLogger(__name__)

RETRY_AFTER_S = 10


def install(app: Flask) -> None:
    """Answer so whatever page the database refuses."""
    app.register_error_handler(OperationalError, unavailable)


def unavailable(error: OperationalError) -> ResponseReturnValue:
    """A page for people; the log says what the database has said."""
    said = " ".join(str(error.orig).split())
    log.error("database refuses; a page is not answered reason=%s", said)
    page = make_response(render_template("outage.html"), 503)
    page.headers["Retry-After"] = str(RETRY_AFTER_S)
    return page
