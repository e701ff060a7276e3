"""Clusters, what rises far above its usual, and alarms that fire once for an episode."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from command_center.cases import linking
from command_center.dashboard import alarms, episodes, raising
from command_center.dashboard.alarms import Finding, Signal
from command_center.dashboard.episodes import Alarm
from command_center.store.dashboard import alarms as store
from command_center.store.database import reading
from tests.conftest import START
from tests.unit.command_center.city import commit, received
from tests.unit.command_center.dashboard.outbreak import KELURAHAN, OTHER, dengue

RULES = {rule.id: rule for rule in alarms.rules()}


TODAY = 20_000


A_WEEK = timedelta(days=7)


def signal(text: str = "anak saya kena dbd", **changes: object) -> Signal:
    told = Signal(
        at=START, site="14.71.07", kelurahan=KELURAHAN, category="wabah_jentik", text=text
    )
    return replace(told, **changes)  # type: ignore[arg-type]


def found(
    signals: Iterable[Signal] = (), by_day: dict[str, dict[int, int]] | None = None
) -> dict[str, dict[str, int]]:
    """What holds, by rule and target."""
    findings = alarms.found(RULES.values(), list(signals), by_day or {}, START, TODAY)
    told: dict[str, dict[str, int]] = {}
    for one in findings:
        told.setdefault(one.rule, {})[one.target] = one.number
    return told


def test_three_dengue_signals_in_a_kelurahan_within_a_week_are_an_alarm() -> None:
    three = [signal(), signal("demam berdarah", at=START - A_WEEK), signal("DBD lagi")]
    assert found(three) == {"dbd": {KELURAHAN: 3}}


@pytest.mark.parametrize(
    "third",
    [
        signal(at=START - A_WEEK - timedelta(seconds=1)),
        signal(kelurahan=OTHER),
        signal(kelurahan=None),
        signal("banyak jentik"),
        signal("dbdx"),
        signal(category="sampah"),
        signal(is_child=True),
    ],
    ids=["too old", "elsewhere", "nowhere", "larvae", "another word", "topic", "the same matter"],
)
def test_two_and_something_else_are_none(third: Signal) -> None:
    assert found([signal(), signal(), third]) == {}


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["jentik di 3 rumah RW 02", "ada jentik di 3 rumah rw 2"], {f"{KELURAHAN}/2": 6}),
        (["jentik di 3 rumah RW 02", "ada jentik di 3 rumah rw 3"], None),
        (["jentik di 7 rumah"], {KELURAHAN: 7}),
        (["jentik di 3 rumah", "jentik di 3 rumah"], None),
        (["jentik di 5 rumah rw 1"], None),
        (["jentik di 5 rumah rw 1", "di bak saya ada jentik, rw 1"], {f"{KELURAHAN}/1": 6}),
    ],
)
def test_more_than_five_houses_of_an_rw_are_an_alarm(
    texts: list[str], expected: dict[str, int] | None
) -> None:
    assert found(map(signal, texts)).get("jentik") == expected


def weeks(*numbers: int) -> dict[int, int]:
    """A number in each week, the last one this."""
    return {TODAY - 7 * age: number for age, number in enumerate(reversed(numbers))}


@pytest.mark.parametrize(
    ("numbers", "is_alarm"),
    [
        ((2, 3, 2, 3, 2, 12), True),
        ((2, 3, 2, 3, 2, 9), False),
        ((30, 28, 33, 31, 30, 45), False),
        ((100, 98, 103, 101, 100, 199), False),
        ((100, 98, 103, 101, 100, 210), True),
        ((0, 0, 0, 50), False),
        ((8, 0, 0, 0, 0, 12), True),
    ],
    ids=["five times", "few", "half more", "nearly double", "double", "a young city", "one peak"],
)
def test_a_topic_far_above_its_usual_is_an_alarm(numbers: tuple[int, ...], is_alarm: bool) -> None:
    by_day = {"sampah": weeks(*numbers), "pju": weeks(*[1] * len(numbers))}
    assert ("melonjak" in found(by_day=by_day)) is is_alarm


def test_many_of_a_topic_at_once_are_an_alarm_and_the_same_over_days_are_none() -> None:
    at_once = [signal("banjir", category="banjir_drainase")] * 15
    assert found(at_once) == {"serbuan": {"14.71.07/banjir_drainase": 15}}
    over_days = [replace(one, at=START - timedelta(hours=3 * n)) for n, one in enumerate(at_once)]
    assert found(over_days) == {}


def an_alarm(held_at: datetime = START, number: int = 3) -> Alarm:
    return Alarm(
        id=1, rule="dbd", target=KELURAHAN, number=number, raised_at=held_at, held_at=held_at
    )


FOUND = Finding(rule="dbd", target=KELURAHAN, number=3)


def test_an_episode_fires_once_and_ends_after_its_rule_has_looked_back() -> None:
    assert episodes.step([], [FOUND], RULES, START).raised == [FOUND]
    assert not episodes.step([an_alarm()], [FOUND], RULES, START)
    assert not episodes.step([an_alarm()], [], RULES, START + A_WEEK)
    later = START + A_WEEK + timedelta(seconds=1)
    assert episodes.step([an_alarm()], [], RULES, later).ended == [1]
    assert episodes.step([an_alarm()], [replace(FOUND, number=4)], RULES, START).held == [(1, 4)]


def test_an_alarm_of_a_rule_that_is_no_more_ends() -> None:
    assert episodes.step([an_alarm()], [], {}, START).ended == [1]


@given(st.lists(st.booleans(), min_size=1, max_size=60))
@settings(max_examples=100)
def test_there_is_one_alarm_for_a_target_and_another_after_more_than_a_week_of_quiet(
    days: list[bool],
) -> None:
    going_on: Alarm | None = None
    raised, expected, last_held = 0, 0, None
    for day, holds in enumerate(days):
        now = START + timedelta(days=day)
        changes = episodes.step([going_on] if going_on else [], [FOUND] * holds, RULES, now)
        assert len(changes.raised) + len(changes.held) + len(changes.ended) <= 1
        if changes.raised:
            assert going_on is None
            going_on, raised = an_alarm(now), raised + 1
        if changes.held and going_on:
            going_on = replace(going_on, held_at=now)
        if changes.ended:
            going_on = None
        if holds:
            expected += last_held is None or day - last_held > 8
            last_held = day
    assert raised == expected


def test_an_outbreak_raises_one_alarm_however_often_one_looks(engine: Engine) -> None:
    dengue(engine, 2)
    assert raising.raise_new(engine, START) == 0
    dengue(engine, 1)
    assert [raising.raise_new(engine, START) for _ in range(3)] == [1, 0, 0]
    dengue(engine, 2)
    assert raising.raise_new(engine, START) == 0
    with reading(engine) as connection:
        [alarm] = store.listed(connection)
    assert (alarm.rule, alarm.target, alarm.number) == ("dbd", KELURAHAN, 5)


def test_reports_of_one_matter_count_once(engine: Engine) -> None:
    first, second, _ = dengue(engine, 3)
    linking.link(engine, second, first, by="Bu Rina", now=START)
    assert raising.raise_new(engine, START) == 0


def test_confidential_reports_raise_nothing(engine: Engine) -> None:
    for _ in range(4):
        received(
            engine,
            text="dbd",
            category="wabah_jentik",
            sensitivity="rahasia",
            kelurahan=KELURAHAN,
        )
    assert raising.raise_new(engine, START) == 0


def test_an_officer_sees_and_closes_an_alarm_and_the_episode_does_not_come_back(
    engine: Engine,
) -> None:
    dengue(engine, 3)
    raising.raise_new(engine, START)
    commit(engine, store.see, 1, by="Rina", now=START)
    commit(engine, store.see, 1, by="Budi", now=START + timedelta(hours=1))
    with reading(engine) as connection:
        assert [(one.seen_by, one.seen_at) for one in store.listed(connection)] == [("Rina", START)]
    commit(engine, store.close, 1, by="Budi", now=START)
    assert raising.raise_new(engine, START + timedelta(days=2)) == 0
    with reading(engine) as connection:
        assert store.listed(connection) == []
        [alarm] = store.after(connection, 0, 10)
    assert (alarm.closed_by, alarm.seen_by) == ("Budi", "Rina")


def test_two_receivers_raise_it_once(engine: Engine) -> None:
    dengue(engine, 3)
    with reading(engine) as connection:
        changes = episodes.step(store.going_on(connection), [FOUND], RULES, START)
    assert commit(engine, store.write, changes, START) == [FOUND]
    assert commit(engine, store.write, changes, START) == []
