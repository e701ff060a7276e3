"""Who waits at the kiosk for an officer, and who goes there."""

from collections.abc import Callable

from flask import Flask, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from appliance.actions.cases import helping
from appliance.actions.staff import auditing
from appliance.desk.guard import account
from appliance.domain.moment import Moment
from appliance.store.cases import help_calls
from web.database import db
from web.security import staff


def add_kiosk(app: Flask, now: Callable[[], Moment]) -> None:
    """Add the page."""

    @staff
    def calls() -> ResponseReturnValue:
        return render_template("desk/kiosk.html", since=help_calls.open_since(db()))

    @staff
    def answer() -> ResponseReturnValue:
        by = account().name
        if helping.answer(db(), now(), by=by):
            auditing.viewed(db(), by=by, what="kiosk_call", subject="kiosk", now=now())
        return redirect(url_for("kiosk_calls"), 303)

    app.add_url_rule("/kios", "kiosk_calls", calls)
    app.add_url_rule("/kios", "kiosk_answer", answer, methods=["POST"])
