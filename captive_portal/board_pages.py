"""The public board and the questions with their answers: read, page on, support.

What may be shown is the store's to say; nothing here knows a ticket.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from flask import Flask, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from appliance.actions.public import board
from appliance.domain.ids import SiteCode
from appliance.domain.moment import Moment
from appliance.domain.public.board import SUPPORTS_SHOWN_MAX, Section, Shown
from appliance.domain.quota import Quota
from appliance.domain.reference import categories, kelurahan_name
from appliance.store.public import publications
from appliance.ticket_pages.lookups import Lookups
from captive_portal.visitors import Visitors
from web.clients import counted_as
from web.database import db
from web.security import public

PAGE_ENTRIES = 10
SUPPORTS = Quota(limit=30, window=timedelta(hours=24))
"""Of one device, over all entries."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardPages:
    """The views; `tries` bounds how much one device may support."""

    site_code: SiteCode
    visitors: Visitors
    now: Callable[[], Moment]
    new_salt: Callable[[], bytes]
    tries: Lookups

    def add(self, app: Flask) -> None:
        """Register them."""
        one = "/papan/<int(max=999999999):entry_id>"
        app.add_url_rule("/papan", "board", self.board)
        app.add_url_rule("/tanya-jawab", "questions", self.questions)
        app.add_url_rule(one, "board_entry", self.entry)
        app.add_url_rule(f"{one}/dukung", "support", self.support, methods=["POST"])

    @public
    def board(self) -> ResponseReturnValue:
        """Complaints, the last published first."""
        return self._listed(Section.BOARD)

    @public
    def questions(self) -> ResponseReturnValue:
        """Questions with their answers."""
        return self._listed(Section.QUESTIONS)

    @public
    def entry(self, entry_id: int) -> ResponseReturnValue:
        """One of either; the list in its place once it is shown no more."""
        found = publications.one(db(), entry_id)
        if found is None:
            return self._listed(Section.BOARD, is_gone=True), 404
        outcome = request.args.get("dukung", "")
        return self._page(found.section, [found], is_one=True, outcome=outcome)

    @public
    def support(self, entry_id: int) -> ResponseReturnValue:
        """Count this device once a day; the page of the entry says what became of it."""
        client = counted_as(request.remote_addr)
        device = self.visitors.present()
        if client is None:
            return self._outcome(entry_id, "nobody")
        if self.tries.take(client, self.now()) is not None:
            return self._outcome(entry_id, "too_many")
        outcome = board.support(
            db(),
            entry_id,
            device.mac if device else client,
            self.now(),
            fresh_salt=self.new_salt(),
        )
        return self._outcome(entry_id, outcome)

    def _outcome(self, entry_id: int, outcome: str) -> ResponseReturnValue:
        return redirect(url_for("board_entry", entry_id=entry_id, dukung=outcome), 303)

    def _listed(self, section: Section, *, is_gone: bool = False) -> str:
        before = request.args.get("sebelum", default=publications.NO_END, type=int)
        before = min(max(before, 0), publications.NO_END)
        found = publications.shown(db(), section, before=before, limit=PAGE_ENTRIES + 1)
        older = found[PAGE_ENTRIES - 1].id if len(found) > PAGE_ENTRIES else None
        return self._page(section, found[:PAGE_ENTRIES], older=older, is_gone=is_gone)

    def _page(self, section: Section, entries: list[Shown], **values: object) -> str:
        return render_template(
            "board.html",
            section=section,
            entries=entries,
            categories=categories(),
            kelurahan=lambda code: kelurahan_name(self.site_code, code),
            supports_max=SUPPORTS_SHOWN_MAX,
            **values,
        )
