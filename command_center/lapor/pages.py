"""What officers see and do of the bridge: its page, and its card on the page of a case."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from flask import Flask, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Engine

from appliance.domain.errors import BadInput
from command_center.cases import casework
from command_center.lapor import sending, words
from command_center.staff.guard import account, allows
from command_center.staff.roles import Role
from command_center.store.cases import requests
from command_center.store.cases.requests import CityRequest
from command_center.store.database import reading, writing
from command_center.store.lapor import lapor_intake, lapor_links, lapor_outbox
from command_center.store.lapor.lapor_links import LaporLink
from command_center.store.lapor.lapor_outbox import Entry

SHOWN = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """What the page of a case says of LAPOR!."""

    link: LaporLink | None
    waiting: list[Entry]
    why_not: str
    """Why it cannot be given to LAPOR!."""
    is_on: bool


class LaporPages:
    """The views, with what they need at hand."""

    def __init__(
        self,
        engine: Engine,
        *,
        now: Callable[[], datetime],
        detail: Callable[[str, str], str],
        is_on: bool,
    ) -> None:
        self._engine, self._now, self._detail, self._is_on = engine, now, detail, is_on

    def add(self, app: Flask) -> None:
        """Register them, and what templates need."""
        app.add_url_rule("/lapor", "lapor", self.overview)
        app.add_url_rule("/lapor/<int:entry_id>", "lapor_settle", self.settle, methods=["POST"])
        case = "/permohonan/<request_id>"
        app.add_url_rule(f"{case}/lapor", "lapor_send", self.send, methods=["POST"])
        app.jinja_env.globals["lapor_card"] = self.card
        app.jinja_env.filters["tracking"] = words.spoken

    @allows(Role.VERIFIKATOR, Role.AUDITOR, Role.ADMIN)
    def overview(self) -> ResponseReturnValue:
        """How the bridge is; with a tracking id, the request that has it."""
        typed = request.args.get("nomor", "")[:40]
        with reading(self._engine) as connection:
            link = lapor_links.tracked(connection, words.tracking(typed) or "")
            if link is not None:
                return redirect(url_for("show", request_id=link.request_id), 303)
            unsent = lapor_outbox.unsent(connection, SHOWN)
            tickets = requests.tickets_of(connection, {e.request_id for e in unsent})
            content = {
                "state": lapor_intake.state(connection),
                "left_out": lapor_intake.left_out(connection, SHOWN),
                "waiting": lapor_outbox.count(connection, lapor_outbox.WAITING),
                "failed": lapor_outbox.count(connection, lapor_outbox.FAILED),
            }
        return render_template(
            "lapor.html",
            typed=typed,
            unsent=unsent,
            tickets=tickets,
            is_on=self._is_on,
            now=self._now(),
            **content,
        )

    @allows(Role.VERIFIKATOR, Role.ADMIN)
    def settle(self, entry_id: int) -> ResponseReturnValue:
        """Try something again, or give it up."""
        with writing(self._engine) as connection:
            match request.form.get("do", ""):
                case "again":
                    lapor_outbox.again(connection, entry_id, self._now())
                case "drop":
                    lapor_outbox.drop(connection, entry_id)
                case _:
                    abort(400)
        return redirect(url_for("lapor"), 303)

    @allows(Role.VERIFIKATOR)
    def send(self, request_id: str) -> ResponseReturnValue:
        """An officer gives a case to LAPOR!."""
        try:
            sending.queue(
                self._engine,
                request_id,
                is_anonymous=request.form.get("with_name", "") != "1",
                is_sure=request.form.get("sure", "") == "1",
                by=account().name,
                now=self._now(),
            )
        except casework.UnknownRequest:
            abort(404)
        except BadInput as error:
            return self._detail(request_id, casework.refusal(error)), 409
        return redirect(url_for("show", request_id=request_id), 303)

    def card(self, case: CityRequest) -> Card:
        """What the page of a case says."""
        with reading(self._engine) as connection:
            return Card(
                link=lapor_links.of(connection, case.request_id),
                waiting=lapor_outbox.unsent(connection, SHOWN, case.request_id),
                why_not=sending.why_not(connection, case),
                is_on=self._is_on,
            )
