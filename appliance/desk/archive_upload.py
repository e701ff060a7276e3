"""Putting a document into the archive: the form, and why a file is not taken."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from flask import Flask, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from appliance.actions.archive import archiving
from appliance.actions.archive.archiving import Full, Known, Quota
from appliance.desk import archive_words as words
from appliance.desk.archive_forms import KEEPING, parse
from appliance.desk.guard import account
from appliance.domain.archive.card import LEADERS, STAFF, Access, Card
from appliance.domain.archive.file import Refused
from appliance.domain.archive.room import NoRoom
from appliance.domain.moment import Moment
from appliance.domain.staff.accounts import Role
from appliance.runtime.settings import Settings
from appliance.store.archive import archive_documents
from web.bodies import BODY_MAX_BYTES, cut
from web.database import db
from web.security import accepts_body, staff

_MEGABYTE = 1024 * 1024
UPLOAD_MAX_BYTES = 64 * _MEGABYTE + BODY_MAX_BYTES
"""The largest `archive.file_max_mb`, and the rest of its form."""


def add_upload(
    app: Flask,
    settings: Settings,
    now: Callable[[], Moment],
    new_id: Callable[[], str],
    wake: Callable[[], None],
) -> None:
    """Add the form; `wake` is called when there is a text to read."""
    quota = Quota(
        file_max_bytes=settings.archive.file_max_bytes,
        share_percent=settings.archive.disk_percent,
    )
    pages = UploadPages(now=now, new_id=new_id, wake=wake, quota=quota)
    app.add_url_rule("/arsip/simpan", "archive_form", pages.form)
    app.add_url_rule("/arsip/simpan", "archive_put_in", pages.put_in, methods=["POST"])


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadPages:
    """The views of the form."""

    now: Callable[[], Moment]
    new_id: Callable[[], str]
    wake: Callable[[], None]
    quota: Quota

    @staff
    def form(self) -> ResponseReturnValue:
        """The empty form."""
        return self._form({"year": str(self.now().day.year), "keeping": "kind"}, {})

    @staff
    @accepts_body(UPLOAD_MAX_BYTES)
    def put_in(self) -> ResponseReturnValue:
        """Keep a file and its card; anything wrong shows the form again, without the file."""
        card = parse(request.form, archive_documents.kinds(db()), readable())
        problems = card if isinstance(card, dict) else {}
        document_id = self.new_id()
        problem = self._keep(card if isinstance(card, Card) else None, document_id)
        if problem or isinstance(card, dict):
            return self._form(request.form, {**problems, "file": problem}), 400
        self.wake()
        return redirect(url_for("archive_document", document_id=document_id), 303)

    def _keep(self, card: Card | None, document_id: str) -> str:  # noqa: PLR0911 - a sentence each
        """Put the uploaded file in; what is wrong with it, in words."""
        if why := cut(request):
            return self._no_room(NoRoom.FILE) if why == "large" else words.BUSY
        upload = request.files.get("file")
        if upload is None or not upload.filename:
            return "Pilih berkasnya."
        if card is None:
            return "Pilih berkasnya sekali lagi."
        try:
            archiving.put_in(
                db(),
                upload.stream,
                card,
                self.quota,
                self.now(),
                document_id=document_id,
                by=account().name,
            )
        except Refused as refused:
            return words.FAULTS[refused.fault]
        except Full as full:
            return self._no_room(full.why)
        except Known as known:
            return _known(known.document_id)
        return ""

    def _no_room(self, why: NoRoom) -> str:
        return words.NO_ROOM[why].format(max_mb=self._max_mb)

    @property
    def _max_mb(self) -> int:
        return self.quota.file_max_bytes // _MEGABYTE

    def _form(self, typed: Mapping[str, str], problems: dict[str, str]) -> str:
        return render_template(
            "desk/archive_form.html",
            typed=typed,
            problems=problems,
            kinds=archive_documents.kinds(db()),
            readable=readable(),
            keeping=KEEPING,
            max_mb=self._max_mb,
        )


def readable() -> tuple[Access, ...]:
    """The classes that who is logged in may read, and put documents into."""
    return STAFF if account().role is Role.OPERATOR else LEADERS


def _known(document_id: str) -> str:
    found = archive_documents.by_id(db(), document_id, readable())
    return f"Berkas itu sudah ada di arsip{f': {found.card.title}' if found else ''}."
