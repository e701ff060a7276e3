"""From what holds now to alarms that are raised once for an episode. Pure.

An episode goes on while its rule holds, and for as long as the rule looks back after it held last:
a number that falls below and rises again within that time is no news. So an officer who has closed
an alarm is not told of the same episode again.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from command_center.dashboard.alarms import Finding, Rule

TOLD_EVERY = timedelta(minutes=30)
"""How exactly it is kept when an episode held last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """One episode."""

    id: int
    rule: str
    target: str
    number: int
    """The most that was counted."""
    raised_at: datetime
    held_at: datetime
    """When its rule held last, to half an hour."""
    ended_at: datetime | None = None
    seen_at: datetime | None = None
    seen_by: str | None = None
    closed_at: datetime | None = None
    closed_by: str | None = None


@dataclass(frozen=True, slots=True)
class Changes:
    """What is to be written."""

    raised: list[Finding]
    held: list[tuple[int, int]]
    """Id and number of those that hold on, where there is news."""
    ended: list[int]

    def __bool__(self) -> bool:
        return bool(self.raised or self.held or self.ended)


def step(
    going_on: Iterable[Alarm], found: Iterable[Finding], rules: Mapping[str, Rule], now: datetime
) -> Changes:
    """Compare the episodes that go on with what holds now."""
    holding = {(one.rule, one.target): one.number for one in found}
    held, ended = [], []
    for alarm in going_on:
        number = holding.pop((alarm.rule, alarm.target), None)
        if number is None:
            rule = rules.get(alarm.rule)
            if rule is None or now - alarm.held_at > rule.within:
                ended.append(alarm.id)
        elif number > alarm.number or now - alarm.held_at >= TOLD_EVERY:
            held.append((alarm.id, max(number, alarm.number)))
    raised = [Finding(rule=rule, target=at, number=n) for (rule, at), n in holding.items()]
    return Changes(raised, held, ended)
