"""Staff act while the uplink is dead; the city decides once it is back, and the desk sees what."""

import sqlite3
from collections.abc import Iterator

import pytest

from appliance.actions.cases import intake
from appliance.actions.staff import staff_actions
from appliance.domain.cases.service_request import Channel, ServiceRequest, Status
from appliance.domain.staff.accounts import Account, Role
from appliance.domain.staff.action import Act, Wish
from appliance.store.cases import requests
from appliance.store.sms import texts
from appliance.store.staff import staff_actions as kept
from command_center.cases import casework
from tests.builders import a_draft
from tests.support.talk import Talk, talking

RINA = Account(name="rina", role=Role.OPERATOR)


@pytest.fixture
def talk() -> Iterator[Talk]:
    with talking() as made:
        made.settle(1)
        yield made


def phoned_in(talk: Talk, text: str) -> ServiceRequest:
    draft = a_draft(text, channel=Channel.PHONE)
    receipt = intake.receive(talk.db, draft, talk.moment())
    assert isinstance(receipt, intake.Receipt)
    return receipt.request


def act(talk: Talk, request: ServiceRequest, act: Act, message: str = "", **changes: str) -> None:
    staff_actions.act(
        talk.db,
        request.id,
        Wish(act=act, changes=changes, message=message),
        action_id=f"00000000-0000-7000-8000-{len(kept.of_request(talk.db, request.id)):012d}",
        version=staff_actions.case_version(talk.db, request),
        by=RINA,
        now=talk.moment(),
    )


def now(db: sqlite3.Connection, request: ServiceRequest) -> ServiceRequest:
    found = requests.by_id(db, request.id)
    assert found is not None
    return found


def test_three_acts_of_a_day_without_uplink_are_done_in_their_order(talk: Talk) -> None:
    talk.break_line()
    request = phoned_in(talk, "lampu jalan mati di jl Rajawali")
    act(talk, request, Act.MOVE, status="terverifikasi")
    act(talk, request, Act.CORRECT, category="sampah")
    act(talk, request, Act.DISPOSE, agency="PUPR", message="diperiksa besok")
    assert now(talk.db, request).status is Status.RECEIVED
    assert kept.waiting(talk.db) == {request.id: 3}
    talk.settle(4)
    [case] = talk.at_city()
    assert (case.channel, case.category, case.agency) == ("telepon", "sampah", "PUPR")
    here = now(talk.db, request)
    assert (here.status, here.category, here.agency) == (Status.FORWARDED, "sampah", "PUPR")
    assert [one.outcome for one in kept.of_request(talk.db, request.id)] == ["applied"] * 3
    told = [text.body for text in texts.of_request(talk.db, request.id) if text.purpose == "status"]
    assert len(told) == 2, "the reporter hears of each move once"
    assert "diperiksa besok" in told[-1]


def test_what_the_city_has_decided_meanwhile_stands_and_the_desk_hears_why(talk: Talk) -> None:
    request = phoned_in(talk, "lampu jalan mati di jl Rajawali")
    talk.settle(4)
    talk.break_line()
    act(talk, request, Act.MOVE, status="diproses")
    [case] = talk.at_city()
    casework.change_status(
        talk.engine, case.request_id, Status.RESOLVED, "nyala", by="Budi", now=talk.city_time()
    )
    talk.settle(4)
    assert now(talk.db, request).status is Status.RESOLVED
    [one] = kept.of_request(talk.db, request.id)
    assert (one.outcome, "petugas lain" in one.reason) == ("refused", True)
    assert kept.waiting(talk.db) == {}


def test_an_agent_that_is_killed_tells_each_act_once(talk: Talk) -> None:
    request = phoned_in(talk, "lampu jalan mati di jl Rajawali")
    act(talk, request, Act.MOVE, status="diproses")
    talk.turn()
    lost, talk.up = talk.up, []
    assert lost
    talk.start_agent()
    talk.settle(4)
    for message in lost:
        talk.carry_up(message)
    talk.settle(2)
    assert len(requests.history(talk.db, request.id)) == 2
    assert [one.outcome for one in kept.of_request(talk.db, request.id)] == ["applied"]
