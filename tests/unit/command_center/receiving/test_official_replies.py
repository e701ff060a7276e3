import pytest
from sqlalchemy import Engine

from appliance.domain.cases.service_request import Status
from appliance.domain.events.requests import RequestStatusChanged
from appliance.domain.events.staff import OfficialAnswered
from tests.unit.command_center.about_cases import lines, move, replied, sent
from tests.unit.command_center.city import received, request, tell

BY = "Kepala Bidang (Dishub), SMS"


def answer(engine: Engine) -> tuple[str, str, str]:
    """What the official is told: the outcome, and where the case stands with whom."""
    event = sent(engine)[-1]
    assert isinstance(event, OfficialAnswered)
    assert event.reply_id == "reply-1"
    return event.outcome, event.status, event.agency


@pytest.mark.parametrize("status", ["diproses", "selesai", "bukan_wewenang"])
def test_a_reply_moves_the_case_with_its_remark(engine: Engine, status: str) -> None:
    case = received(engine)
    tell(engine, replied(case, status))
    assert request(engine, case.request_id).status == status
    assert lines(engine, case)[1:] == [(BY, status, "petugas berangkat")]
    assert [event.KIND for event in sent(engine)] == [
        RequestStatusChanged.KIND,
        OfficialAnswered.KIND,
    ]
    assert answer(engine) == ("moved", status, "DISHUB")


@pytest.mark.parametrize(
    ("before", "changes", "line"),
    [
        ([Status.RESOLVED, Status.CLOSED], {}, "DIPROSES: petugas berangkat"),
        ([], {"agency": "DLHK"}, "DIPROSES: petugas berangkat"),
        ([], {"status": "bukan_wewenang", "text": ""}, "BUKAN_WEWENANG: "),
        ([], {"status": "ditutup"}, "DITUTUP: petugas berangkat"),
        ([], {"status": ""}, "petugas berangkat"),
    ],
)
def test_what_may_not_move_the_case_is_a_line_for_the_officer(
    engine: Engine, before: list[Status], changes: dict[str, str], line: str
) -> None:
    case = received(engine)
    move(engine, case, *before)
    status = request(engine, case.request_id).status
    tell(engine, replied(case, **changes))
    assert request(engine, case.request_id).status == status
    assert lines(engine, case)[-1][2] == line
    outcome = "noted" if changes.get("status") == "" else "refused"
    assert answer(engine) == (outcome, status, "DISHUB")


def test_an_official_of_the_coordinator_may_speak_about_every_case(engine: Engine) -> None:
    case = received(engine)
    tell(engine, replied(case, "selesai", agency="DISKOMINFOTIKSAN"))
    assert request(engine, case.request_id).status == "selesai"


def test_a_reply_told_again_under_another_number_moves_once(engine: Engine) -> None:
    case = received(engine)
    tell(engine, replied(case), replied(case))
    assert len(lines(engine, case)) == 2
    assert len(sent(engine)) == 2


def test_a_long_remark_is_cut_for_the_resident_and_whole_for_the_officer(engine: Engine) -> None:
    case = received(engine)
    tell(engine, replied(case, text="x" * 300))
    messages = [message for _, _, message in lines(engine, case)]
    assert messages == ["", "x" * 160, "DIPROSES: " + "x" * 300]


def test_a_reply_without_an_id_is_set_aside(engine: Engine) -> None:
    case = received(engine)
    assert [reject.code for reject in tell(engine, replied(case, reply_id="")).reject] == ["event"]
