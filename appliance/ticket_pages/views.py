"""The pages of a ticket, alike on every face: find it, show it, and say what was just sent.

What a number may reveal is decided by `appliance.domain.cases.progress` alone.
"""

from collections.abc import Callable
from dataclasses import dataclass

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from appliance.actions.cases import photos as taking
from appliance.actions.cases import unlocking
from appliance.domain.cases import self_help
from appliance.domain.cases.marks import Mark
from appliance.domain.cases.progress import PublicStatus, public_status, since_reopened
from appliance.domain.cases.service_request import Kind, Sensitivity, ServiceRequest, StatusEntry
from appliance.domain.cases.ticket_pin import Verdict
from appliance.domain.errors import BadInput
from appliance.domain.ids import Ticket
from appliance.domain.moment import Moment
from appliance.domain.quota import Exceeded
from appliance.store.cases import answers, photos, requests, ticket_pins
from appliance.store.city import city_tables
from appliance.store.officials import official_replies
from appliance.ticket_pages.fresh import Freshness
from appliance.ticket_pages.lookups import Lookups
from web import qr
from web.clients import counted_as
from web.database import db
from web.security import public

TYPED_MAX_CHARS = 40
KECAMATAN = "KECAMATAN"
"""The agency that staff at the desk are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketPages:
    """The views; `portal_url` is what a phone in the hall opens from the QR code."""

    portal_url: str
    now: Callable[[], Moment]
    fresh: Freshness
    lookups: Lookups

    @public
    def ticket(self, number: str) -> ResponseReturnValue:
        """The slip right after sending, else how far the report has come."""
        ticket = _parse(number)
        if ticket is None:
            return _not_found(number)
        token = request.args.get("baru", "")
        is_fresh = self.fresh.holds(ticket, token)
        if not is_fresh and (wait := self.lookups.take(_client(), self.now())):
            return _too_often(number, wait)
        found = requests.by_ticket(db(), ticket)
        if found is None:
            return _not_found(number)
        return self._page(found, is_fresh=is_fresh, is_joined=self.fresh.is_joined(ticket, token))

    @public
    def pin(self, number: str) -> ResponseReturnValue:
        """Ask for the PIN of a ticket; whether it has one is told (and counted) after that."""
        ticket = _parse(number)
        return _not_found(number) if ticket is None else _ask_pin(ticket)

    @public
    def unlock(self, number: str) -> ResponseReturnValue:
        """Show the report and its answers to who knows the PIN; the PIN stays out of addresses."""
        found = self.find(number)
        if not isinstance(found, ServiceRequest):
            return found
        typed = request.form.get("pin", "")[:TYPED_MAX_CHARS]
        verdict = unlocking.unlock(db(), found, typed, self.now())
        if verdict is not Verdict.RIGHT:
            return _ask_pin(found.ticket, problem=verdict or "none"), 403
        return self._page(found, is_unlocked=True)

    def find(self, number: str) -> ServiceRequest | ResponseReturnValue:
        """The request of a number, counted as a look; or the page that says why there is none."""
        ticket = _parse(number)
        if ticket is None:
            return _not_found(number)
        if wait := self.lookups.take(_client(), self.now()):
            return _too_often(number, wait)
        return requests.by_ticket(db(), ticket) or _not_found(number)

    @public
    def status(self) -> ResponseReturnValue:
        """Go to the ticket a person typed; whether it exists is told (and counted) there."""
        typed = request.args.get("tiket", "").rpartition("/tiket/")[2][:TYPED_MAX_CHARS]
        if not typed.strip():
            return render_template("lookup.html", typed="", problem=None)
        ticket = _parse(typed)
        if ticket is None:
            return _not_found(typed)
        return redirect(url_for("ticket", number=ticket.digits), 303)

    def after_sending(
        self, stored: ServiceRequest, *, sent_photo: bool = False, is_joined: bool = False
    ) -> ResponseReturnValue:
        """Send the browser from the form to its ticket, which says whether a photo was kept, and
        whether the report has become an entry of an earlier one."""
        token = self.fresh.token(stored.ticket, is_joined=is_joined)
        page = url_for(
            "ticket",
            number=stored.ticket.digits,
            baru=token,
            foto="1" if sent_photo else None,
        )
        return redirect(page, 303)

    def _page(
        self,
        found: ServiceRequest,
        *,
        is_fresh: bool = False,
        is_joined: bool = False,
        is_unlocked: bool = False,
    ) -> str:
        tables = city_tables.in_force(db())
        is_told = is_fresh and found.sensitivity is not Sensitivity.CONFIDENTIAL
        elsewhere = tables.jurisdiction.destinations.get(found.destination or "")
        return render_template(
            "slip.html" if is_fresh else "ticket.html",
            status=_status(found, is_unlocked=is_unlocked),
            pin=_pin(found),
            may_show_pin=is_fresh and not is_joined,
            elsewhere=elsewhere if is_told else None,
            qr=qr.svg(f"{self.portal_url}/tiket/{found.ticket.digits}"),
            call_first=is_fresh and found.kind is Kind.EMERGENCY,
            hotlines=self_help.hotlines(found.category)[1:],
            advice=self_help.advice(found.category, found) if is_fresh else "",
            is_small=Mark.LOW in found.marks,
            is_question=is_told and found.kind is Kind.INFORMATION,
            is_joined=is_joined,
            keep_safe=is_fresh and found.sensitivity is Sensitivity.CONFIDENTIAL,
            sent_photo=is_fresh and "foto" in request.args,
            may_add_photo=((is_fresh and not is_joined) or is_unlocked)
            and taking.takes_one(db(), found, self.now()),
            has_photo=is_fresh and photos.state_of(db(), found.id) is not None,
        )


def _pin(found: ServiceRequest) -> str:
    """The PIN that opens a request; empty where none does."""
    known = ticket_pins.of(db(), found.id)
    is_secret = found.sensitivity is Sensitivity.CONFIDENTIAL
    return "" if known is None or is_secret else known.pin


def _status(found: ServiceRequest, *, is_unlocked: bool) -> PublicStatus:
    history = [*requests.history(db(), found.id), *_answered(found)]
    begun_at = since_reopened(history)[0].at
    answered_at = official_replies.first_since(db(), found.id, begun_at)
    named = city_tables.in_force(db()).agency_name
    return public_status(found, history, named, answered_at=answered_at, is_unlocked=is_unlocked)


def _answered(found: ServiceRequest) -> list[StatusEntry]:
    """What staff of the kecamatan have answered to a question, as a message beside the city's."""
    given = answers.of(db(), found.id)
    if given is None:
        return []
    entry = StatusEntry(status=found.status, message=given.text, agency=KECAMATAN, at=given.at)
    return [entry]


def _parse(typed: str) -> Ticket | None:
    try:
        return Ticket.parse(typed)
    except BadInput:
        return None


def _client() -> str | None:
    return counted_as(request.remote_addr)


def _ask_pin(ticket: Ticket, problem: str = "") -> str:
    return render_template("pin.html", number=ticket.digits, problem=problem)


def _not_found(typed: str) -> ResponseReturnValue:
    return render_template("lookup.html", typed=typed[:TYPED_MAX_CHARS], problem="unknown"), 404


def _too_often(typed: str, wait: Exceeded) -> ResponseReturnValue:
    page = render_template(
        "lookup.html", typed=typed, problem="too_often", wait_minutes=-(-wait.retry_after_s // 60)
    )
    return page, 429, {"Retry-After": str(wait.retry_after_s)}
