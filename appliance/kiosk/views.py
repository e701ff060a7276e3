"""The kiosk's pages: parse -> dialog.step -> render; at the end, one action.

Deliberately keeps nothing between two pages: the conversation travels in hidden fields.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from flask import Response, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from appliance.actions.cases import helping, recordings
from appliance.actions.cases.intake import Receipt, Refused, receive
from appliance.actions.cases.recordings import StagedRecording
from appliance.domain.cases import recording, self_help
from appliance.domain.cases.service_request import Kind, Sensitivity
from appliance.domain.cases.ticket_pin import PIN_DIGITS
from appliance.domain.errors import BadInput
from appliance.domain.ids import Ticket
from appliance.domain.moment import Moment
from appliance.domain.reference import kelurahan_of
from appliance.domain.triage.judgement import classify
from appliance.domain.triage.verdict import Triage
from appliance.kiosk import dialog, forms, screen_size
from appliance.kiosk.screens import Alarm, Assist, Begin, Event, State, Step
from appliance.kiosk.slips import Slips
from appliance.runtime.settings import Site
from appliance.ticket_pages.notices import announcements
from appliance.ticket_pages.report_cards import ReportCards
from appliance.ticket_pages.views import TYPED_MAX_CHARS, TicketPages
from web import bodies, qr
from web.database import db
from web.i18n import language
from web.security import accepts_body, public

TICKET_DIGITS = 8
FORM_MAX_BYTES = recording.MAX_BYTES + bodies.BODY_MAX_BYTES
"""The longest recording, and everything that is typed."""
HOME = "/"
"""Without the language of whoever was here before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pages:
    """The views of one kecamatan's kiosk."""

    site: Site
    tickets: TicketPages
    now: Callable[[], Moment]
    new_id: Callable[[], str]
    new_pin: Callable[[], str]
    slips: Slips | None = None
    screen_mm: int | None = None
    report_cards: ReportCards

    @public
    def home(self) -> ResponseReturnValue:
        """The idle screen; nobody's data is on it."""
        now = self.now()
        card = self.report_cards.summary(now)
        return render_template("start.html", announcements=announcements(now.wall), card=card)

    @public
    def screen_style(self) -> ResponseReturnValue:
        """How large things are on this screen."""
        return Response(screen_size.style(self.screen_mm), mimetype="text/css")

    @public
    def report(self) -> ResponseReturnValue:
        """Begin a conversation."""
        return self._screen(dialog.step(State(), Begin(self.new_id())))

    @public
    @accepts_body(FORM_MAX_BYTES)
    def answer(self) -> ResponseReturnValue:
        """One step of the conversation, forth or back."""
        codes = [kelurahan.code for kelurahan in kelurahan_of(self.site.site_code)]
        state = forms.parse_state(request.form, codes)
        state = _judged(state, classify(state.text))
        event = self._called(state) or forms.parse_event(request.form, codes)
        if event is not None:
            state = dialog.step(state, event)
        if state.step is Step.SEND:
            return self._send(state)
        return self._screen(state)

    @public
    def emergency(self) -> ResponseReturnValue:
        """112 at once; nothing is asked."""
        return self._screen(dialog.step(State(), Alarm()))

    @public
    def status(self) -> ResponseReturnValue:
        """Find a ticket with the number pad."""
        if "key" not in request.args:
            return self.tickets.status()
        typed = request.args.get("tiket", "")[:TYPED_MAX_CHARS]
        number = dialog.press(typed, request.args["key"])[:TICKET_DIGITS]
        return render_template("lookup.html", typed=number, problem=None)

    @public
    def pin_key(self, number: str) -> ResponseReturnValue:
        """One touch of the pad on the screen that asks for a PIN."""
        typed = dialog.press(request.form.get("pin", ""), request.form.get("key", ""))
        return render_template("pin.html", number=number[:TICKET_DIGITS], typed=typed[:PIN_DIGITS])

    @public
    def print_again(self) -> ResponseReturnValue:
        """Another copy of the slip, for whoever has just sent the report and got none."""
        number, token = request.form.get("tiket", ""), request.form.get("baru", "")
        try:
            ticket = Ticket(number)
            copy = int(request.form.get("copy", "")[:2])
        except (BadInput, ValueError):
            abort(400)
        if self.slips and self.tickets.fresh.holds(ticket, token):
            is_joined = self.tickets.fresh.is_joined(ticket, token)
            self.slips.again(ticket, copy, shows_pin=not is_joined)
        return redirect(url_for("ticket", number=ticket.digits, baru=token), 303)

    def _called(self, state: State) -> Event | None:
        """Call an officer, where the screen has the button for it and it was pressed."""
        if forms.calls_officer(request.form) and (state.step, Assist) in dialog.TABLE:
            return Assist(str(helping.call(db(), self.now())))
        return None

    def _send(self, state: State) -> ResponseReturnValue:
        outcome = self._receive(state)
        if isinstance(outcome, Refused):
            abort(429)
        if state.call:
            helping.assisted(db(), int(state.call), outcome.request.id, self.now())
        if self.slips:
            self.slips.queue(outcome.request, shows_pin=not outcome.is_joined)
        return self.tickets.after_sending(outcome.request, is_joined=outcome.is_joined)

    def _receive(self, state: State) -> Receipt | Refused:
        """Take the report in, whatever has become of its recording."""
        voice = _staged_voice(state)
        draft = dialog.draft(
            state, language=language(), pin=self.new_pin(), has_voice=voice is not None
        )
        try:
            return receive(db(), draft, self.now(), voice=voice)
        finally:
            if voice is not None:
                recordings.discard(db(), voice)

    def _screen(self, state: State) -> ResponseReturnValue:
        if state.step is Step.START:
            return redirect(HOME, 303)
        triage = classify(state.text)
        return render_template(
            f"step_{state.step}.html",
            state=_judged(state, triage),
            kelurahan=kelurahan_of(self.site.site_code),
            hotlines=_hotlines(triage),
            qr=qr.svg(f"{self.tickets.portal_url}/lapor") if state.step is Step.PRIVATE else "",
        )


def _staged_voice(state: State) -> StagedRecording | None:
    """The recording that came with the last screen, on disk; None if none did, or no whole one."""
    sent = request.files.get("recording")
    if not state.recorded or sent is None or bodies.cut(request):
        return None
    content = sent.read(recording.MAX_BYTES + 1)
    if not recording.is_one(content):
        return None
    return recordings.stage(db(), content, int(state.recorded))


def _judged(state: State, triage: Triage) -> State:
    is_secret = triage.sensitivity is Sensitivity.CONFIDENTIAL
    return replace(state, is_secret=bool(state.text) and is_secret)


def _hotlines(triage: Triage) -> tuple[str, ...]:
    """Whom to call before anything else is asked; nobody where the words tell of no danger."""
    return self_help.hotlines(triage.category) if triage.kind is Kind.EMERGENCY else ()
