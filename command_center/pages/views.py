"""The pages of the command center: parse, act, render.

Knows HTTP and templates. Who may come here is `staff`'s business, what may change `casework`'s.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import partial

from flask import Flask, Response, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection, Engine

from appliance.domain import reference
from appliance.domain.cases.deadline import Deadline
from appliance.domain.city.city_tables import Tables
from appliance.domain.errors import BadInput
from appliance.domain.moment import to_ms
from appliance.domain.privacy.consent import Purpose
from appliance.domain.staff import words as staff_words
from command_center import cloudevents, wording
from command_center.cases import casework, correcting, explaining, worklist
from command_center.dashboard.cells import Dimension
from command_center.handling import open_cases, powers
from command_center.handling.open_cases import WholeCase
from command_center.pages import forms, link_pages, overview, photo_page
from command_center.pages.forms import ListQuery
from command_center.public.cards import last_midnight
from command_center.staff import scope
from command_center.staff.guard import account, allows, noted
from command_center.staff.roles import HANDLERS, PEOPLE, Role
from command_center.store.cases import case_links, case_marks, requests
from command_center.store.cases.case_history import RESIDENT
from command_center.store.cases.requests import CityRequest
from command_center.store.dashboard import daily_counts
from command_center.store.database import reading
from command_center.store.fleet import boxes
from command_center.store.privacy import consents, erasures
from command_center.store.receiving import case_texts, feed, follow_ups, sealed_contents
from command_center.store.sending import tables
from web.staff_guard import may_open


class Pages:
    """The views, with what they need at hand."""

    def __init__(
        self,
        engine: Engine,
        *,
        now: Callable[[], datetime],
        is_link_up: Callable[[], bool],
        on_change: Callable[[], None],
        more: Callable[[Connection, WholeCase], dict[str, object]],
    ) -> None:
        self._engine, self._now, self._more = engine, now, more
        self._is_link_up, self._on_change = is_link_up, on_change

    def add(self, app: Flask) -> None:
        """Register them."""
        case = "/permohonan/<request_id>"
        app.add_url_rule("/", "index", self.index)
        app.add_url_rule(case, "show", self.show)
        app.add_url_rule(case, "change", self.change, methods=["POST"])
        app.add_url_rule(f"{case}/koreksi", "correct", self.correct, methods=["POST"])
        app.add_url_rule("/api/events", "events", self.events)

    @allows(*PEOPLE, Role.WALL)
    @noted
    def index(self) -> ResponseReturnValue:
        """The list of requests, under the strip of boxes; a wall's screen goes to its own page."""
        if account().role is Role.WALL:
            return redirect(url_for("wall"), code=303)
        query = forms.list_query(request.args)
        query = replace(query, filter=scope.narrowed(account(), query.filter))
        with reading(self._engine) as connection:
            content = self._strip(connection) | _choices(connection)
            content |= _list(connection, query, self._now())
        status = 400 if query.problem else 200
        return render_template("requests.html", query=query, **content), status

    @allows(*PEOPLE)
    @noted
    def show(self, request_id: str) -> ResponseReturnValue:
        """One request with its history."""
        return self.detail(request_id)

    @allows(*HANDLERS)
    def change(self, request_id: str) -> ResponseReturnValue:
        """An officer moves a request."""

        def act() -> None:
            form = forms.status_form(request.form)
            if not powers.may_set(account().role, form.status):
                abort(403)
            casework.change_status(
                self._engine,
                request_id,
                form.status,
                form.message,
                by=account().name,
                now=self._now(),
                seen_at=form.seen_at,
                with_children=form.with_children,
                may_touch=partial(scope.covers, account()),
                destination=form.destination,
            )

        return self._acted(request_id, act)

    @allows(Role.OPERATOR, Role.VERIFIKATOR)
    def correct(self, request_id: str) -> ResponseReturnValue:
        """An officer corrects what a request is about."""

        def act() -> None:
            wanted, seen_at = forms.correction_form(request.form)
            correcting.correct(
                self._engine,
                request_id,
                wanted,
                by=account().name,
                now=self._now(),
                seen_at=seen_at,
            )

        return self._acted(request_id, act)

    def _acted(self, request_id: str, act: Callable[[], None]) -> ResponseReturnValue:
        """Do it and show the request as it is then, or why it was not done."""
        try:
            act()
        except casework.UnknownRequest:
            abort(404)
        except BadInput as error:
            return self.detail(request_id, problem=casework.refusal(error)), 409
        self._on_change()
        return redirect(url_for("show", request_id=request_id), code=303)

    @allows(Role.AUDITOR, Role.FEED)
    @noted
    def events(self) -> ResponseReturnValue:
        """What the boxes reported, for other systems: CloudEvents, read on by the Link header."""
        try:
            after, limit = forms.feed_query(request.args)
        except BadInput as error:
            return {"error": str(error)}, 400
        newest = feed.newest(self._engine)
        with reading(self._engine) as connection:
            found = feed.after(connection, after, newest, limit)
        here = found[-1].position if found else after
        successor = url_for("events", after=here, limit=limit)
        return Response(
            cloudevents.batch(found),
            content_type=cloudevents.MEDIA_TYPE,
            headers={"Link": f'<{successor}>; rel="next"'},
        )

    def detail(self, request_id: str, problem: str = "") -> str:
        """The page of a case, with what went wrong; 404 where there is none."""
        with reading(self._engine) as connection:
            found = requests.by_id(connection, request_id)
            if found is None:
                abort(404)
            photo = photo_page.seen(self._engine, connection, request_id)
            due = follow_ups.due(connection, request_id)
            erased = erasures.of(connection, request_id)
            may_be_shown = consents.holds(connection, request_id, Purpose.PUBLISH)
            texts = case_texts.of_request(connection, found.site, request_id)
            opened = open_cases.one(connection, found, self._now())
            sealed = sealed_contents.of_request(connection, request_id)
            history = scope.seen_history(connection, account(), found, opened.history)
            links = link_pages.of_case(connection, found) | self._more(connection, opened)
        case, reads = scope.seen(account(), found), scope.reads(account(), found)
        known = opened.known
        why = explaining.why(case, known)
        return render_template(
            "request.html",
            case=case,
            reads=reads,
            history=history[::-1],
            why=why,
            proposal=explaining.proposal(found, known),
            choices=_corrections(found, why, known),
            photo=photo if reads else None,
            sealed_for=wording.holders(sealed),
            due=due,
            erased=erased,
            may_be_shown=may_be_shown,
            resident=RESIDENT,
            texts=texts if reads else [],
            moves=_moves(found),
            message_max=casework.MESSAGE_MAX_CHARS,
            seen_ms=to_ms(found.updated_at),
            problem=problem,
            form=request.form,
            **links,
        )

    def _strip(self, connection: Connection) -> dict[str, object]:
        is_link_up = self._is_link_up()
        today = requests.count_since(connection, last_midnight(self._now()))
        return {
            "is_link_up": is_link_up,
            "now": self._now(),
            "tiles": overview.tiles(
                boxes.every(connection), today, self._now(), is_link_up=is_link_up
            ),
            **(link_pages.to_see(connection) if may_open("see") else {}),
            "tallies": overview.tallies(
                daily_counts.ever(connection, Dimension.STATUS),
                daily_counts.ever(connection, Dimension.PROPOSED).get("", 0),
            ),
        }


