"""The pages of casework at the desk: the queue, a case, and what was told by phone.

Views parse, act and render. Of what staff open, `staff_log` keeps who and which.
"""

from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

from flask import Blueprint, Flask, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from appliance.actions.cases import intake
from appliance.actions.public import board
from appliance.actions.staff import auditing, staff_actions
from appliance.desk import case_content, queue_forms, queue_list, words
from appliance.desk.guard import account
from appliance.domain import reference
from appliance.domain.cases.service_request import Draft, Sensitivity, ServiceRequest
from appliance.domain.errors import BadInput
from appliance.domain.ids import Ticket
from appliance.domain.moment import Moment
from appliance.domain.privacy.consent import TEXT_VERSION, TEXTS
from appliance.domain.staff import words as staff_words
from appliance.runtime import ids
from appliance.runtime.settings import Settings
from appliance.store import blob_files
from appliance.store.cases import photos, requests, ticket_pins
from appliance.store.cases.queue import ALL
from web.database import db
from web.files import foreign_file
from web.security import staff

_STATIC = Path(__file__).parent / "static"
_PHOTO_NAMES = {"image/jpeg": "foto.jpg", "image/png": "foto.png", "image/webp": "foto.webp"}
"""What a browser may be given; a sealed one is for nobody here."""


def add_queue(
    app: Flask,
    settings: Settings,
    now: Callable[[], Moment],
    new_id: Callable[[], str],
    new_pin: Callable[[], str] = ids.new_pin,
) -> None:
    """Add the pages, their words and their files."""
    pages = Pages(settings, now, new_id, new_pin)
    app.add_url_rule("/laporan", "queue", pages.queue)
    app.add_url_rule("/laporan/baru", "phone", pages.phone)
    app.add_url_rule("/laporan/baru", "take_call", pages.take_call, methods=["POST"])
    app.add_url_rule("/laporan/<number>", "case", pages.case)
    app.add_url_rule("/laporan/<number>", "act", pages.act, methods=["POST"])
    app.add_url_rule("/laporan/<number>/papan", "publish", pages.publish, methods=["POST"])
    app.add_url_rule("/laporan/<number>/foto", "case_photo", pages.photo)
    files = Blueprint("desk", __name__, static_folder="static", static_url_path="/meja")
    app.register_blueprint(files)
    marks = {one.name: sha256(one.read_bytes()).hexdigest()[:8] for one in _STATIC.iterdir()}
    app.jinja_env.globals["desk_asset"] = lambda name: url_for(
        "desk.static", filename=name, v=marks[name]
    )
    words.teach(app)


