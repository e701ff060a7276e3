"""The first page after the log-in."""

from flask import Flask, render_template
from flask.typing import ResponseReturnValue

from web.security import staff


def add_index(app: Flask) -> None:
    """Add the page."""
    app.add_url_rule("/", "index", _index)


@staff
def _index() -> ResponseReturnValue:
    return render_template("desk/index.html")
