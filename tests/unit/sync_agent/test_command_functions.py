"""What each command does at a box."""

import json
import subprocess
import sys

import pytest

from appliance.actions.box import health
from appliance.actions.cases import intake
from appliance.actions.city import trusting
from appliance.domain.city.topics import Lane
from appliance.domain.events.orders import TablePublished
from appliance.store import migrate
from appliance.store.city import city_tables, outbox
from appliance.store.database import transaction
from sync_agent import commands as registry
from tests.builders import a_command, a_draft
from tests.conftest import START, at
from tests.unit.sync_agent.commanded import KEY, NEXT, Box


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
