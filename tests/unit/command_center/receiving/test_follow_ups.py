from datetime import timedelta

import pytest
from sqlalchemy import Engine

from appliance.domain.cases.service_request import Status
from appliance.domain.city import wire
from appliance.domain.events.requests import RequestStatusChanged, TextAmended
from appliance.domain.ids import SiteCode
from command_center.store.database import reading
from command_center.store.receiving import follow_ups
from command_center.store.sending import downlinks
from tests.conftest import SITE, START
from tests.unit.command_center.about_cases import lines, move, said
from tests.unit.command_center.city import (
    a_batch,
    a_received,
    received,
    request,
    rows,
    store,
    tell,
    wire_event,
)


@pytest.mark.parametrize(
    ("before", "wish", "after"),
    [
        ([Status.RESOLVED], "sudah", Status.CLOSED),
        ([Status.RESOLVED], "belum", Status.REOPENED),
        ([Status.RESOLVED, Status.CLOSED], "belum", Status.REOPENED),
        ([Status.NEEDS_DETAILS], "tambah", Status.VERIFIED),
        ([], "batal", Status.ARCHIVED),
        ([Status.IN_PROGRESS], "batal", Status.ARCHIVED),
    ],
)
def test_a_wish_moves_the_case_and_the_box_hears_of_it(
    engine: Engine, before: list[Status], wish: str, after: Status
) -> None:
    case = received(engine)
    move(engine, case, *before)
    tell(engine, said(case, wish))
    assert request(engine, case.request_id).status == after
    with reading(engine) as connection:
        sent = downlinks.after(connection, SITE, 0, max_events=10, max_bytes=10_000)
    newest = wire.decode_event(sent[-1].kind, sent[-1].payload.encode())
    assert isinstance(newest, RequestStatusChanged)
    assert newest.status == after


@pytest.mark.parametrize(
    ("before", "wish"),
    [
        ([], "sudah"),
        ([Status.IN_PROGRESS], "belum"),
        ([Status.RESOLVED], "batal"),
        ([], "hapus"),
        ([], "aman"),
        ([], "stop"),
        ([], "sesuatu_yang_baru"),
    ],
)
def test_what_moves_nothing_is_a_line_for_the_officer(
    engine: Engine, before: list[Status], wish: str
) -> None:
    case = received(engine)
    move(engine, case, *before)
    status = request(engine, case.request_id).status
    tell(engine, said(case, wish, text="begini"))
    assert request(engine, case.request_id).status == status
    assert lines(engine, case)[-1] == ("Warga", status, f"{wish.upper()}: begini")


def test_a_follow_up_told_again_under_another_number_is_noted_once(engine: Engine) -> None:
    case = received(engine)
    tell(engine, said(case, text="masih gelap"), said(case, text="masih gelap"))
    assert [message for _, _, message in lines(engine, case)] == ["", "BELUM: masih gelap"]


def test_a_follow_up_may_come_in_the_batch_of_its_request(engine: Engine) -> None:
    event = a_received()
    tell(engine, event, said(wish="batal", request_id=event.request_id))
    assert request(engine, event.request_id).status == Status.ARCHIVED


def test_an_addition_joins_the_text(engine: Engine) -> None:
    case = received(engine)
    tell(engine, said(case, "tambah", text="dekat masjid"))
    assert request(engine, case.request_id).text == f"{case.text}\ndekat masjid"


@pytest.mark.parametrize("wish", ["hapus", "data", "ubah"])
def test_personal_data_are_a_task_of_72_hours(engine: Engine, wish: str) -> None:
    case = received(engine)
    tell(engine, said(case, wish))
    with reading(engine) as connection:
        [task] = follow_ups.due(connection, case.request_id)
    assert (task.wish, task.due_at) == (wish, START + timedelta(hours=72))
    assert request(engine, case.request_id).phone == case.phone


def test_nobody_speaks_about_another_sites_case(engine: Engine) -> None:
    case = received(engine)
    ack = store(engine, a_batch(wire_event(said(case, "batal"))), site=SiteCode("14.71.01"))
    assert [reject.code for reject in ack.reject] == ["event"]
    assert request(engine, case.request_id).status == Status.RECEIVED


@pytest.mark.parametrize("changes", [{"follow_up_id": ""}, {"wish": "x" * 21}])
def test_a_follow_up_that_does_not_fit_is_set_aside(
    engine: Engine, changes: dict[str, object]
) -> None:
    case = received(engine)
    assert [reject.code for reject in tell(engine, said(case, **changes)).reject] == ["event"]
    assert rows(engine, "SELECT * FROM follow_ups") == []


def test_an_amended_text_replaces_the_first_and_says_so_once(engine: Engine) -> None:
    case = received(engine, text="Pohon [bagian 2 hilang]")
    amended = TextAmended(request_id=case.request_id, text="Pohon tumbang", at=START)
    tell(engine, amended, amended)
    assert request(engine, case.request_id).text == "Pohon tumbang"
    assert len(lines(engine, case)) == 2


def test_an_amended_text_told_again_does_not_undo_what_was_added_since(engine: Engine) -> None:
    case = received(engine, text="Pohon [bagian 2 hilang]")
    amended = TextAmended(request_id=case.request_id, text="Pohon tumbang", at=START)
    tell(engine, amended)
    tell(engine, said(case, "tambah", text="dekat masjid"))
    tell(engine, amended)
    assert request(engine, case.request_id).text == "Pohon tumbang\ndekat masjid"
