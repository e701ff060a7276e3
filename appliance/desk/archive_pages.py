"""The archive at the desk: look for documents, put them in, keep their cards, let them go."""

from collections.abc import Callable
from dataclasses import dataclass

from flask import Flask, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from appliance.actions.archive import archive_texts, archiving
from appliance.actions.archive.archiving import Stale
from appliance.actions.staff import auditing
from appliance.desk import archive_words as words
from appliance.desk.archive_forms import KEEPING, parse, shown
from appliance.desk.archive_upload import add_upload, readable
from appliance.desk.guard import account, needs
from appliance.domain.archive.card import Access
from appliance.domain.archive.file import NAMES
from appliance.domain.archive.query import asked
from appliance.domain.archive.text import pieces
from appliance.domain.moment import Moment
from appliance.domain.public.publishing import file_name
from appliance.domain.staff.accounts import Role
from appliance.runtime.settings import Settings
from appliance.store import blob_files
from appliance.store.archive import archive_documents, archive_search
from appliance.store.archive.archive_documents import Document
from appliance.store.staff import staff_log
from web.database import db
from web.files import foreign_file
from web.security import staff

_LOG_SHOWN = 50


def add_archive(
    app: Flask,
    settings: Settings,
    now: Callable[[], Moment],
    new_id: Callable[[], str],
    wake: Callable[[], None],
) -> None:
    """Add the pages; `wake` is called when there is a text to read."""
    pages = ArchivePages(now=now, wake=wake)
    app.jinja_env.globals["archive_words"] = words
    add_upload(app, settings, now, new_id, wake)
    app.add_url_rule("/arsip", "archive", pages.every)
    app.add_url_rule("/arsip/retensi", "archive_due", pages.due)
    app.add_url_rule("/arsip/indeks", "archive_index", pages.make_index_anew, methods=["POST"])
    app.add_url_rule("/arsip/<document_id>", "archive_document", pages.one)
    app.add_url_rule("/arsip/<document_id>/berkas", "archive_file", pages.file)
    for address, endpoint, view in (
        ("", "archive_correct", pages.correct),
        ("/tarik", "archive_withdraw", pages.withdraw),
        ("/pulih", "archive_restore", pages.restore),
        ("/baca", "archive_read", pages.read_again),
        ("/musnah", "archive_destroy", pages.destroy),
    ):
        app.add_url_rule(f"/arsip/<document_id>{address}", endpoint, view, methods=["POST"])


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchivePages:
    """The views; each asks the store for the classes that the reader may see."""

    now: Callable[[], Moment]
    wake: Callable[[], None]

    @staff
    def every(self) -> ResponseReturnValue:
        """What was looked for; without words all, the newest year first."""
        what = asked(request.args)
        found, is_whole = archiving.search(db(), what, readable())
        return render_template(
            "desk/archive.html",
            found=found,
            asked=what,
            is_whole=is_whole,
            kinds=archive_documents.kinds(db()),
            years=archive_search.years(db(), readable()),
            readable=readable(),
            due_count=len(self._due()),
            names=NAMES,
            pieces=pieces,
        )

    @staff
    def one(self, document_id: str) -> ResponseReturnValue:
        """The card of a document, what can be done with it, and who opened it."""
        return self._one(_found(document_id), {})

    def _one(self, document: Document, problems: dict[str, str], *, problem: str = "") -> str:
        log = staff_log.page(
            db(), by="", subject=document.document_id, before=None, limit=_LOG_SHOWN
        )
        return render_template(
            "desk/archive_document.html",
            document=document,
            typed=request.form if problems else shown(document.card),
            problems=problems,
            problem=problem,
            kinds=archive_documents.kinds(db()),
            readable=readable(),
            keeping=KEEPING,
            log=log,
            is_over=document in self._due(),
            names=NAMES,
        )

    @staff
    def correct(self, document_id: str) -> ResponseReturnValue:
        """Change the card; that of the city's documents is the city's."""
        document = _own(document_id)
        card = parse(request.form, archive_documents.kinds(db()), readable())
        if isinstance(card, dict):
            return self._one(document, card), 400
        seen, by = request.form.get("version", ""), account().name
        try:
            archiving.correct(db(), document, card, self.now(), seen=seen, by=by)
        except Stale:
            return self._one(_found(document_id), {}, problem=words.STALE), 409
        return _back(document)

    @staff
    def file(self, document_id: str) -> ResponseReturnValue:
        """The original, to be saved; noted where it is not for everybody."""
        document = _found(document_id)
        if document.state == "destroyed" or document.file.media_type not in NAMES:
            abort(404)
        if document.card.access is not Access.PUBLIC:
            by, now = account().name, self.now()
            auditing.viewed(db(), by=by, what="archive_opened", subject=document_id, now=now)
        served = foreign_file(
            blob_files.of(db()).file(document.file.sha256),
            media_type=document.file.media_type,
            name=file_name(document.card.title, NAMES[document.file.media_type]),
            etag=document.file.sha256,
            is_to_keep=True,
        )
        served.headers["Cache-Control"] = "no-store"
        return served

    @staff
    def withdraw(self, document_id: str) -> ResponseReturnValue:
        """Take a document back."""
        archiving.withdraw(db(), _own(document_id), self.now(), by=account().name)
        return redirect(url_for("archive_document", document_id=document_id), 303)

    @staff
    def restore(self, document_id: str) -> ResponseReturnValue:
        """Let a withdrawn document be found again."""
        archiving.restore(db(), _own(document_id), self.now(), by=account().name)
        return redirect(url_for("archive_document", document_id=document_id), 303)

    @staff
    def read_again(self, document_id: str) -> ResponseReturnValue:
        """Try once more to read the text."""
        document = _found(document_id)
        archiving.read_again(db(), document, self.now(), by=account().name)
        self.wake()
        return _back(document)

    @staff
    @needs(Role.CAMAT, Role.ADMIN)
    def due(self) -> ResponseReturnValue:
        """What has been kept long enough."""
        return render_template(
            "desk/archive_due.html", documents=self._due(), names=NAMES, now=self.now()
        )

    def _due(self) -> list[Document]:
        return archive_documents.due(db(), self.now().day, readable())

    @staff
    @needs(Role.CAMAT, Role.ADMIN)
    def destroy(self, document_id: str) -> ResponseReturnValue:
        """Destroy a document whose time is over."""
        if not archiving.destroy(db(), _own(document_id), self.now(), by=account().name):
            abort(409)
        self.wake()
        return redirect(url_for("archive_due"), 303)

    @staff
    @needs(Role.ADMIN)
    def make_index_anew(self) -> ResponseReturnValue:
        """For who misses what should be found."""
        archive_texts.doubt(db())
        self.wake()
        return redirect(url_for("archive"), 303)


def _found(document_id: str) -> Document:
    """A document that the reader may see; 404 for others, whether they exist or not."""
    found = archive_documents.by_id(db(), document_id, readable())
    return found or abort(404)


def _own(document_id: str) -> Document:
    """One that is the kecamatan's to change."""
    found = _found(document_id)
    if found.source != "desk" or found.state == "destroyed":
        abort(409)
    return found


def _back(document: Document) -> ResponseReturnValue:
    return redirect(url_for("archive_document", document_id=document.document_id), 303)
