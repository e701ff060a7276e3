"""The directory of officials: numbers are masked until somebody asks, and that is noted."""

import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import groupby

from flask import Flask, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from appliance.actions.officials import directory
from appliance.actions.staff import auditing
from appliance.desk import official_forms
from appliance.desk.guard import account, needs
from appliance.domain.errors import BadInput
from appliance.domain.moment import Moment
from appliance.domain.officials.official import HEAD, LOWEST_RANK
from appliance.domain.staff.accounts import Role
from appliance.store.city import city_tables
from appliance.store.officials import directory as officials
from appliance.store.officials.directory import Entry
from web.database import db
from web.security import staff

RANKS = [(str(HEAD), "1, pimpinan")] + [
    (str(rank), f"{rank}, wakil") for rank in range(HEAD + 1, LOWEST_RANK + 1)
]
_TAKEN = "Pada hari yang sama sudah ada orang lain dengan urutan ini. Isi hari terakhirnya dulu."


def add_directory(app: Flask, now: Callable[[], Moment]) -> None:
    """Add the pages."""
    pages = DirectoryPages(now=now)
    app.add_url_rule("/pejabat", "officials", pages.every)
    app.add_url_rule("/pejabat/nomor", "official_phones", pages.phones, methods=["POST"])
    app.add_url_rule("/pejabat/isi", "official_form", pages.form)
    app.add_url_rule("/pejabat/isi", "put_official", pages.put, methods=["POST"])
    app.add_url_rule("/pejabat/hapus", "remove_official", pages.remove, methods=["POST"])


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectoryPages:
    """The views."""

    now: Callable[[], Moment]

    @staff
    def every(self) -> ResponseReturnValue:
        """Everybody, by agency."""
        return self._list()

    @staff
    def phones(self) -> ResponseReturnValue:
        """Everybody, with the numbers of one agency."""
        agency = request.form.get("agency", "")
        found = [e.official for e in officials.every(db()) if e.official.agency == agency]
        if not found:
            abort(404)
        for official in found:
            subject = directory.subject_of(agency, official.rank)
            auditing.viewed(
                db(), by=account().name, what="official_phone", subject=subject, now=self.now()
            )
        return self._list(shown=agency)

    @staff
    @needs(Role.ADMIN)
    def form(self) -> ResponseReturnValue:
        """The form, empty or of somebody whom the box has entered."""
        entry = _of_box(db(), request.args)
        if request.args.get("agency") and entry is None:
            abort(404)
        return _form(official_forms.shown(entry.official) if entry else {}, entry=entry)

    @staff
    @needs(Role.ADMIN)
    def put(self) -> ResponseReturnValue:
        """Enter somebody, or change an entry."""
        entry = _of_box(db(), request.form)
        agencies = city_tables.in_force(db()).working()
        known = entry.official.phone if entry else None
        official = official_forms.parse(request.form, agencies, known)
        if isinstance(official, dict):
            return _form(request.form, problems=official, entry=entry), 422
        try:
            directory.put(db(), official, self.now(), by=account().name)
        except BadInput:
            return _form(request.form, problems={"rank": _TAKEN}, entry=entry), 422
        return redirect(url_for("officials"), 303)

    @staff
    @needs(Role.ADMIN)
    def remove(self) -> ResponseReturnValue:
        """Take an entry of the box out."""
        entry = _of_box(db(), request.form) or abort(404)
        gone = entry.official
        directory.remove(
            db(),
            gone.agency,
            gone.rank,
            self.now(),
            valid_from=gone.valid_from,
            by=account().name,
        )
        return redirect(url_for("officials"), 303)

    def _list(self, shown: str | None = None) -> str:
        entries = officials.every(db())
        groups = groupby(entries, key=lambda entry: entry.official.agency)
        return render_template(
            "desk/officials.html",
            groups=[(agency, list(there)) for agency, there in groups],
            agency_name=city_tables.in_force(db()).agency_name,
            shown=shown,
            today=self.now().day,
            days=(official_forms.first_day, official_forms.last_day),
        )


def _form(
    values: Mapping[str, str],
    *,
    problems: Mapping[str, str] | None = None,
    entry: Entry | None,
) -> str:
    working = city_tables.in_force(db()).working()
    return render_template(
        "desk/official.html",
        values=values,
        problems=problems or {},
        entry=entry,
        agencies=[("", "Pilih dinas"), *((id_, a.short_name) for id_, a in working.items())],
        ranks=RANKS,
    )


def _of_box(db: sqlite3.Connection, sent: Mapping[str, str]) -> Entry | None:
    """The box's own entry that a form or link names by agency, rank and first day."""
    wanted = (sent.get("agency", ""), sent.get("rank", ""), sent.get("valid_from", ""))
    for entry in officials.every(db):
        official = entry.official
        key = (official.agency, str(official.rank), official_forms.first_day(official))
        if entry.source == "box" and key == wanted:
            return entry
    return None
