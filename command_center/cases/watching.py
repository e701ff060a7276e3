"""The city's own look at what has come: the same matter from several boxes, and odd patterns.

Runs beside ingest, a few cases at a time, so that an outage's thousands are stored first. How far
it has come is a row (`store.watch`): a restart begins where it ended.
"""

from datetime import datetime

from sqlalchemy import Engine

from appliance.domain.cases.marks import Mark
from command_center.cases import anomaly, linking
from command_center.store.cases import case_marks, requests, watch
from command_center.store.database import reading, writing

AT_ONCE = 50


def link(engine: Engine, now: datetime) -> int:
    """Compare the next cases with those before, in one transaction; return how many there were."""
    with reading(engine) as connection:
        if not requests.behind(connection, *watch.position(connection), 1):
            return 0
    with writing(engine) as connection:
        new = requests.behind(connection, *watch.position(connection), AT_ONCE)
        for request in new:
            linking.look(connection, request, now)
        if new:
            watch.advance(connection, new[-1])
    return len(new)


def find_patterns(engine: Engine, now: datetime) -> int:
    """Mark the cases of patterns that are not usual; return how many are marked anew."""
    with reading(engine) as connection:
        tellings = watch.tellings(connection, now - anomaly.WINDOW)
        found = frozenset().union(*anomaly.unusual(tellings).values())
        there = case_marks.of(connection, sorted(found))
    fresh = sorted(id_ for id_ in found if Mark.PATTERN not in there.get(id_, ()))
    if fresh:
        with writing(engine) as connection:
            for request_id in fresh:
                case_marks.add(connection, request_id, [Mark.PATTERN], now)
    return len(fresh)
