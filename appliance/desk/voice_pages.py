"""Residents' voices from the kiosk: those that wait, and one to listen to and to write down."""

from collections.abc import Callable

from flask import Flask, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from appliance.actions.cases import recordings, transcribing
from appliance.actions.staff import auditing, staff_actions
from appliance.desk.guard import account
from appliance.desk.queue_pages import case_of_number
from appliance.domain.cases import recording
from appliance.domain.cases.service_request import TEXT_MAX_CHARS, ServiceRequest
from appliance.domain.errors import BadInput
from appliance.domain.moment import Moment
from appliance.store import blob_files
from appliance.store.cases import recordings as voices
from appliance.store.cases import requests
from appliance.store.cases.recordings import Recording
from web.database import db
from web.files import foreign_file
from web.security import staff

LISTED = 100


def add_voices(app: Flask, now: Callable[[], Moment], new_id: Callable[[], str]) -> None:
    """Add the pages."""
    pages = Pages(now, new_id)
    app.add_url_rule("/rekaman", "voices", pages.waiting)
    app.add_url_rule("/laporan/<number>/rekaman", "voice", pages.show)
    app.add_url_rule("/laporan/<number>/rekaman", "transcribe", pages.transcribe, methods=["POST"])
    app.add_url_rule("/laporan/<number>/suara", "voice_file", pages.file)


class Pages:
    """The views, with what they need at hand."""

    def __init__(self, now: Callable[[], Moment], new_id: Callable[[], str]) -> None:
        self._now, self._new_id = now, new_id

    @staff
    def waiting(self) -> ResponseReturnValue:
        """The list; what has become confidential meanwhile is not on it."""
        found = ((voice, requests.by_id(db(), voice.request_id)) for voice in self._waiting())
        lines = [(voice, case) for voice, case in found if case and _may_read(case)]
        return render_template("desk/voices.html", lines=lines)

    @staff
    def show(self, number: str) -> ResponseReturnValue:
        """One of them, with the form for its words."""
        return self._show(*_found(number))

    @staff
    def transcribe(self, number: str) -> ResponseReturnValue:
        """Put the words into the text."""
        case, voice = _found(number)
        words = request.form.get("words", "")
        try:
            told = transcribing.transcribe(
                db(),
                case.id,
                words,
                by=account().name,
                now=self._now(),
                new_id=self._new_id,
            )
        except BadInput as error:
            return self._show(case, voice, problem=str(error)), 409
        return redirect(url_for("case", number=told.ticket.digits), 303)

    @staff
    def file(self, number: str) -> ResponseReturnValue:
        """The sound; a browser asks for pieces of it, and the first one is noted."""
        case, voice = _found(number)
        path = blob_files.of(db()).file(voice.sha256)
        if voice.state == "lost" or not path.exists():
            if voice.state != "lost":
                recordings.lose(db(), case.id, self._now())
            abort(404)
        if request.headers.get("Range", "bytes=0-").startswith("bytes=0-"):
            auditing.viewed(db(), by=account().name, what="voice", subject=case.id, now=self._now())
        return foreign_file(
            path, media_type=recording.MEDIA_TYPE, name="suara.webm", etag=voice.sha256
        )

    def _waiting(self) -> list[Recording]:
        return voices.waiting(db(), LISTED)

    def _show(self, case: ServiceRequest, voice: Recording, problem: str = "") -> str:
        return render_template(
            "desk/voice.html",
            case=case,
            voice=voice,
            problem=problem,
            words=request.form.get("words", ""),
            words_max=TEXT_MAX_CHARS,
        )


def _may_read(case: ServiceRequest) -> bool:
    return staff_actions.may_read(db(), case, account())


def _found(number: str) -> tuple[ServiceRequest, Recording]:
    """The request of a ticket with its voice; 404 where there is none, or none to listen to."""
    case = case_of_number(number)
    voice = voices.of(db(), case.id)
    if voice is None or not _may_read(case):
        abort(404)
    return case, voice
