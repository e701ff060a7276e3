import json

import pytest
from sqlalchemy import Engine

from appliance.domain.cases.service_request import NEEDS_REASON, IllegalMove, Status
from appliance.domain.city import wire
from appliance.domain.errors import BadInput
from appliance.domain.events.requests import RequestStatusChanged
from command_center.cases import casework
from command_center.store.cases import case_history
from command_center.store.database import reading
from command_center.store.sending import downlinks
from tests.conftest import SITE, at
from tests.unit.command_center.city import received, request, rows

NOW = at(hours=1).wall


def change(engine: Engine, request_id: str, status: Status, message: str = "", **more: object):
    return casework.change_status(engine, request_id, status, message, by="Rina", now=NOW, **more)


def test_a_move_is_told_to_the_box_in_the_same_transaction(engine: Engine) -> None:
    case = received(engine, agency="DLHK")
    change(engine, case.request_id, Status.FORWARDED, "Sudah di DLHK.")
    with reading(engine) as connection:
        sent = downlinks.after(connection, SITE, 0, max_events=10, max_bytes=10_000)
        history = case_history.of_request(connection, case)
    assert [event.kind for event in sent] == [RequestStatusChanged.KIND]
    assert wire.decode_event(sent[0].kind, sent[0].payload.encode()) == RequestStatusChanged(
        request_id=case.request_id,
        ticket=case.ticket,
        status="diteruskan",
        message="Sudah di DLHK.",
        changed_at=NOW,
        agency="DLHK",
        source="officer",
    )
    last = history[-1]
    assert (last.status, last.by, last.at, last.down_seq) == ("diteruskan", "Rina", NOW, 1)
    assert request(engine, case.request_id).status == Status.FORWARDED


def test_an_illegal_move_changes_nothing(engine: Engine) -> None:
    case = received(engine)
    with pytest.raises(IllegalMove):
        change(engine, case.request_id, Status.CLOSED)
    assert request(engine, case.request_id).status == Status.RECEIVED
    assert rows(engine, "SELECT * FROM down_outbox") == []


def test_an_unknown_request_is_told(engine: Engine) -> None:
    with pytest.raises(casework.UnknownRequest):
        change(engine, "nobody", Status.VERIFIED)


def test_numbers_of_the_downlink_have_no_holes(engine: Engine) -> None:
    case = received(engine)
    change(engine, case.request_id, Status.VERIFIED)
    with pytest.raises(IllegalMove):
        change(engine, case.request_id, Status.CLOSED)
    change(engine, case.request_id, Status.IN_PROGRESS)
    assert rows(engine, "SELECT seq FROM down_outbox ORDER BY seq") == [(1,), (2,)]


def test_a_form_sent_twice_moves_the_request_once(engine: Engine) -> None:
    case = received(engine)
    change(engine, case.request_id, Status.IN_PROGRESS, seen_at=case.updated_at)
    with pytest.raises(casework.Outdated):
        change(engine, case.request_id, Status.IN_PROGRESS, seen_at=case.updated_at)
    assert rows(engine, "SELECT COUNT(*) FROM down_outbox") == [(1,)]


def test_a_message_is_at_most_160_characters(engine: Engine) -> None:
    case = received(engine)
    change(engine, case.request_id, Status.VERIFIED, "x" * 160)
    with pytest.raises(BadInput, match="161"):
        change(engine, case.request_id, Status.IN_PROGRESS, "x" * 161)


@pytest.mark.parametrize("status", sorted(NEEDS_REASON))
def test_what_means_nothing_without_a_reason_needs_one(engine: Engine, status: Status) -> None:
    case = received(engine)
    with pytest.raises(BadInput, match="alasan"):
        change(engine, case.request_id, status, "  ")
    assert change(engine, case.request_id, status, "karena hujan").status == status


def test_control_characters_do_not_travel_to_the_resident(engine: Engine) -> None:
    case = received(engine)
    change(engine, case.request_id, Status.VERIFIED, " a\x00b\x1b[2J ")
    payload = str(rows(engine, "SELECT payload FROM down_outbox")[0][0])
    assert json.loads(payload)["message"] == "a\ufffdb\ufffd[2J"


def test_only_legal_moves_are_offered(engine: Engine) -> None:
    case = received(engine)
    offered = casework.moves(case)
    assert Status.VERIFIED in offered
    assert Status.CLOSED not in offered
