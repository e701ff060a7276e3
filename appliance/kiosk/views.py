"""The kiosk's pages: parse -> dialog.step -> render; at the end, one action.

Deliberately keeps nothing between two pages: the conversation travels in hidden fields.
"""

from collections.abc import Callable
from dataclasses import dataclass

from flask import abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from appliance.actions.intake import Refused, receive
from appliance.domain.errors import BadInput
from appliance.domain.ids import Ticket
from appliance.domain.moment import Moment
from appliance.domain.reference import agency_name, kelurahan_of
from appliance.domain.service_request import Kind, Sensitivity, ServiceRequest
from appliance.kiosk import dialog, forms
from appliance.kiosk.dialog import Begin, State, Step
from appliance.runtime.settings import Site
from appliance.store import requests
from web import qr
from web.database import db
from web.i18n import switched_language
from web.progress import public_status
from web.security import public

TICKET_DIGITS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Pages:
    """The views of one kecamatan's kiosk."""

    site: Site
    portal_url: str
    now: Callable[[], Moment]
    new_id: Callable[[], str]

    @public
    def home(self) -> ResponseReturnValue:
        """The idle screen; nobody's data is on it."""
        return render_template("start.html")

    @public
    def report(self) -> ResponseReturnValue:
        """Begin a conversation."""
        return self._screen(dialog.step(State(), Begin(self.new_id())))

    @public
    def answer(self) -> ResponseReturnValue:
        """One step of the conversation, forth or back."""
        codes = [kelurahan.code for kelurahan in kelurahan_of(self.site.site_code)]
        state = forms.parse_state(request.form, codes)
        event = forms.parse_event(request.form, codes)
        if event is not None and not switched_language():
            state = dialog.step(state, event)
        if state.step is Step.SEND:
            return self._send(state)
        return self._screen(state)

    @public
    def emergency(self) -> ResponseReturnValue:
        """112 at once; nothing is asked."""
        return render_template("emergency.html")

    @public
    def status(self) -> ResponseReturnValue:
        """Find a ticket with the number pad."""
        typed = request.args.get("tiket", "")[:40]
        if "key" in request.args:
            number = dialog.press(typed, request.args["key"])[:TICKET_DIGITS]
            return render_template("lookup.html", typed=number, problem=None)
        if not typed.strip():
            return render_template("lookup.html", typed="", problem=None)
        found = _find(typed)
        if found is None:
            return render_template("lookup.html", typed=typed, problem="unknown"), 404
        return redirect(url_for("ticket", number=found.ticket.digits), 303)

    @public
    def ticket(self, number: str) -> ResponseReturnValue:
        """The slip after sending (`?baru=1`), or how far a report has come."""
        found = _find(number)
        if found is None:
            return render_template("lookup.html", typed=number[:40], problem="unknown"), 404
        status = public_status(found, requests.history(db(), found.id), agency_name)
        return render_template(
            "slip.html" if "baru" in request.args else "ticket.html",
            status=status,
            qr=qr.svg(f"{self.portal_url}/tiket/{found.ticket.digits}"),
            call_first="darurat" in request.args,
            keep_safe="rahasia" in request.args,
        )

    def _send(self, state: State) -> ResponseReturnValue:
        outcome = receive(db(), dialog.draft(state), self.now(), self.new_id)
        if isinstance(outcome, Refused):
            abort(429)
        stored = outcome.request
        urgent = "1" if stored.kind is Kind.EMERGENCY else None
        secret = "1" if stored.sensitivity is Sensitivity.CONFIDENTIAL else None
        number = stored.ticket.digits
        address = url_for("ticket", number=number, baru="1", darurat=urgent, rahasia=secret)
        return redirect(address, 303)

    def _screen(self, state: State) -> ResponseReturnValue:
        if state.step is Step.START:
            return redirect(url_for("home"), 303)
        return render_template(
            f"step_{state.step}.html",
            state=state,
            kelurahan=kelurahan_of(self.site.site_code),
        )


def _find(typed: str) -> ServiceRequest | None:
    try:
        ticket = Ticket.parse(typed)
    except BadInput:
        return None
    return requests.by_ticket(db(), ticket)
