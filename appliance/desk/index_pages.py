"""The first page after the log-in."""

from collections.abc import Callable

from flask import Flask, render_template
from flask.typing import ResponseReturnValue

from appliance.domain.moment import Moment
from appliance.runtime.settings import Settings
from web.security import staff


def add_index(
    app: Flask, _settings: Settings, _now: Callable[[], Moment], _new_id: Callable[[], str]
) -> None:
    """Add the page."""
    app.add_url_rule("/", "index", _index)


@staff
def _index() -> ResponseReturnValue:
    return render_template("desk/index.html")
