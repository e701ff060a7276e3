"""The operator's pages: a form for a call, its number to be read aloud, and words of a reporter.

The first press shows what the call would become and who has told of the same; the second, with the
same words, stores it.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from uuid import uuid4

from flask import Flask, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Engine

from appliance.domain import reference
from appliance.domain.cases.service_request import Sensitivity
from appliance.domain.errors import BadInput
from appliance.domain.privacy.consent import TEXT_VERSION, TEXTS
from appliance.domain.staff import words as staff_words
from command_center.cases import casework, explaining
from command_center.pages.forms import NO_KELURAHAN
from command_center.phone import forms, saying, taking
from command_center.phone.forms import Entry, Mistakes
from command_center.phone.taking import Proposal
from command_center.staff.guard import account, allows
from command_center.staff.roles import Role
from command_center.store import this_city
from command_center.store.cases import requests
from command_center.store.database import reading
from command_center.store.sending import tables

_OPERATORS = (Role.OPERATOR, Role.VERIFIKATOR)


class PhonePages:
    """The views, with what they need at hand."""

    def __init__(
        self,
        engine: Engine,
        *,
        now: Callable[[], datetime],
        on_change: Callable[[], None],
        sealing_keys: Mapping[str, str],
        detail: Callable[[str, str], str],
        new_id: Callable[[], str] = lambda: str(uuid4()),
    ) -> None:
        """`detail` shows a case again with what went wrong."""
        self._engine, self._now, self._on_change = engine, now, on_change
        self._sealing_keys, self._detail, self._new_id = sealing_keys, detail, new_id

    def add(self, app: Flask) -> None:
        """Register them."""
        app.jinja_env.globals["phone_wishes"] = list(forms.WISHES.items())
        app.add_url_rule("/telepon", "call", self.call)
        app.add_url_rule("/telepon", "take_call", self.take_call, methods=["POST"])
        app.add_url_rule("/telepon/<request_id>", "called", self.called)
        app.add_url_rule("/permohonan/<request_id>/telepon", "say", self.say, methods=["POST"])

    @allows(*_OPERATORS)
    def call(self) -> ResponseReturnValue:
        """An empty form."""
        return self._form({})

    @allows(*_OPERATORS)
    def take_call(self) -> ResponseReturnValue:
        """Propose what the call would become or, once that was seen, store it."""
        entry = forms.entry(request.form, self._city(), self._new_id())
        if isinstance(entry, Mistakes):
            return self._form(entry.fields), 400
        if not entry.is_confirmed:
            return self._form({}, entry, taking.propose(self._engine, entry, self._now()))
        try:
            request_id = taking.take(
                self._engine,
                entry,
                sealing_keys=self._sealing_keys,
                by=account().name,
                now=self._now(),
            )
        except BadInput as error:
            proposal = taking.propose(self._engine, entry, self._now())
            return self._form({"proposal": casework.refusal(error)}, entry, proposal), 409
        return redirect(url_for("called", request_id=request_id), code=303)

    @allows(*_OPERATORS)
    def called(self, request_id: str) -> ResponseReturnValue:
        """The number that is read aloud."""
        with reading(self._engine) as connection:
            found = requests.by_id(connection, request_id)
        if found is None:
            abort(404)
        return render_template(
            "phone/called.html",
            case=found,
            is_secret=found.sensitivity == Sensitivity.CONFIDENTIAL,
            hotlines=_hotlines(found.category),
        )

    @allows(*_OPERATORS)
    def say(self, request_id: str) -> ResponseReturnValue:
        """What a reporter says by telephone about a report of hers."""
        try:
            wish, words = forms.said(request.form)
            saying.take(
                self._engine,
                request_id,
                wish,
                words,
                page=request.form.get("seen", "")[:20],
                by=account().name,
                now=self._now(),
            )
        except casework.UnknownRequest:
            abort(404)
        except BadInput as error:
            return self._detail(request_id, casework.refusal(error)), 409
        self._on_change()
        return redirect(url_for("show", request_id=request_id), code=303)

    def _form(
        self,
        mistakes: dict[str, str],
        entry: Entry | None = None,
        proposal: Proposal | None = None,
    ) -> str:
        return render_template(
            "phone/call.html",
            form=request.form,
            mistakes=mistakes,
            entry_id=request.form.get("entry_id") or self._new_id(),
            entry=entry,
            proposal=proposal,
            hotlines=_hotlines(proposal.triage.category) if proposal else (),
            choices=self._choices(proposal) if proposal else {},
            consents={
                str(why): text for (why, version), text in TEXTS.items() if version == TEXT_VERSION
            },
        )

    def _choices(self, proposal: Proposal) -> dict[str, list[tuple[str, str]]]:
        with reading(self._engine) as connection:
            known = tables.in_force(connection)
        found = proposal.request
        agencies = [(id_, one.short_name) for id_, one in known.working().items()]
        places = [(one.code, one.name) for one in reference.kelurahan_of_city(self._city())]
        routed = f"Menurut kategori: {known.agency_name(found.agency)}"
        return {
            "category": explaining.categories_first(explaining.why(found, known)),
            "kind": [(kind, staff_words.KINDS[kind]) for kind in forms.KINDS],
            "kelurahan": [(NO_KELURAHAN, "Tidak diketahui"), *places],
            "agency": [("", routed), *agencies],
        }

    def _city(self) -> str:
        with reading(self._engine) as connection:
            return this_city.code(connection)


def _hotlines(category: str) -> tuple[str, ...]:
    """Whom to call about an emergency; of a sealed one the topic is not known."""
    known = reference.categories().get(category)
    return known.hotlines if known else ()
