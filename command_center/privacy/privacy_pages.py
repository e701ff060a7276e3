"""Pages about personal data: wishes that the law gives 72 hours for, and erasing."""

from collections.abc import Callable
from datetime import datetime

from flask import Flask, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Engine

from command_center.privacy import erasing
from command_center.privacy.answering import answer
from command_center.staff.guard import account, allows
from command_center.staff.roles import Role
from command_center.store.cases import requests
from command_center.store.database import reading, writing
from command_center.store.privacy import erasures
from command_center.store.receiving import follow_ups


class PrivacyPages:
    """The views, with what they need at hand."""

    def __init__(
        self, engine: Engine, *, now: Callable[[], datetime], on_change: Callable[[], None]
    ) -> None:
        self._engine, self._now, self._on_change = engine, now, on_change

    def add(self, app: Flask) -> None:
        """Register them."""
        case = "/permohonan/<request_id>"
        app.add_url_rule("/data-pribadi", "wishes", self.wishes)
        app.add_url_rule("/data-pribadi/<wish_id>", "answer", self.answer, methods=["POST"])
        app.add_url_rule(f"{case}/hapus", "erase", self.erase, methods=["GET", "POST"])

    @allows(Role.VERIFIKATOR, Role.AUDITOR)
    def wishes(self) -> ResponseReturnValue:
        """What waits for an answer, the most pressing first, and boxes that have yet to erase."""
        with reading(self._engine) as connection:
            due = [
                (wish, requests.by_id(connection, wish.request_id))
                for wish in follow_ups.due(connection)
            ]
            waiting = [
                requests.by_id(connection, request_id)
                for request_id in erasures.unconfirmed(connection)
            ]
        return render_template(
            "wishes.html", due=due, waiting=[case for case in waiting if case], now=self._now()
        )

    @allows(Role.VERIFIKATOR)
    def answer(self, wish_id: str) -> ResponseReturnValue:
        """An officer has answered a wish."""
        with writing(self._engine) as connection:
            answer(connection, wish_id, by=account().name, now=self._now())
        return redirect(url_for("wishes"), code=303)

    @allows(Role.VERIFIKATOR)
    def erase(self, request_id: str) -> ResponseReturnValue:
        """Ask whether, then erase here and at the box."""
        with reading(self._engine) as connection:
            found = requests.by_id(connection, request_id)
        if found is None:
            abort(404)
        if request.method == "POST" and request.form.get("sure") == "yes":
            erasing.order(self._engine, request_id, by=account().name, now=self._now())
            self._on_change()
            return redirect(url_for("show", request_id=request_id), code=303)
        return render_template("erase.html", case=found)
