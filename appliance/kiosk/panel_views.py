"""How the pages hear of the panel's buttons."""

from flask import Flask, request
from flask.typing import ResponseReturnValue

from appliance.kiosk.panel_news import PanelNews
from web.security import public

_SEEN_MAX_CHARS = 20


def add_panel(app: Flask, news: PanelNews) -> None:
    """Add `/panel`, which answers when a button was pressed, and let the pages ask it."""

    @public
    def panel() -> ResponseReturnValue:
        latest = news.after(request.args.get("seen", "")[:_SEEN_MAX_CHARS])
        return {
            "state": str(latest),
            "starts": latest.starts,
            "is_help_called": latest.is_help_called,
        }

    def note_touch() -> None:
        if request.endpoint not in ("panel", "beat", "beat_age"):
            news.touched()

    app.add_url_rule("/panel", "panel", panel)
    app.before_request(note_touch)
    app.jinja_env.globals["panel_news"] = news
