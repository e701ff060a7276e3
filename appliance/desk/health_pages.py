"""How the box is doing."""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from flask import Flask, render_template
from flask.typing import ResponseReturnValue

from appliance.actions.privacy import sealing
from appliance.desk.condition.parts import Condition, Seen
from appliance.desk.condition.whole import conditions
from appliance.domain.moment import Moment
from appliance.runtime import hardware
from appliance.runtime.settings import Settings
from appliance.store.box import gauges
from appliance.store.city import outbox
from web.database import db
from web.security import staff


def add_health(app: Flask, settings: Settings, now: Callable[[], Moment]) -> None:
    """Add the page."""
    pages = HealthPages(folder=settings.store.path.parent, now=now)
    app.add_url_rule("/keadaan", "health", pages.health)


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthPages:
    """The view; `folder` is where the database lies."""

    folder: Path
    now: Callable[[], Moment]

    @staff
    def health(self) -> ResponseReturnValue:
        """Every part of the box, and what to do about it."""
        found = look(db(), self.folder, self.now())
        return render_template(
            "desk/health.html",
            conditions=found,
            to_do=[condition for condition in found if condition.advice],
        )


def look(db: sqlite3.Connection, folder: Path, now: Moment) -> list[Condition]:
    """Look at everything."""
    machine = hardware.look(folder)
    lanes = outbox.lanes(db).values()
    seen = Seen(
        gauges=gauges.every(db),
        backlog=sum(lane.last_seq - lane.acked_seq for lane in lanes),
        oldest=outbox.oldest_unacked(db),
        acked_at=outbox.last_ack(db),
        is_sealing=sealing.state(db) != sealing.OFF,
        temperature_c=machine.temperature_c,
        is_undervolted=machine.is_undervolted,
        disk_free_bytes=machine.disk_free_bytes,
        disk_bytes=machine.disk_bytes,
        now=now,
    )
    return conditions(seen)