def _list(connection: Connection, query: ListQuery, now: datetime) -> dict[str, object]:
    """One page: of what has a deadline to look at, or of all, the newest first."""
    offset = (query.page - 1) * forms.PAGE_SIZE
    late: dict[str, Deadline] = {}
    if query.due is None:
        total = requests.count(connection, query.filter, at_most=forms.LISTED_MAX + 1)
        shown = requests.page(connection, query.filter, limit=forms.PAGE_SIZE, offset=offset)
    else:
        total = worklist.count(connection, query.filter, query.due, now)
        on_page = worklist.page(
            connection, query.filter, query.due, now, limit=forms.PAGE_SIZE, offset=offset
        )
        shown = [case for case, _ in on_page]
        late = {case.request_id: deadline for case, deadline in on_page if deadline}
    ids = [case.request_id for case in shown]
    return {
        "requests": scope.all_seen(account(), shown),
        "late": late,
        "family": case_links.family(connection, ids),
        "marks": case_marks.of(connection, ids),
        "total": total,
        "listed_max": forms.LISTED_MAX,
        "first": offset + 1,
        "last": offset + len(shown),
    }


def _choices(connection: Connection) -> dict[str, object]:
    """What the filters offer: only what occurs, so that no choice leads to an empty list."""
    known = tables.in_force(connection)
    statuses, agencies, categories = (
        daily_counts.ever(connection, dimension)
        for dimension in (Dimension.STATUS, Dimension.AGENCY, Dimension.CATEGORY)
    )
    return {
        "statuses": [(s, wording.status(s)) for s in statuses],
        "agencies": [(a, known.agency_name(a)) for a in agencies],
        "categories": [(c, wording.category(c)) for c in categories],
    }


def _moves(found: CityRequest) -> list[tuple[str, str]]:
    """Where who looks may move a case."""
    role = account().role
    possible = (move for move in casework.moves(found) if powers.may_set(role, move))
    return [(move.value, wording.status(move)) for move in possible]


def _corrections(
    found: CityRequest, why: explaining.Why | None, known: Tables
) -> dict[str, list[tuple[str, str]]]:
    """What an officer may choose from."""
    places = [(k.code, k.name) for k in reference.kelurahan_of(found.site)]
    if found.kelurahan and found.kelurahan not in dict(places):
        places.append((found.kelurahan, reference.any_kelurahan_name(found.kelurahan)))
    agencies = [(id_, agency.short_name) for id_, agency in known.working().items()]
    return {
        "category": explaining.categories_first(why),
        "kind": list(staff_words.KINDS.items()),
        "kelurahan": [(forms.NO_KELURAHAN, "Tidak diketahui"), *places],
        "agency": [("", "Menurut kategori"), *agencies],
        "sensitivity": list(staff_words.SENSITIVITIES.items()),
        "destination": [(d.id, d.name) for d in known.destinations],
    }
