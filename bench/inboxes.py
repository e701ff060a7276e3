"""Inboxes and the hourly look with many open cases: by the stored deadlines, and by a look at all.

The baseline is how it was done before deadlines were stored: every open case is read with its
history and its disposition, and its deadlines are computed. Both in one run, on the same SQLite.
"""

import argparse
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from statistics import median

from flask.testing import FlaskClient
from sqlalchemy import Connection, Engine, case, func, insert, literal, null, select

from appliance.domain.cases import deadline
from appliance.domain.cases.service_request import OVER
from appliance.domain.moment import to_ms
from command_center import local_day
from command_center.dashboard import late
from command_center.handling import escalating, keeping, open_cases
from command_center.handling.files import shipped_steps
from command_center.handling.open_cases import OpenCase
from command_center.staff.roles import Role
from command_center.store import database, migrate
from command_center.store.cases import requests
from command_center.store.database import reading, writing
from command_center.store.handling import escalations, open_requests
from command_center.store.handling.escalations import Escalation
from command_center.store.schema.cases import requests as table
from command_center.store.schema.handling import escalations as taken
from tests.support import full_city
from tests.support.city_staff import a_center, logged_in

NOW = datetime(2026, 11, 25, 3, 10, tzinfo=UTC)
DAYS = 120
READ_TOGETHER = 1_000
STEPS = shipped_steps()
TAKEN = (
    *("request_id", "since", "agency", "step", "deadline", "due_on", "working_days"),
    *("addressee", "act", "at", "done_at"),
)


def main() -> None:
    """Fill, measure, print; for each number of open cases."""
    parser = argparse.ArgumentParser(prog="python -m bench.inboxes", description=__doc__)
    parser.add_argument("--open", type=int, nargs="+", default=[10_000, 100_000], metavar="N")
    parser.add_argument("--rounds", type=int, default=9, help="of each (%(default)s)")
    args = parser.parse_args()
    for number in args.open:
        with tempfile.TemporaryDirectory(dir=".", prefix=".bench-") as folder:
            engine = database.connect(f"sqlite:///{Path(folder).resolve()}/center.db")
            migrate.ensure(engine, full_city.CITY, lambda: "0000aaaa", NOW)
            full_city.fill(engine, number, days=DAYS, now=NOW, is_open=True)
            _measure(engine, number, args.rounds)
            engine.dispose()


def _measure(engine: Engine, number: int, rounds: int) -> None:
    print(f"\n{number:,} open cases{'ms':>30}")
    _print("all computed anew, as after an upgrade", _took(partial(_compute_all, engine)))
    _tell_before(engine)
    _print("first looks at all, with their steps", _took(partial(_look_until_done, engine)))
    client = logged_in(a_center(engine, now=NOW), engine, Role.VERIFIKATOR, now=NOW)
    look = _median(partial(escalating.run, engine, STEPS, NOW), rounds)
    earlier = _median(partial(_look_at_all, engine), 3)
    _print("the hourly look, nothing due", look, earlier)
    counted = _median(partial(late.count, engine, NOW), rounds)
    earlier = _median(partial(_count_all, engine), 3)
    _print("late cases of the dashboard", counted, earlier)
    for path in ("/kotak-masuk", "/kotak-masuk/DLHK", "/kotak-masuk/DLHK?page=20"):
        _print(path, _median(partial(_get, client, path), rounds), earlier)
    _print("/eskalasi", _median(partial(_get, client, "/eskalasi"), rounds))
    _print("/?tenggat=terlambat", _median(partial(_get, client, "/?tenggat=terlambat"), rounds))


def _print(what: str, took_ms: float, earlier_ms: float | None = None) -> None:
    ratio = ""
    if earlier_ms is not None:
        ratio = f"{earlier_ms:10,.0f} by a look at all ({earlier_ms / took_ms:,.0f} times)"
    print(f"  {what:<40}{took_ms:10,.1f}{ratio}")


def _compute_all(engine: Engine) -> None:
    with writing(engine) as connection:
        open_requests.forget_deadlines(connection)
    keeping.compute_marked(engine)


def _tell_before(engine: Engine) -> None:
    """What is late was escalated long ago; of one in twenty nobody was told."""
    done_at = case((func.random() % 20 == 0, null()), else_=to_ms(NOW))
    for step, what, last_day in (
        ("merah", "finish", table.c.finish_on),
        ("tanggapan", "respond", table.c.respond_on),
    ):
        late = last_day < local_day.today(NOW)
        chosen = select(
            *(table.c.request_id, table.c.round_at, table.c.agency, literal(step)),
            *(literal(what), literal("2026-11-02"), literal(6), literal("sekda")),
            *(literal("x"), literal(to_ms(NOW)), done_at),
        )
        with writing(engine) as connection:
            connection.execute(insert(taken).from_select(TAKEN, chosen.where(late)))


def _look_until_done(engine: Engine) -> None:
    while escalating.run(engine, STEPS, NOW).is_more:
        database.checkpoint(engine)


def _look_at_all(engine: Engine) -> int:
    with reading(engine) as connection:
        cases = _every(connection)
        told = _taken(connection, [one.request.request_id for one in cases])
        return sum(
            bool(escalating._reached(STEPS, one, told.get(one.request.request_id, ())))
            for one in cases
        )


def _count_all(engine: Engine) -> int:
    with reading(engine) as connection:
        return sum(deadline.latest(one.deadlines) is not None for one in _every(connection))


def _every(connection: Connection) -> Sequence[OpenCase]:
    """All open cases, read in parts."""
    found = [one for one in requests.every(connection) if one.status not in OVER]
    parts = range(0, len(found), READ_TOGETHER)
    return [
        one
        for at in parts
        for one in open_cases.some(connection, found[at : at + READ_TOGETHER], NOW)
    ]


def _taken(connection: Connection, ids: Sequence[str]) -> dict[str, list[Escalation]]:
    parts = range(0, len(ids), READ_TOGETHER)
    found: dict[str, list[Escalation]] = {}
    for at in parts:
        found |= escalations.of_some(connection, ids[at : at + READ_TOGETHER])
    return found


def _get(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 200, (path, answer.status)


def _median(act: Callable[[], object], rounds: int) -> float:
    act()
    return median(_took(act) for _ in range(rounds))


def _took(act: Callable[[], object]) -> float:
    """Milliseconds."""
    began_s = time.perf_counter()
    act()
    return (time.perf_counter() - began_s) * 1000


if __name__ == "__main__":
    main()
