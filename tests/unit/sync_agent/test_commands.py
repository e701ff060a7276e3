"""Commands of the city at the box: once, in time, and the result committed with the effect."""

import json
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from appliance.actions import casework, commanding, health, intake, trusting
from appliance.actions.commanding import Answer
from appliance.domain import remote_command, signature, wire
from appliance.domain.errors import BadInput
from appliance.domain.events.orders import (
    DETAIL_MAX_CHARS,
    CommandIssued,
    CommandResult,
    TablePublished,
)
from appliance.domain.moment import Moment, to_ms
from appliance.domain.remote_command import CityTime, Outcome
from appliance.domain.topics import Lane
from appliance.store import city_tables, commands, compaction, migrate, outbox
from appliance.store.commands import Command
from appliance.store.connection import BoxConnection
from appliance.store.database import transaction
from sync_agent import commands as registry
from sync_agent.commands import HANDLERS, LIMIT_S, Handler, Task
from sync_agent.runner import GRACE_S, Runner
from tests.builders import CITY_EPOCH, a_batch, a_command, a_draft
from tests.conftest import START, at

CITY_MS = to_ms(START)
KEY, NEXT = (signature.public_key(bytes([number]) * 32) for number in (1, 2))


class Box:
    """A runner on a real database, turned by hand; what it is to work on waits in `started`."""

    def __init__(self, db: sqlite3.Connection) -> None:
        assert isinstance(db, BoxConnection)
        self.db, self.now, self.city_time = db, at(), CityTime()
        self.keys: tuple[str, ...] = (KEY,)
        self.handlers: dict[str, Handler] = dict(HANDLERS)
        self.started: list[Callable[[], None]] = []
        self.runner = self._runner()
        self._seq = 0

    def _runner(self) -> Runner:
        return Runner(self.db, self.handlers, start=self.started.append)

    def restart(self) -> None:
        """The process ends and starts again."""
        self.started.clear()
        self.runner = self._runner()

    def give(
        self,
        *events: CommandIssued | TablePublished,
        sent_ms: int | None = CITY_MS,
        signed_by: str = KEY,
    ) -> None:
        """A batch comes down."""
        batch = a_batch(*events, first=self._seq + 1)
        batch = replace_sent(batch, sent_ms)
        applied = casework.apply_batch(self.db, batch, self.now, signed_by=signed_by)
        self._seq = applied.upto
        self.runner.look()

    def turn(self) -> list[Command]:
        return self.runner.turn(self.city_time, self.now, self.now.mono_ms / 1000, self._task)

    def obey(self) -> None:
        """Turn until nothing more happens, doing the work of each thread at once."""
        for _ in range(20):
            self.turn()
            while self.started:
                self.started.pop(0)()

    def _task(self, command: Command) -> Task:
        return Task(
            args=command.args,
            signed_by=command.signed_by,
            now=self.now,
            path=self.db.path,
            configured_keys=self.keys,
            disk_free_bytes=lambda: 5_000_000,
        )

    def results(self) -> list[tuple[str, str]]:
        """Outcome and detail of every result on its way to the city."""
        rows = [row for row in outbox.every(self.db) if row.kind == CommandResult.KIND]
        assert {row.lane for row in rows} <= {Lane.URGENT}
        events = (wire.decode_event(row.kind, row.payload.encode()) for row in rows)
        return [(e.outcome, e.detail) for e in events if isinstance(e, CommandResult)]

    def outcomes(self) -> list[str]:
        return [outcome for outcome, _ in self.results()]


def replace_sent(batch: wire.Batch, sent_ms: int | None) -> wire.Batch:
    clock = wire.Clock(boot=CITY_EPOCH, mono=1, wall=sent_ms)
    return wire.Batch(
        epoch=batch.epoch,
        lane=batch.lane,
        first=batch.first,
        sent=clock,
        events=batch.events,
    )


@pytest.fixture
def box(db: sqlite3.Connection) -> Box:
    return Box(db)


def later(now: Moment, **passed: float) -> Moment:
    delta = timedelta(**passed)
    moved = now.mono_ms + int(delta.total_seconds() * 1000)
    return replace(now, wall=now.wall + delta, mono_ms=moved)


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


def test_a_report_on_many_tables_is_still_json(box: Box) -> None:
    with transaction(box.db):
        for number in range(200):
            city_tables.replace(box.db, f"table_{number}", 1, [], START)
    box.give(a_command("report"))
    box.obey()
    [(_, detail)] = box.results()
    facts = json.loads(detail)
    assert facts["tables"].startswith("too long")
    assert facts["disk_free_bytes"] == 5_000_000


def test_report_tells_what_posko_status_does(box: Box) -> None:
    intake.receive(box.db, a_draft(), at())
    health.state(box.db, "sync", {"link": "up", "words": "x" * 5_000}, at())
    box.give(a_command("report"))
    box.obey()
    [(outcome, detail)] = box.results()
    facts = json.loads(detail)
    assert outcome == "done"
    assert facts["outbox"]["p1"] == {"last": 1, "acked": 0, "backlog": 1}
    assert facts["processes"]["sync"] == {"link": "up", "words": "x" * 100}
    assert (facts["disk_free_bytes"], facts["clock"]) == (5_000_000, "none")


def test_a_report_beyond_the_bound_is_still_json(box: Box) -> None:
    gauges = {f"gauge{number}": "x" * 100 for number in range(100)}
    health.state(box.db, "sync", gauges, at())
    box.give(a_command("report"))
    box.obey()
    [(_, detail)] = box.results()
    assert json.loads(detail)["processes"].startswith("too long")


