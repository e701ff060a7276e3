"""The pages of dispositions: inboxes, the list of escalations, and the acts of a case's page."""

from collections.abc import Callable
from datetime import datetime
from functools import cached_property, partial
from pathlib import Path

from flask import Flask, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection, Engine

from appliance.domain.cases.deadline import Deadline
from appliance.domain.cases.marks import Mark
from appliance.domain.errors import BadInput
from command_center import local_day
from command_center.cases import casework
from command_center.handling import (
    case_part,
    disposing,
    due,
    escalating,
    files,
    forms,
    inbox,
    open_cases,
    units,
)
from command_center.handling.open_cases import OpenCase, WholeCase
from command_center.handling.units import Units
from command_center.pages.forms import PAGE_SIZE, seen
from command_center.staff import scope
from command_center.staff.guard import account, allows, noted
from command_center.staff.roles import HANDLERS, PEOPLE, SUPERVISORS, Role
from command_center.store import this_city
from command_center.store.cases import case_marks
from command_center.store.cases.requests import WHOLE_AGENCY, Filter
from command_center.store.database import reading
from command_center.store.handling import escalations, open_requests
from command_center.store.sending import tables

Detail = Callable[[str, str], str]
"""The page of a case, with what went wrong."""


class HandlingPages:
    """The views, with what they need at hand."""

    def __init__(
        self,
        engine: Engine,
        *,
        now: Callable[[], datetime],
        on_change: Callable[[], None],
        units_file: Path | None,
    ) -> None:
        self._engine, self._now, self._on_change = engine, now, on_change
        self._units_file = units_file

    @cached_property
    def units(self) -> Units:
        """The units of this city."""
        with reading(self._engine) as connection:
            city = this_city.code(connection)
        return files.load_units(self._units_file, city)

    def add(self, app: Flask, detail: Detail) -> None:
        """Register them; `detail` shows a case again with what went wrong."""
        self._detail = detail
        case = "/permohonan/<request_id>"
        app.add_url_rule("/kotak-masuk", "inboxes", self.inboxes)
        app.add_url_rule("/kotak-masuk/<agency>", "inbox", self.inbox)
        app.add_url_rule("/eskalasi", "escalations", self.escalations)
        app.add_url_rule(f"{case}/disposisi", "dispose", self.dispose, methods=["POST"])
        app.add_url_rule(f"{case}/kembalikan", "hand_back", self.hand_back, methods=["POST"])
        app.add_url_rule(f"{case}/eskalasi", "told", self.told, methods=["POST"])

    def of_case(self, connection: Connection, case: WholeCase) -> dict[str, object]:
        """What the page of a case shows."""
        content = case_part.content(connection, case, self.units, account(), self._now())
        return {"deadlines": case.deadlines, "trouble": case.trouble, **content}

    @allows(*PEOPLE)
    def inboxes(self) -> ResponseReturnValue:
        """The agencies, with what each has to do."""
        with reading(self._engine) as connection:
            mine = scope.narrowed(account(), Filter())
            counts = open_requests.counts(connection, mine, local_day.today(self._now()))
            known = tables.in_force(connection)
            is_of_all = account().agency is None
            returned = case_marks.unseen(connection, Mark.RETURNED) if is_of_all else []
        return render_template(
            "handling/inboxes.html",
            rows=inbox.by_agency(counts, known),
            whole=inbox.whole(counts, "Semua dinas"),
            returned=returned,
        )

    @allows(*PEOPLE)
    @noted
    def inbox(self, agency: str) -> ResponseReturnValue:
        """An agency: its units, and the cases of one of them or of all by deadline."""
        query = forms.inbox_query(request.args)
        with reading(self._engine) as connection:
            known = tables.in_force(connection)
            if account().agency not in (None, agency):
                abort(404)
            mine = scope.narrowed(account(), Filter(agency=agency))
            is_placeless = scope.knows_no_places(account())
            counts = open_requests.counts(
                connection, mine, local_day.today(self._now()), is_placeless=is_placeless
            )
            if agency not in known.agencies and not counts:
                abort(404)
            found = open_requests.by_deadline(
                connection,
                mine,
                query.unit,
                limit=PAGE_SIZE,
                offset=query.offset,
                is_placeless=is_placeless,
            )
            shown = open_cases.shown(connection, found, self._now())
        chosen = [one for one in counts if query.unit in ("", one.unit or WHOLE_AGENCY)]
        return render_template(
            "handling/inbox.html",
            agency=agency,
            query=query,
            rows=inbox.by_unit(counts, agency, self.units),
            whole=inbox.whole(counts, known.agency_name(agency)),
            cases=[
                (scope.seen(account(), case.request), _end(case), _note(case)) for case in shown
            ],
            unit_of=lambda unit: units.name(self.units, agency, unit),
            total=inbox.whole(chosen, "").open,
            last=query.offset + len(shown),
        )

    @allows(*SUPERVISORS)
    def escalations(self) -> ResponseReturnValue:
        """What must be told to whom, the gravest first; without personal data."""
        query = forms.inbox_query(request.args)
        with reading(self._engine) as connection:
            known = tables.in_force(connection)
            shown = escalating.waiting(
                connection, self._now(), limit=PAGE_SIZE, offset=query.offset
            )
            total = escalations.count_untold(connection)
            seen = [scope.seen_step(account(), one.request, one.step) for one in shown]
            people = case_part.told(connection, seen, known, due.today(self._now()))
        return render_template(
            "handling/escalations.html",
            query=query,
            items=list(zip(shown, people, strict=True)),
            total=total,
            last=query.offset + len(shown),
            unit_of=lambda agency, unit: units.name(self.units, agency, unit),
        )

    @allows(Role.VERIFIKATOR, Role.OFFICER)
    def dispose(self, request_id: str) -> ResponseReturnValue:
        """An officer hands a case on."""

        def act() -> None:
            order, seen_at = forms.order_form(request.form)
            if account().agency not in (None, order.agency):
                abort(403)
            disposing.dispose(
                self._engine,
                request_id,
                order,
                self.units,
                by=account().name,
                now=self._now(),
                seen_at=seen_at,
                may_touch=partial(scope.covers, account()),
            )

        return self._acted(request_id, act)

    @allows(*HANDLERS)
    def hand_back(self, request_id: str) -> ResponseReturnValue:
        """A unit or an agency gives a case back."""
        return self._acted(
            request_id,
            lambda: disposing.hand_back(
                self._engine,
                request_id,
                request.form.get("reason", ""),
                self.units,
                by=account().name,
                now=self._now(),
                seen_at=seen(request.form),
                may_touch=partial(scope.covers, account()),
            ),
        )

    @allows(Role.OPERATOR, Role.VERIFIKATOR)
    def told(self, request_id: str) -> ResponseReturnValue:
        """Somebody has told whom a step names."""
        step = request.form.get("step", "")[:20]
        return self._acted(
            request_id,
            lambda: escalating.told(
                self._engine, request_id, step, by=account().name, now=self._now()
            ),
        )

    def _acted(self, request_id: str, act: Callable[[], object]) -> ResponseReturnValue:
        try:
            act()
        except casework.UnknownRequest:
            abort(404)
        except BadInput as error:
            return self._detail(request_id, casework.refusal(error)), 409
        self._on_change()
        with reading(self._engine) as connection:
            is_mine = scope.includes(connection, account(), request_id)
        where = url_for("show", request_id=request_id) if is_mine else url_for("inboxes")
        return redirect(where, code=303)


def _note(case: OpenCase) -> str:
    """What its agency was told, for who may read it."""
    given = case.disposition
    return scope.seen_note(account(), case.request, given) if given else ""


def _end(case: OpenCase) -> Deadline | None:
    """The last day of a case, unless it cannot be computed."""
    return case.deadlines[-1] if case.deadlines else None
