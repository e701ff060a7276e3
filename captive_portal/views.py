"""The portal's own pages: parse -> action -> render.

Deliberately knows no SQL and no rule about requests; the page of a ticket is that of
`appliance.ticket_pages`, as at the kiosk.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from flask import render_template, request
from flask.typing import ResponseReturnValue

from appliance.actions.intake import Refused, receive
from appliance.domain.moment import Moment
from appliance.domain.quota import Quota
from appliance.domain.reference import kelurahan_of
from appliance.runtime.settings import Site
from appliance.ticket_pages.views import TicketPages
from captive_portal.forms import FIELDS, FieldError, parse_report, parse_submission_id
from web.clients import counted_as
from web.database import db
from web.i18n import switched_language
from web.security import public


@dataclass(frozen=True, slots=True, kw_only=True)
class Pages:
    """The views of one kecamatan's portal."""

    site: Site
    tickets: TicketPages
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
        outcome = receive(db(), draft, self.now(), self.new_id, origin=_origin(), limit=self.limit)
        if isinstance(outcome, Refused):
            page = self._form(request.form, wait_minutes=-(-outcome.retry_after_s // 60))
            return page, 429, {"Retry-After": str(outcome.retry_after_s)}
        return self.tickets.after_sending(outcome.request)

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


def _origin() -> str | None:
    """Who a report is counted for; nobody when it comes from the box itself."""
    client = counted_as(request.remote_addr)
    return None if client is None else f"portal:{client}"