def three_acked(box: Box) -> None:
    for text in ("satu", "dua", "tiga"):
        intake.receive(box.db, a_draft(text), at())
    outbox.acknowledge(box.db, Lane.COMPLAINTS, 3, START)


def test_resend_takes_the_cursor_back(box: Box) -> None:
    three_acked(box)
    box.give(a_command("resend", args={"lane": "p1", "from": "2"}))
    box.obey()
    assert box.results() == [("done", "p1 is sent again from 2")]
    assert outbox.lanes(box.db)[Lane.COMPLAINTS].acked_seq == 1


@pytest.mark.parametrize(
    ("args", "reason"),
    [
        ({"lane": "p1", "from": "0"}, "this box has p1 from 1 to 3"),
        ({"lane": "p1", "from": "4"}, "this box has p1 from 1 to 3"),
        ({"lane": "p9", "from": "1"}, "lane must be p0, p1 or p2"),
        ({"lane": "p1", "from": "x"}, "lane must be p0, p1 or p2"),
        ({"lane": "p1"}, "the argument from is missing"),
        ({"lane": "p2", "from": "1"}, "this box has no events of p2"),
    ],
)
def test_resend_refuses_what_is_not_there(box: Box, args: dict[str, str], reason: str) -> None:
    three_acked(box)
    box.give(a_command("resend", args=args))
    box.obey()
    [(outcome, detail)] = box.results()
    assert (outcome, detail[: len(reason)]) == ("failed", reason)
    assert outbox.lanes(box.db)[Lane.COMPLAINTS].acked_seq == 3


def test_check_store_reads_the_whole_file_and_says_what_is_wrong(box: Box) -> None:
    box.give(a_command("check_store"))
    box.obey()
    assert box.results()[0][1].startswith("whole, ")
    schema = len(migrate.scripts())
    box.db.execute("INSERT INTO migration_checksums VALUES ('x', 'y')")
    box.give(a_command("check_store"))
    box.obey()
    outcome, detail = box.results()[1]
    assert (outcome, detail) == (
        "failed",
        f"the header says schema {schema}, the records say {schema + 1}; see docs/runbook.md, "
        "Damaged database",
    )


def test_check_store_gives_up_after_a_minute(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "LIMIT_S", 0.001)
    box.give(a_command("check_store"))
    box.obey()
    [(outcome, detail)] = box.results()
    assert (outcome, detail.split(";")[1]) == ("failed", " run `posko store check` there")


def test_check_store_keeps_the_locks_of_this_process(box: Box) -> None:
    """Closing a file drops all POSIX locks of the process on it; then another process believes
    itself alone, and deletes the WAL when it closes."""
    box.give(a_command("check_store"))
    box.obey()
    closing = (
        "import sqlite3, sys; d = sqlite3.connect(sys.argv[1]); d.execute('SELECT 1 FROM box')"
    )
    subprocess.run([sys.executable, "-c", closing, box.db.path], check=True)
    assert box.db.path.with_name(box.db.path.name + "-wal").exists()


def test_a_key_is_trusted_and_another_dropped_by_command(box: Box) -> None:
    box.give(a_command("trust_key", args={"key": NEXT}))
    box.give(a_command("drop_key", args={"key": NEXT}))
    box.give(a_command("drop_key", args={"key": KEY}))
    box.give(a_command("trust_key", args={"key": "ed25519:x"}))
    box.obey()
    assert box.outcomes() == ["done", "done", "failed", "failed"]


@pytest.mark.parametrize("signed_by", ["", NEXT])
def test_what_waits_is_not_executed_once_its_signer_is_not_trusted(
    box: Box, signed_by: str
) -> None:
    """It came while the box checked nothing, or before this key was dropped."""
    box.give(a_command("trust_key", args={"key": NEXT}), signed_by=signed_by)
    box.obey()
    [(outcome, detail)] = box.results()
    assert (outcome, detail) == ("failed", "signed by no key that is trusted now; give it again")
    assert trusting.trusted(box.db, box.keys) == [KEY]


def test_a_box_that_checks_nothing_obeys_whoever_says_so(box: Box) -> None:
    box.keys = ()
    box.give(a_command("report"), signed_by="")
    box.obey()
    assert box.outcomes() == ["done"]


def test_a_table_is_replaced_by_a_newer_one_only(box: Box) -> None:
    row = {"id": "1", "title": "Posyandu"}
    box.give(TablePublished(name="announcements", version=2, rows=[row]))
    box.give(TablePublished(name="announcements", version=1, rows=[]))
    box.give(TablePublished(name="announcements", version=2, rows=[]))
    assert city_tables.rows(box.db, "announcements") == [row]
    box.give(TablePublished(name="announcements", version=3, rows=[]))
    assert city_tables.rows(box.db, "announcements") == []
    details = box.db.execute("SELECT outcome, detail FROM inbox ORDER BY seq").fetchall()
    assert [row["detail"][:9] for row in details] == ["", "not newer", "not newer", ""]
    assert {row["outcome"] for row in details} == {"applied"}


def test_a_table_of_an_unknown_name_is_kept(box: Box) -> None:
    box.give(TablePublished(name="menu", version=1, rows=[{"day": "2026-12-25"}]))
    assert city_tables.rows(box.db, "menu") == [{"day": "2026-12-25"}]
