"""The dashboard's pages: desk, wall, boxes, and the stream that keeps them fresh."""

from collections.abc import Callable
from datetime import datetime

from flask import Flask, Response, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Engine

from appliance.domain import reference
from command_center import cloudevents
from command_center.dashboard import alarms as rules
from command_center.dashboard import figures, stream, tilemap, words
from command_center.dashboard.late import Late
from command_center.dashboard.snapshot import Made, Snapshot, Snapshots
from command_center.dashboard.whose import Whose
from command_center.pages import forms
from command_center.staff.guard import account, allows
from command_center.staff.roles import OF_AGENCY, SUPERVISORS, Role
from command_center.store.dashboard import alarms
from command_center.store.database import reading, writing
from web.staff_guard import background

WATCHERS = (*SUPERVISORS, Role.ADMIN)
"""Who sees the figures of all agencies."""
WALL_ALARMS, WALL_ALARMS_BESIDE_BOXES, WALL_BOXES = 4, 2, 6
"""More than the wall has room for are told by their number; of alarms there is less room beside
boxes that are away."""
TOPICS_FIRST = 12


def add(
    app: Flask, engine: Engine, now: Callable[[], datetime], is_link_up: Callable[[], bool]
) -> None:
    """Register the pages."""
    pages = DashboardPages(engine, now, is_link_up)
    app.add_url_rule("/dasbor", "dashboard", pages.desk)
    app.add_url_rule("/dinding", "wall", pages.wall)
    app.add_url_rule("/kotak", "boxes", pages.boxes)
    app.add_url_rule("/dasbor/arus", "dashboard_stream", pages.stream)
    app.add_url_rule("/alarm/<int:alarm_id>/<act>", "alarm", pages.alarm, methods=["POST"])
    app.add_url_rule("/api/alarms", "alarm_events", pages.alarm_events)


class DashboardPages:
    """The views."""

    def __init__(
        self, engine: Engine, now: Callable[[], datetime], is_link_up: Callable[[], bool]
    ) -> None:
        self._engine, self._now, self._is_link_up = engine, now, is_link_up
        self._late = Late(engine, now)
        self._snapshots: dict[Whose, Snapshots] = {}

    @allows(*WATCHERS, *OF_AGENCY)
    def desk(self) -> ResponseReturnValue:
        """Everything, with tables and links to the lists; of the account's own agency or unit."""
        return self._page("dashboard/desk.html", _days())

    @allows(*WATCHERS, Role.WALL)
    def wall(self) -> ResponseReturnValue:
        """What can be read from three metres: few figures, map, alarms; nothing of persons."""
        return self._page("dashboard/wall.html", figures.PERIOD)

    @allows(*WATCHERS)
    def boxes(self) -> ResponseReturnValue:
        """How each box is."""
        return self._page("dashboard/boxes.html", figures.PERIOD)

    @background
    @allows(*WATCHERS, *OF_AGENCY, Role.WALL)
    def stream(self) -> ResponseReturnValue:
        """Whether anything has changed."""
        seen = request.headers.get("Last-Event-ID") or request.args.get("sejak", "")
        made = self._mine().latest(_days())
        return Response(
            stream.answer(seen, made.version, self._now()), content_type=stream.MEDIA_TYPE
        )

    @allows(Role.OPERATOR, Role.VERIFIKATOR)
    def alarm(self, alarm_id: int, act: str) -> ResponseReturnValue:
        """An officer has seen an alarm, or done what was to be done."""
        write = {"dilihat": alarms.see, "ditutup": alarms.close}.get(act)
        if write is None:
            abort(404)
        with writing(self._engine) as connection:
            write(connection, alarm_id, by=account().name, now=self._now())
        self._mine().forget()
        return redirect(url_for("dashboard") + "#alarm", code=303)

    @allows(Role.AUDITOR, Role.FEED)
    def alarm_events(self) -> ResponseReturnValue:
        """Alarms as they were raised, for other systems: CloudEvents, as `/api/events`."""
        try:
            after, limit = forms.feed_query(request.args)
        except ValueError as error:
            return {"error": str(error)}, 400
        with reading(self._engine) as connection:
            found = alarms.after(connection, after, limit)
        here = found[-1].id if found else after
        successor = url_for("alarm_events", after=here, limit=limit)
        return Response(
            cloudevents.alarms(found),
            content_type=cloudevents.MEDIA_TYPE,
            headers={"Link": f'<{successor}>; rel="next"'},
        )

    def _page(self, template: str, days: int) -> str:
        made = self._mine().latest(days)
        return render_template(template, **_content(made, self._now()))

    def _mine(self) -> Snapshots:
        """What all accounts of this post share."""
        whose = Whose(account().agency, account().unit)
        made = Snapshots(self._engine, self._now, self._is_link_up, self._late, whose)
        return self._snapshots.setdefault(whose, made)


def _days() -> int:
    """The period asked for."""
    asked = request.args.get("hari", "")
    return next((days for days in figures.PERIODS if str(days) == asked), figures.PERIOD)


def _content(made: Made, now: datetime) -> dict[str, object]:
    shown = made.snapshot
    known = {rule.id: rule for rule in rules.rules()}
    return {
        "made": made,
        "now": now,
        "shown": shown,
        "figures": shown.figures,
        "alarms": [words.alarm(one, known) for one in shown.alarms],
        "map": _map(shown),
        "words": words,
        "periods": figures.PERIODS,
        "topics_first": TOPICS_FIRST,
        "wall_alarms": WALL_ALARMS_BESIDE_BOXES if shown.missing else WALL_ALARMS,
        "wall_boxes": WALL_BOXES,
    }


def _map(shown: Snapshot) -> dict[str, object]:
    rows = {row.value: row for row in shown.figures.kelurahan}
    codes = tuple(one.code for one in reference.kelurahan_of_city(shown.city))
    bounds = tilemap.steps(rows[code].number for code in codes)
    return {
        "tiles": tilemap.of_city(shown.city, codes),
        "rows": rows,
        "shades": {code: tilemap.shade(rows[code].number, bounds) for code in codes},
        "legend": tilemap.legend(bounds),
        "boxes": {str(box.site): box for box in shown.boxes},
    }
