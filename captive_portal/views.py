"""The portal's own pages: parse -> action -> render.

Deliberately knows no SQL and no rule about requests; the page of a ticket is that of
`appliance.ticket_pages`, as at the kiosk.
"""

import logging
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from flask import Flask, render_template, request
from flask.typing import ResponseReturnValue

from appliance.actions.cases import photos
from appliance.actions.cases.intake import Receipt, Refused, receive, sealed_to
from appliance.domain.cases.photo import PHOTO_MAX_BYTES, Photo
from appliance.domain.cases.service_request import Draft, Kind
from appliance.domain.moment import Moment
from appliance.domain.quota import Quota
from appliance.domain.reference import kelurahan_of
from appliance.domain.triage.judgement import classify
from appliance.runtime.settings import Site
from appliance.store.errors import Unavailable
from appliance.ticket_pages.notices import announcements
from appliance.ticket_pages.views import TicketPages
from captive_portal.document_pages import has_documents
from captive_portal.forms import (
    FIELDS,
    FORM_MAX_BYTES,
    FieldError,
    parse_photo,
    parse_report,
    parse_submission_id,
)
from captive_portal.mini_browser import is_mini_browser
from captive_portal.wifi_pages import WifiPages
from web.bodies import cut
from web.clients import counted_as
from web.database import db
from web.i18n import language, switched_language
from web.security import accepts_body, public

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pages:
    """The views of one kecamatan's portal."""

    site: Site
    tickets: TicketPages
    limit: Quota
    photo_limit: Quota
    now: Callable[[], Moment]
    new_id: Callable[[], str]
    new_pin: Callable[[], str]
    wifi: WifiPages
    own_number: str
    """Of the box's modem, for those who cannot send from here; empty if none is known."""

    def add(self, app: Flask) -> None:
        """Register them."""
        app.add_url_rule("/", "home", self.home)
        app.add_url_rule("/lapor", "report", self.report)
        app.add_url_rule("/lapor", "submit", self.submit, methods=["POST"])

    @public
    def home(self) -> ResponseReturnValue:
        """The way in: report, look up, call."""
        return render_template(
            "home.html",
            announcements=announcements(self.now().wall),
            has_documents=has_documents(),
            wifi=self._wifi(),
        )

    def _wifi(self) -> dict[str, object]:
        """The card of the WiFi; none where the store cannot be read just now."""
        try:
            return self.wifi.card()
        except (Unavailable, sqlite3.Error):
            return {"has_wifi": False}

    @public
    def report(self) -> ResponseReturnValue:
        """The empty form, with an id of its own."""
        return self._form({})

    @public
    @accepts_body(FORM_MAX_BYTES)
    def submit(self) -> ResponseReturnValue:
        """Take the form in, and go to the ticket; anything wrong shows the form again."""
        if switched_language():
            return self._form(request.form, mistakes=_photo_again(_photo_is_missing()))
        codes = [kelurahan.code for kelurahan in kelurahan_of(self.site.site_code)]
        draft = parse_report(request.form, codes, spare_id=self.new_id(), language=language())
        photo = upload()
        if isinstance(photo, FieldError) and not _is_emergency(draft):
            mistakes = [*(draft if isinstance(draft, list) else ()), photo]
            return self._form(request.form, mistakes=mistakes), 400
        sent_photo = photo is not None or _photo_is_missing()
        again = _photo_again(sent_photo)
        if isinstance(draft, list):
            return self._form(request.form, mistakes=[*draft, *again]), 400
        draft = replace(draft, pin=self.new_pin())
        outcome = self._receive(draft, photo if isinstance(photo, Photo) else None)
        if isinstance(outcome, Refused):
            page = self._form(
                request.form,
                mistakes=again,
                wait_minutes=outcome.wait_minutes,
                call_first=_is_emergency(draft),
            )
            return page, 429, {"Retry-After": str(outcome.retry_after_s)}
        return self.tickets.after_sending(
            outcome.request, sent_photo=sent_photo, is_joined=outcome.is_joined
        )

    def _receive(self, draft: Draft, photo: Photo | None) -> Receipt | Refused:
        """Take a report in; whatever happens to its photo, the report is stored."""
        now, origin = self.now(), counted_origin()
        staged = None
        if photo is not None:
            staged = photos.stage(
                db(),
                photo,
                now,
                origin=origin,
                limit=self.photo_limit,
                of=draft.submission_id,
                to=sealed_to(db(), draft, now),
            )
        try:
            return receive(db(), draft, now, origin=origin, limit=self.limit, photo=staged)
        finally:
            if staged is not None:
                photos.discard(db(), staged)

    def _form(
        self,
        typed: Mapping[str, str],
        *,
        mistakes: Sequence[FieldError] = (),
        wait_minutes: int = 0,
        call_first: bool = False,
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
            call_first=call_first,
            can_send_photo=not is_mini_browser(request.user_agent.string),
            own_number=self.own_number,
        )


def upload() -> Photo | FieldError | None:
    """The photo sent; one whose end was dropped for want of memory is none, and stops no report."""
    match cut(request):
        case "large":
            return FieldError("photo", "too_large")
        case "busy":
            log.warning("no memory for a photo, too many are being sent")
            return None
    sent = request.files.get("photo")
    return parse_photo(sent.read(PHOTO_MAX_BYTES + 1) if sent else b"")


def _is_emergency(draft: Draft | list[FieldError]) -> bool:
    """Whether a report is not to wait for a better photo."""
    return isinstance(draft, Draft) and classify(draft.text).kind is Kind.EMERGENCY


def _photo_is_missing() -> bool:
    """Whether a photo was chosen of which not all is here: it was cut, or only its name was sent,
    as the button of the language (and old browsers) do."""
    return cut(request) is not None or bool(request.form.get("photo"))


def _photo_again(was_chosen: bool) -> list[FieldError]:
    """No page can remember a file."""
    return [FieldError("photo", "again")] if was_chosen else []


def counted_origin() -> str | None:
    """Who a report is counted for; nobody when it comes from the box itself."""
    client = counted_as(request.remote_addr)
    return None if client is None else f"portal:{client}"
