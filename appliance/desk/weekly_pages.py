"""The summary of a week, to print."""

from collections.abc import Callable
from dataclasses import dataclass

from flask import Flask, abort, render_template, request
from flask.typing import ResponseReturnValue

from appliance.desk import words
from appliance.domain.errors import BadInput
from appliance.domain.moment import Moment
from appliance.domain.privacy.retention import WIFI
from appliance.domain.public.report_card import PERIOD
from appliance.domain.public.weekly import Week, weekly
from appliance.domain.wifi import statistics as wifi_statistics
from appliance.store.city import city_tables
from appliance.store.public import figures, weekly_figures
from appliance.store.wifi import wifi_sessions as wifi
from web.database import db
from web.security import staff

_WORDS = {"channel": words.channel, "status": words.status, "category": words.category}
_MOST_SESSIONS = 100_000


def add_weekly(app: Flask, now: Callable[[], Moment]) -> None:
    """Add the page."""
    app.add_url_rule("/ringkasan", "weekly", WeeklyPages(now=now).weekly)


@dataclass(frozen=True, slots=True, kw_only=True)
class WeeklyPages:
    """The view."""

    now: Callable[[], Moment]

    @staff
    def weekly(self) -> ResponseReturnValue:
        """The figures of one week of the last year, by default of this one."""
        now = self.now()
        this_week = Week.of(now.day)
        week = _wanted(this_week)
        if not now.wall - PERIOD <= week.begin <= now.wall:
            abort(404)
        tables = city_tables.in_force(db())
        cases = figures.cases(db(), now.wall - PERIOD)
        return render_template(
            "desk/weekly.html",
            week=week,
            before=week.later(-1),
            after=week.later(1) if week < this_week else None,
            figures=weekly(weekly_figures.received(db(), week), cases, week, now.wall, tables),
            sms=weekly_figures.sms(db(), week),
            wifi=_wifi(week),
            is_forgotten=now.wall - week.begin > WIFI,
            agency_name=tables.agency_name,
            words=_WORDS,
            printed_at=now.wall,
        )


def _wanted(otherwise: Week) -> Week:
    try:
        return Week.parse(request.args["minggu"]) if "minggu" in request.args else otherwise
    except BadInput:
        abort(404)


def _wifi(week: Week) -> dict[str, int]:
    sessions = wifi.since(db(), week.begin, limit=_MOST_SESSIONS)
    days = wifi_statistics.by_day([s for s in sessions if week.holds(s.opened_at)])
    return {
        "sessions": sum(day.sessions for day in days),
        "most_devices": max((day.devices for day in days), default=0),
        "hours": sum(day.minutes for day in days) // 60,
        "mb": sum(day.up_bytes + day.down_bytes for day in days) // 1_000_000,
    }
