"""Commands of the city at the box: once, in time, and the result committed with the effect."""

import sqlite3
from dataclasses import replace

import pytest

from appliance.actions.cases import casework
from appliance.actions.city import commanding
from appliance.actions.city.commanding import Answer
from appliance.domain.city import remote_command
from appliance.domain.city.remote_command import CityTime, Outcome
from appliance.domain.errors import BadInput
from appliance.domain.events.orders import (
    DETAIL_MAX_CHARS,
)
from appliance.store import compaction
from appliance.store.city import city_tables, commands
from sync_agent.commands import HANDLERS, LIMIT_S, Task
from sync_agent.runner import GRACE_S
from tests.builders import a_batch, a_command
from tests.conftest import START, at
from tests.unit.sync_agent.commanded import CITY_MS, Box, later


def counting(box: Box, answer: Answer) -> list[Task]:
    """Replace `report` by a command that only counts; return what it was asked."""
    asked: list[Task] = []

    def handler(task: Task) -> Answer:
        asked.append(task)
        return answer

    box.handlers["report"] = handler
    return asked


def test_every_command_of_the_contract_has_a_function_and_no_other() -> None:
    assert set(HANDLERS) == set(remote_command.NAMES)


def test_a_command_is_executed_once_and_its_repetition_is_a_duplicate(box: Box) -> None:
    """Check 23: replay of the same id -> duplicate."""
    asked = counting(box, commanding.done("fine"))
    command = a_command()
    box.give(command)
    box.give(command)
    box.obey()
    box.give(command)
    box.obey()
    assert len(asked) == 1
    assert sorted(box.outcomes()) == ["done", "duplicate", "duplicate"]


def test_commands_are_executed_one_after_the_other_in_their_order(box: Box) -> None:
    asked = counting(box, commanding.done(""))
    box.give(*(a_command(args={"n": str(number)}) for number in range(3)))
    box.turn()
    assert len(box.started) == 1
    box.obey()
    assert [task.args["n"] for task in asked] == ["0", "1", "2"]


def test_an_expired_command_is_not_executed(box: Box) -> None:
    """Check 23: it waited at the city, which sent it too late."""
    asked = counting(box, commanding.done(""))
    box.give(a_command(expires_s=60), sent_ms=CITY_MS + 61_000)
    box.obey()
    assert asked == []
    assert box.results() == [("expired", "1 s too late")]


def test_time_spent_at_the_box_counts_although_its_clock_is_wrong(box: Box) -> None:
    """The box believes it is 1970; only the time since the receipt is true."""
    asked = counting(box, commanding.done(""))
    box.now = replace(box.now, wall=START.replace(year=1970))
    box.give(a_command(expires_s=60), a_command(expires_s=3600))
    box.now = later(box.now, seconds=61)
    box.obey()
    assert box.outcomes() == ["expired", "done"]
    assert len(asked) == 1


def test_after_a_reboot_a_command_waits_until_the_city_has_said_what_time_it_is(box: Box) -> None:
    asked = counting(box, commanding.done(""))
    box.give(a_command(expires_s=60), a_command(expires_s=3600))
    box.now = replace(at(), boot_id="next boot")
    box.restart()
    box.obey()
    assert box.results() == []
    box.city_time = CityTime().heard(CITY_MS + 61_000, box.now)
    box.runner.look()
    box.obey()
    assert box.outcomes() == ["expired", "done"]
    assert len(asked) == 1


def test_a_clock_set_by_ntp_knows_better_than_an_old_message(box: Box) -> None:
    box.now = replace(later(box.now, hours=2), source="ntp", mono_ms=0)
    box.give(a_command(expires_s=3600))
    box.obey()
    assert box.outcomes() == ["expired"]


def test_an_unknown_command_is_unsupported_and_what_is_known_is_told(box: Box) -> None:
    box.give(a_command("make_coffee"))
    box.obey()
    [(outcome, detail)] = box.results()
    assert outcome == "unsupported"
    assert "check_store" in detail


def test_a_command_that_was_cut_off_is_executed_after_the_restart(box: Box) -> None:
    asked = counting(box, commanding.done(""))
    box.give(a_command())
    box.turn()
    box.restart()
    box.obey()
    assert len(asked) == 1
    assert box.outcomes() == ["done"]


def publish_x(db: sqlite3.Connection) -> None:
    city_tables.replace(db, "x", 1, [], START)