class Pages:
    """The views, with what they need at hand."""

    def __init__(
        self,
        settings: Settings,
        now: Callable[[], Moment],
        new_id: Callable[[], str],
        new_pin: Callable[[], str],
    ) -> None:
        self._site, self._now = settings.site.site_code, now
        self._new_id, self._new_pin = new_id, new_pin

    @staff
    def queue(self) -> ResponseReturnValue:
        """The list; the number of a ticket leads to its page."""
        query = queue_forms.list_query(request.args, account().name)
        if query.ticket and requests.by_ticket(db(), query.ticket):
            return redirect(url_for("case", number=query.ticket.digits), 303)
        found = queue_list.listing(db(), query, account(), self._now())
        self._note("queue", "")
        return render_template(
            "desk/queue.html",
            query=query,
            found=found,
            everything=ALL,
            statuses=list(words.STATUSES.items()),
            channels=list(staff_words.CHANNELS.items()),
            offices=list(case_content.offices(db()).items()),
            **self._places_and_topics(),
        )

    @staff
    def case(self, number: str) -> ResponseReturnValue:
        """One request, with all that is known of it."""
        return self._case(case_of_number(number))

    @staff
    def act(self, number: str) -> ResponseReturnValue:
        """Ask for something; the city decides."""
        found = case_of_number(number)
        try:
            wish = queue_forms.wish(request.form)
            staff_actions.act(
                db(),
                found.id,
                wish,
                action_id=queue_forms.action_id(request.form, wish, self._new_id()),
                version=request.form.get("version", ""),
                by=account(),
                now=self._now(),
            )
        except BadInput as error:
            return self._case(found, problem=str(error)), 409
        return redirect(url_for("case", number=found.ticket.digits), 303)

    @staff
    def publish(self, number: str) -> ResponseReturnValue:
        """Show a request on the public board, or show it no more."""
        found, by = case_of_number(number), account().name
        if not staff_actions.may_read(db(), found, account()):
            abort(403)
        if request.form.get("do") == "hide":
            board.hide(db(), found.id, by=by, now=self._now())
        else:
            text = request.form.get("public_text", "")
            refused = board.publish(db(), found, by=by, now=self._now(), text=text)
            if why := case_content.why_not(refused):
                return self._case(found, problem=why), 409
        return redirect(url_for("case", number=found.ticket.digits), 303)

    @staff
    def photo(self, number: str) -> ResponseReturnValue:
        """The photo, while it waits for the city."""
        found = case_of_number(number)
        file = photos.file_of(db(), found.id)
        may_read = staff_actions.may_read(db(), found, account())
        if file is None or file.media_type not in _PHOTO_NAMES or not may_read:
            abort(404)
        self._note("photo", found.id)
        return foreign_file(
            blob_files.of(db()).file(file.sha256),
            media_type=file.media_type,
            name=_PHOTO_NAMES[file.media_type],
            etag=file.sha256,
        )

    @staff
    def phone(self) -> ResponseReturnValue:
        """The form for a complaint that somebody tells by phone."""
        return self._phone({})

    @staff
    def take_call(self) -> ResponseReturnValue:
        """Take it in; its ticket is read aloud."""
        codes = [one.code for one in reference.kelurahan_of(self._site)]
        draft = queue_forms.phoned(request.form, codes, self._new_id())
        if not isinstance(draft, Draft):
            return self._phone(draft), 400
        receipt = intake.receive(db(), replace(draft, pin=self._new_pin()), self._now())
        if isinstance(receipt, intake.Refused):
            return self._phone({"text": "Laporan ini sudah dihapus atas permintaan pelapor."}), 409
        self._note("phone", receipt.request.id)
        return render_template(
            "desk/phoned.html",
            case=receipt.request,
            is_joined=receipt.is_joined,
            pin=None if receipt.is_joined else ticket_pins.of(db(), receipt.request.id),
            is_secret=receipt.request.sensitivity is Sensitivity.CONFIDENTIAL,
            hotlines=case_content.hotlines(receipt.request),
        )

    def _phone(self, mistakes: dict[str, str]) -> str:
        return render_template(
            "desk/phone.html",
            mistakes=mistakes,
            form=request.form,
            page_id=request.form.get("page_id") or self._new_id(),
            consents={
                str(why): text for (why, version), text in TEXTS.items() if version == TEXT_VERSION
            },
            **self._places_and_topics(),
        )

    def _places_and_topics(self) -> dict[str, list[tuple[str, str]]]:
        return {
            "places": [(one.code, one.name) for one in reference.kelurahan_of(self._site)],
            "topics": [(one.id, one.name) for one in reference.categories().values()],
        }

    def _case(self, found: ServiceRequest, problem: str = "") -> str:
        shown = case_content.content(db(), found, self._site, account(), self._now())
        self._note("case" if shown["may_read"] else "case_secret", found.id)
        return render_template(
            "desk/case.html", **shown, problem=problem, form=request.form, page_id=self._new_id()
        )

    def _note(self, what: str, subject: str) -> None:
        auditing.viewed(db(), by=account().name, what=what, subject=subject, now=self._now())


def case_of_number(number: str) -> ServiceRequest:
    """The request of a ticket; 404 where there is none."""
    try:
        found = requests.by_ticket(db(), Ticket.parse(number))
    except BadInput:
        found = None
    return found or abort(404)
