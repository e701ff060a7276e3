"""A photo that follows its report: where a captive window could not choose a file, or later.

Only who knows the PIN of the ticket may add it, once, within days.
"""

from collections.abc import Callable
from dataclasses import dataclass

from flask import Flask, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from appliance.actions.cases import photos, unlocking
from appliance.domain.cases.photo import Photo
from appliance.domain.cases.service_request import ServiceRequest
from appliance.domain.cases.ticket_pin import Verdict
from appliance.domain.moment import Moment
from appliance.domain.quota import Quota
from appliance.ticket_pages.views import TYPED_MAX_CHARS, TicketPages
from captive_portal.forms import FORM_MAX_BYTES, FieldError
from captive_portal.mini_browser import is_mini_browser
from captive_portal.views import counted_origin, upload
from web.database import db
from web.security import accepts_body, public


@dataclass(frozen=True, slots=True, kw_only=True)
class LatePhotoPages:
    """The views; `limit` is that of photos sent with reports."""

    tickets: TicketPages
    limit: Quota
    now: Callable[[], Moment]

    def add(self, app: Flask) -> None:
        """Register them."""
        page = "/tiket/<number>/foto"
        app.add_url_rule(page, "late_photo", self.form)
        app.add_url_rule(page, "send_late_photo", self.send, methods=["POST"])

    @public
    def form(self, number: str) -> ResponseReturnValue:
        """Ask for PIN and photo."""
        found = self.tickets.find(number)
        return _page(found) if isinstance(found, ServiceRequest) else found

    @public
    @accepts_body(FORM_MAX_BYTES)
    def send(self, number: str) -> ResponseReturnValue:
        """Take the photo in, once the PIN is right."""
        found = self.tickets.find(number)
        if not isinstance(found, ServiceRequest):
            return found
        photo = upload()
        if not isinstance(photo, Photo):
            return _page(
                found, problem=photo.code if isinstance(photo, FieldError) else "none"
            ), 400
        typed = request.form.get("pin", "")[:TYPED_MAX_CHARS]
        verdict = unlocking.unlock(db(), found, typed, self.now())
        if verdict is not Verdict.RIGHT:
            return _page(found, pin_problem=verdict or "none"), 403
        origin = counted_origin()
        if not photos.add_later(db(), found, photo, self.now(), origin=origin, limit=self.limit):
            return _page(found, problem="refused"), 409
        return redirect(url_for("late_photo", number=found.ticket.digits, tersimpan="1"), 303)


def _page(found: ServiceRequest, **problems: str) -> str:
    return render_template(
        "late_photo.html",
        number=found.ticket.digits,
        is_stored="tersimpan" in request.args,
        can_send_photo=not is_mini_browser(request.user_agent.string),
        days=photos.LATE_FOR.days,
        **problems,
    )
