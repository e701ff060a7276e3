"""The portal's pages: parse -> action -> render.

Deliberately knows no SQL and no rule about requests; what a ticket number may reveal is decided
by web.progress alone.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import ip_address

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from appliance.actions.intake import Receipt, Refused, receive
from appliance.domain.errors import BadInput
from appliance.domain.ids import Ticket
from appliance.domain.moment import Moment
from appliance.domain.quota import Quota
from appliance.domain.reference import agency_name, kelurahan_of
from appliance.domain.service_request import Kind, Sensitivity, ServiceRequest
from appliance.runtime.settings import Site
from appliance.store import requests
from captive_portal.forms import FIELDS, FieldError, parse_report, parse_submission_id
from web import qr
from web.database import db
from web.i18n import switched_language
from web.progress import public_status
from web.security import public


@dataclass(frozen=True, slots=True, kw_only=True)
class Pages:
    """The views of one kecamatan's portal."""

    site: Site
    limit: Quota
    now: Callable[[], Moment]
    new_id: Callable[[], str]

    @public
    def home(self) -> ResponseReturnValue:
        """The way in: report, look up, call."""
        return render_template("home.html")

    @public
    def report(self) -> ResponseReturnValue:
        """The empty form, with an id of its own."""
        return self._form({})

    @public
    def submit(self) -> ResponseReturnValue:
        """Take the form in, and go to the ticket; anything wrong shows the form again."""
        if switched_language():
            return self._form(request.form)
        codes = [kelurahan.code for kelurahan in kelurahan_of(self.site.site_code)]
        draft = parse_report(request.form, codes, spare_id=self.new_id())
        if isinstance(draft, list):
            return self._form(request.form, mistakes=draft), 400
        origin = _origin(request.remote_addr)
        outcome = receive(db(), draft, self.now(), self.new_id, origin=origin, limit=self.limit)
        if isinstance(outcome, Refused):
            page = self._form(request.form, wait_minutes=-(-outcome.retry_after_s // 60))
            return page, 429, {"Retry-After": str(outcome.retry_after_s)}
        return redirect(_ticket_address(outcome), 303)

    @public
    def ticket(self, number: str) -> ResponseReturnValue:
        """How far a report has come; `?baru=1` right after it was sent."""
        found = _find(number)
        if found is None:
            return render_template("lookup.html", typed=number[:40], problem="unknown"), 404
        status = public_status(found, requests.history(db(), found.id), agency_name)
        address = url_for("ticket", number=found.ticket.digits, lang=None, _external=True)
        return render_template(
            "ticket.html",
            status=status,
            qr=qr.svg(address),
            address=address,
            is_new="baru" in request.args,
            call_first="darurat" in request.args,
            keep_safe="rahasia" in request.args,
        )

    @public
    def status(self) -> ResponseReturnValue:
        """Find a ticket by what a person typed."""
        typed = request.args.get("tiket", "")[:40]
        if not typed.strip():
            return render_template("lookup.html", typed="", problem=None)
        found = _find(typed)
        if found is None:
            return render_template("lookup.html", typed=typed, problem="unknown"), 404
        return redirect(url_for("ticket", number=found.ticket.digits), 303)

    def _form(
        self,
        typed: Mapping[str, str],
        *,
        mistakes: Sequence[FieldError] = (),
        wait_minutes: int = 0,
    ) -> str:
        values = {field: typed.get(field, "") for field in FIELDS}
        if parse_submission_id(values["submission_id"]) is None:
            values["submission_id"] = self.new_id()
        return render_template(
            "report.html",
            values=values,
            mistakes={mistake.field: mistake.code for mistake in mistakes},
            kelurahan=kelurahan_of(self.site.site_code),
            wait_minutes=wait_minutes,
        )


def _ticket_address(receipt: Receipt) -> str:
    # What the page says at first travels in the address: a number alone must not reveal that its
    # report is an emergency, or why it is confidential.
    urgent = "1" if receipt.request.kind is Kind.EMERGENCY else None
    secret = "1" if receipt.request.sensitivity is Sensitivity.CONFIDENTIAL else None
    number = receipt.request.ticket.digits
    return url_for("ticket", number=number, baru="1", darurat=urgent, rahasia=secret)


def _origin(address: str | None) -> str | None:
    """Who a report is counted for; nobody when it comes from the box itself."""
    if address is None or ip_address(address).is_loopback:
        return None
    return f"portal:{address}"


def _find(typed: str) -> ServiceRequest | None:
    try:
        ticket = Ticket.parse(typed)
    except BadInput:
        return None
    return requests.by_ticket(db(), ticket)
