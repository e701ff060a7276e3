"""The queue of slips: each step once, whatever is repeated and whatever the clock says."""

import sqlite3

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.actions.box import printing
from appliance.actions.cases import intake
from appliance.domain.box.print_job import COPIES_MAX, Outcome, PrintState, Trouble
from appliance.store.box import print_jobs
from tests.builders import a_draft
from tests.conftest import at

FAILED = Outcome(state=PrintState.FAILED, trouble=Trouble.PAPER_OUT)
PRINTED = Outcome(state=PrintState.PRINTED)


@pytest.fixture
def request_id(db: sqlite3.Connection) -> str:
    outcome = intake.receive(db, a_draft(), at())
    assert isinstance(outcome, intake.Receipt)
    return outcome.request.id


def state(db: sqlite3.Connection, request_id: str) -> tuple[PrintState, Trouble | None]:
    job = print_jobs.latest(db, request_id)
    assert job
    return job.state, job.trouble


def print_next(db: sqlite3.Connection, outcome: Outcome) -> bool:
    job = printing.take(db, at())
    return job is not None and printing.settle(db, job, outcome, at())


def test_asking_for_the_slip_twice_prints_it_once(db, request_id: str) -> None:
    printing.enqueue(db, request_id, "id", at())
    printing.enqueue(db, request_id, "en", at())
    assert print_next(db, PRINTED)
    printing.enqueue(db, request_id, "id", at())
    assert printing.take(db, at()) is None
    assert state(db, request_id) == (PrintState.PRINTED, None)


def test_after_a_failure_one_more_is_printed_however_often_it_is_touched(
    db, request_id: str
) -> None:
    printing.enqueue(db, request_id, "id", at())
    assert not printing.enqueue_again(db, request_id, 1, "id", at()), "it is not even tried yet"
    assert print_next(db, FAILED)
    assert state(db, request_id) == (PrintState.FAILED, Trouble.PAPER_OUT)
    assert printing.enqueue_again(db, request_id, 1, "id", at())
    assert not printing.enqueue_again(db, request_id, 1, "id", at())
    assert print_next(db, PRINTED)
    assert not printing.enqueue_again(db, request_id, 2, "id", at()), "it is printed"


def test_paper_is_not_endless(db, request_id: str) -> None:
    printing.enqueue(db, request_id, "id", at())
    for copy in range(1, COPIES_MAX):
        assert print_next(db, FAILED)
        assert printing.enqueue_again(db, request_id, copy, "id", at())
    assert print_next(db, FAILED)
    assert not printing.enqueue_again(db, request_id, COPIES_MAX, "id", at())


def test_a_slip_that_could_not_be_queued_can_be_asked_for(db, request_id: str) -> None:
    assert not printing.enqueue_again(db, request_id, 1, "id", at())
    assert printing.enqueue_again(db, request_id, 0, "id", at())
    assert not printing.enqueue_again(db, request_id, 0, "id", at())
    assert print_next(db, PRINTED)


def test_what_was_being_printed_at_a_crash_is_not_printed_again(db, request_id: str) -> None:
    printing.enqueue(db, request_id, "id", at())
    assert printing.take(db, at())
    assert printing.recover(db, at()) == 1
    assert printing.take(db, at()) is None
    assert state(db, request_id) == (PrintState.UNCERTAIN, Trouble.INTERRUPTED)
    assert printing.recover(db, at()) == 0


def test_what_was_only_queued_at_a_crash_is_printed_soon_after_but_not_hours_later(
    db, request_id: str
) -> None:
    other = intake.receive(db, a_draft("sampah menumpuk"), at())
    assert isinstance(other, intake.Receipt)
    printing.enqueue(db, request_id, "id", at())
    printing.enqueue(db, other.request.id, "id", at(hours=3))
    job = printing.take(db, at(hours=3, minutes=1))
    assert job
    assert job.request_id == other.request.id
    assert state(db, request_id) == (PrintState.FAILED, Trouble.LATE)


def test_a_clock_that_was_set_back_holds_no_slip_up(db, request_id: str) -> None:
    printing.enqueue(db, request_id, "id", at(days=400))
    assert printing.take(db, at())


def test_only_the_state_that_was_seen_is_changed(db, request_id: str) -> None:
    printing.enqueue(db, request_id, "id", at())
    job = printing.take(db, at())
    assert job
    assert printing.settle(db, job, PRINTED, at())
    assert not printing.settle(db, job, FAILED, at())


@settings(deadline=None, max_examples=40)
@given(
    st.lists(st.sampled_from(["enqueue", "again", "take", "settle", "fail", "crash"]), max_size=40)
)
def test_whatever_happens_no_slip_is_tried_twice_and_none_after_one_that_came(
    tmp_path_factory: pytest.TempPathFactory, happened: list[str]
) -> None:
    from appliance.store import migrate
    from appliance.store.database import connect
    from tests.conftest import EPOCH, SITE

    path = tmp_path_factory.mktemp("queue") / "posko.db"
    migrate.ensure(path, SITE, lambda: EPOCH)
    db = connect(path)
    outcome = intake.receive(db, a_draft(), at())
    assert isinstance(outcome, intake.Receipt)
    request_id, taken, tried, came = outcome.request.id, None, [], False
    for event in happened:
        latest = print_jobs.latest(db, request_id)
        match event:
            case "enqueue":
                printing.enqueue(db, request_id, "id", at())
            case "again":
                printing.enqueue_again(db, request_id, latest.copy if latest else 0, "id", at())
            case "take" if taken is None:
                taken = printing.take(db, at())
                if taken:
                    assert not came
                    tried.append(taken.copy)
            case "settle" | "fail" if taken:
                outcome = PRINTED if event == "settle" else FAILED
                assert printing.settle(db, taken, outcome, at())
                came = came or event == "settle"
                taken = None
            case "crash":
                printing.recover(db, at())
                taken = None
    assert len(set(tried)) == len(tried)
    assert len(tried) <= COPIES_MAX
    db.close()


def test_who_adds_to_his_report_later_gets_a_slip_again(db, request_id: str) -> None:
    printing.enqueue(db, request_id, "id", at())
    assert print_next(db, PRINTED)
    printing.enqueue(db, request_id, "id", at(minutes=9))
    assert printing.take(db, at(minutes=9)) is None, "the same touch, sent again"
    printing.enqueue(db, request_id, "en", at(hours=1))
    job = printing.take(db, at(hours=1))
    assert job
    assert (job.copy, job.language) == (2, "en")
    for hour in range(2, 12):
        printing.enqueue(db, request_id, "id", at(hours=hour))
    latest = print_jobs.latest(db, request_id)
    assert latest
    assert latest.copy <= COPIES_MAX