def test_effect_and_result_are_one_transaction(box: Box) -> None:
    """Where the result cannot be written, the effect is undone, and the command still waits."""
    counting(box, commanding.done("", publish_x))
    box.give(a_command())
    box.db.execute(
        "CREATE TEMP TRIGGER cut BEFORE INSERT ON outbox BEGIN SELECT RAISE(ABORT, 'cut'); END"
    )
    with pytest.raises(sqlite3.IntegrityError, match="cut"):
        box.obey()
    assert city_tables.versions(box.db) == {}
    assert commands.count_waiting(box.db) == 1
    box.db.execute("DROP TRIGGER cut")
    box.restart()
    box.obey()
    assert (box.outcomes(), city_tables.versions(box.db)) == (["done"], {"x": 1})


def test_while_the_disk_is_full_the_result_is_kept_and_nothing_is_executed_again(box: Box) -> None:
    asked = counting(box, commanding.done("", publish_x))
    box.give(a_command())
    box.db.execute(
        "CREATE TEMP TRIGGER full BEFORE INSERT ON outbox BEGIN SELECT RAISE(ABORT, 'full'); END"
    )
    for _ in range(3):
        with pytest.raises(sqlite3.IntegrityError, match="full"):
            box.obey()
    box.db.execute("DROP TRIGGER full")
    box.obey()
    assert len(asked) == 1
    assert (box.outcomes(), city_tables.versions(box.db)) == (["done"], {"x": 1})


def test_what_has_been_said_of_a_command_is_never_said_anew(box: Box) -> None:
    box.give(command := a_command())
    assert commands.finish(box.db, command.command_id, Outcome.DONE, START)
    assert not commands.finish(box.db, command.command_id, Outcome.FAILED, START)


def test_an_effect_that_is_refused_changes_nothing_and_says_why(box: Box) -> None:
    def effect(db: sqlite3.Connection) -> None:
        publish_x(db)
        raise BadInput("not like this")

    counting(box, commanding.done("", effect))
    box.give(a_command())
    box.obey()
    assert box.results() == [("failed", "not like this")]
    assert city_tables.versions(box.db) == {}


@pytest.mark.parametrize(
    ("error", "detail"),
    [(BadInput("lane is missing"), "lane is missing"), (KeyError("x"), "a fault of this release")],
)
def test_a_handler_that_raises_has_failed(box: Box, error: Exception, detail: str) -> None:
    def handler(_task: Task) -> Answer:
        raise error

    box.handlers["report"] = handler
    box.give(a_command())
    box.obey()
    [(outcome, told)] = box.results()
    assert (outcome, told.startswith(detail)) == ("failed", True)


def test_a_command_that_takes_too_long_has_failed_and_the_next_one_begins(box: Box) -> None:
    counting(box, commanding.done("at last"))
    box.give(a_command(), a_command())
    box.turn()
    box.now = later(box.now, seconds=LIMIT_S + GRACE_S + 1)
    box.turn()
    assert box.results() == [("failed", "not done within 60 s")]
    box.turn()
    hung, following = box.started
    hung()
    following()
    box.turn()
    assert box.outcomes() == ["failed", "done"]


def test_what_is_said_is_cut_to_size(box: Box) -> None:
    counting(box, commanding.done("x" * 9_000))
    box.give(a_command())
    box.obey()
    assert [len(detail) for _, detail in box.results()] == [DETAIL_MAX_CHARS]


def test_a_flood_of_commands_is_refused(box: Box) -> None:
    asked = counting(box, commanding.done(""))
    box.give(*(a_command() for _ in range(commanding.WAITING_MAX + 2)))
    assert box.outcomes() == ["failed", "failed"]
    assert commands.count_waiting(box.db) == commanding.WAITING_MAX
    assert asked == []


@pytest.mark.parametrize(
    "changes",
    [
        {"command_id": "a b"},
        {"name": "Report"},
        {"args": {"x": "y" * 1001}},
        {"expires_s": 0},
        {"issued_at": START.replace(year=1900)},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_a_command_that_does_not_fit_is_set_aside(box: Box, changes: dict[str, object]) -> None:
    good = a_command()
    batch = a_batch(a_command(**changes), good)
    applied = casework.apply_batch(box.db, batch, box.now)
    assert [(reject.seq, reject.code) for reject in applied.rejects] == [(1, "event")]
    assert [command.command_id for command in commands.waiting(box.db)] == [good.command_id]


def test_executed_ids_are_kept_a_thousand_commands_long(box: Box) -> None:
    for number in range(compaction.NEWEST_KEPT + 7):
        box.db.execute(
            """
            INSERT INTO commands VALUES (?, 'report', '{}', 0, 0, 'b', 0, '', 'done', 0, 0)
            """,
            (f"c{number}",),
        )
    box.db.execute("UPDATE commands SET outcome = NULL WHERE command_id = 'c3'")
    assert compaction.compact(box.db, START).commands == 6
    oldest = box.db.execute("SELECT command_id FROM commands ORDER BY rowid LIMIT 2").fetchall()
    assert [row["command_id"] for row in oldest] == ["c3", "c7"]
