"""What staff do at the desk becomes one event each, and is shown as waiting until it is decided."""

import sqlite3

import pytest

from appliance.actions.cases import casework, intake
from appliance.actions.city import syncing
from appliance.actions.privacy import erasing
from appliance.actions.staff import staff_actions
from appliance.domain.cases.service_request import ServiceRequest, Status
from appliance.domain.city import wire
from appliance.domain.errors import BadInput
from appliance.domain.events.requests import RequestStatusChanged
from appliance.domain.events.staff import StaffActed, StaffAnswered
from appliance.domain.staff.accounts import Account, Role
from appliance.domain.staff.action import Act, Wish
from appliance.store.box import this_box as box
from appliance.store.cases import requests
from appliance.store.city import outbox
from appliance.store.staff import staff_actions as kept
from tests.builders import a_batch, a_draft
from tests.conftest import START, at
from tests.support.told import told

RINA = Account(name="rina", role=Role.OPERATOR)
MOVE = Wish(act=Act.MOVE, changes={"status": "diproses"}, message="petugas berangkat")


def reported(db: sqlite3.Connection, text: str = "lampu jalan mati") -> ServiceRequest:
    receipt = intake.receive(db, a_draft(text), at())
    assert isinstance(receipt, intake.Receipt)
    return receipt.request


def asked(
    db: sqlite3.Connection,
    request: ServiceRequest,
    wish: Wish = MOVE,
    *,
    number: int = 1,
    version: str | None = None,
) -> str:
    action_id = f"00000000-0000-7000-8000-{number:012d}"
    version = version or staff_actions.case_version(db, request)
    staff_actions.act(
        db, request.id, wish, action_id=action_id, version=version, by=RINA, now=at(minutes=5)
    )
    return action_id


def test_an_act_is_told_to_the_city_and_changes_nothing_here(db: sqlite3.Connection) -> None:
    request = reported(db)
    action_id = asked(db, request)
    assert told(db, StaffActed) == [
        StaffActed(
            action_id=action_id,
            request_id=request.id,
            act="status",
            by="rina",
            at=at(minutes=5).wall,
            status="diproses",
            message="petugas berangkat",
            seen={"status": "diterima"},
        )
    ]
    assert requests.by_id(db, request.id) == request
    assert kept.waiting(db) == {request.id: 1}


def test_a_form_sent_twice_is_one_act(db: sqlite3.Connection) -> None:
    request = reported(db)
    version = staff_actions.case_version(db, request)
    asked(db, request, version=version)
    asked(db, request, version=version)
    assert len(told(db, StaffActed)) == 1


def test_of_two_who_looked_at_the_same_page_the_second_is_told_to_look_again(
    db: sqlite3.Connection,
) -> None:
    request = reported(db)
    version = staff_actions.case_version(db, request)
    asked(db, request, version=version)
    with pytest.raises(staff_actions.Stale, match="sudah berubah"):
        asked(db, request, number=2, version=version)
    assert len(told(db, StaffActed)) == 1


def test_the_next_act_builds_upon_what_waits(db: sqlite3.Connection) -> None:
    request = reported(db)
    asked(db, request)
    done = Wish(act=Act.MOVE, changes={"status": "selesai"}, message="sudah nyala")
    asked(db, request, done, number=2)
    assert told(db, StaffActed)[1].seen == {"status": "diproses"}


@pytest.mark.parametrize(
    "text", ["saya dipukul suami tiap malam", "camat minta uang rokok 50 ribu"]
)
def test_what_is_confidential_is_not_for_the_desk(db: sqlite3.Connection, text: str) -> None:
    request = reported(db, text)
    with pytest.raises(BadInput, match="rahasia"):
        asked(db, request)


def test_what_is_erased_is_not_worked_on_and_its_messages_are_gone(db: sqlite3.Connection) -> None:
    request = reported(db)
    asked(db, request)
    erasing.erase(db, request, at(), by="tests")
    [act] = kept.of_request(db, request.id)
    assert act.wish.message == ""
    assert "petugas berangkat" not in "".join(row.payload for row in outbox.every(db))
    with pytest.raises(BadInput, match="dihapus"):
        asked(db, request, number=2)


def test_a_request_that_is_not_there_is_bad_input(db: sqlite3.Connection) -> None:
    with pytest.raises(BadInput, match="tidak ada"):
        staff_actions.act(db, "x", MOVE, action_id="y", version="", by=RINA, now=at())


@pytest.mark.parametrize(("outcome", "reason"), [("applied", ""), ("refused", "Sudah berubah.")])
def test_what_the_city_made_of_it_is_kept(
    db: sqlite3.Connection, outcome: str, reason: str
) -> None:
    request = reported(db)
    action_id = asked(db, request)
    moved = RequestStatusChanged(
        request_id=request.id,
        ticket=request.ticket.digits,
        status="diproses",
        message="",
        changed_at=START,
    )
    answer = StaffAnswered(
        action_id=action_id,
        request_id=request.id,
        outcome=outcome,  # type: ignore[arg-type]
        reason=reason,
    )
    events = [moved, answer] if outcome == "applied" else [answer]
    assert casework.apply_batch(db, a_batch(*events), at()).rejects == ()
    [act] = kept.of_request(db, request.id)
    assert (act.outcome, act.reason, act.is_waiting) == (outcome, reason, False)
    assert kept.waiting(db) == {}
    now = requests.by_id(db, request.id)
    assert now is not None
    is_moved = now.status is Status.IN_PROGRESS
    assert is_moved is (outcome == "applied")


def test_an_act_that_the_city_sets_aside_waits_no_more(db: sqlite3.Connection) -> None:
    request = reported(db)
    asked(db, request)
    ack = wire.Ack(
        epoch=box.epoch(db),
        lane="p1",
        upto=2,
        reject=[wire.Reject(seq=1, code="event", msg=""), wire.Reject(seq=2, code="event", msg="")],
    )
    for _ in range(2):
        assert syncing.acknowledge(db, ack, at())
        [act] = kept.of_request(db, request.id)
        assert (act.outcome, act.reason) == ("refused", staff_actions.SET_ASIDE)


def test_an_answer_to_what_this_box_has_not_had_is_set_aside(db: sqlite3.Connection) -> None:
    request = reported(db)
    answer = StaffAnswered(action_id="x", request_id=request.id, outcome="applied")
    [reject] = casework.apply_batch(db, a_batch(answer), at()).rejects
    assert reject.code == "event"
