"""Looking for alarms in what is stored; beside ingest, as `watching` does."""

import logging
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine

from command_center import local_day
from command_center.dashboard import alarms as rules
from command_center.dashboard import episodes
from command_center.dashboard.alarms import SPANS_BEFORE, Finding, Rule
from command_center.dashboard.cells import Dimension
from command_center.store.dashboard import alarms, daily_counts
from command_center.store.database import reading, writing

log = logging.getLogger(__name__)


def raise_new(engine: Engine, now: datetime) -> int:
    """Compare what holds now with the alarms that go on; return how many are raised."""
    chosen = rules.rules()
    with reading(engine) as connection:
        found = _found(connection, chosen, now)
        by_id = {rule.id: rule for rule in chosen}
        changes = episodes.step(alarms.going_on(connection), found, by_id, now)
    if not changes:
        return 0
    with writing(engine) as connection:
        raised = alarms.write(connection, changes, now)
    for one in raised:
        log.warning("alarm raised rule=%s target=%s number=%s", one.rule, one.target, one.number)
    return len(raised)


def _found(connection: Connection, chosen: tuple[Rule, ...], now: datetime) -> list[Finding]:
    """What of the last days the rules ask for: topics by name over days, all topics over hours."""
    named = [rule for rule in chosen if rule.categories]
    topics = frozenset().union(*(rule.categories for rule in named))
    longest = max((rule.within for rule in named), default=timedelta())
    burst = max((rule.within for rule in chosen if rule.kind == "burst"), default=timedelta())
    told = alarms.signals(connection, now - longest, topics)
    lately = [one for one in alarms.signals(connection, now - burst) if one.category not in topics]
    today = local_day.today(now)
    days = max((rule.within.days for rule in chosen if rule.kind == "rising"), default=0)
    by_day = daily_counts.by_value_and_day(
        connection, Dimension.CATEGORY, today - days * (SPANS_BEFORE + 1) + 1, today
    )
    return rules.found(chosen, told + lately, by_day, now, today)
