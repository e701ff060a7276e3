"""What staff of a kecamatan ask for is decided once, by the rules that hold for officers."""

import pytest
from sqlalchemy import Engine

from appliance.domain.cases.service_request import Status
from appliance.domain.events.requests import RequestCorrected, RequestStatusChanged
from appliance.domain.events.staff import StaffAnswered
from command_center.store.cases import case_links
from command_center.store.database import reading
from tests.unit.command_center.about_cases import acted, lines, move, sent
from tests.unit.command_center.city import (
    NEIGHBOUR,
    a_batch,
    received,
    request,
    store,
    tell,
    wire_event,
)

BY = "rina (Kecamatan Bukit Raya)"


def answer(engine: Engine) -> tuple[str, str]:
    """What the desk is told last."""
    event = sent(engine)[-1]
    assert isinstance(event, StaffAnswered)
    assert event.action_id == "action-1"
    return event.outcome, event.reason


def test_a_move_is_made_in_the_name_of_who_asked(engine: Engine) -> None:
    case = received(engine)
    tell(engine, acted(case, status="diproses", message="berangkat", seen={"status": "diterima"}))
    assert request(engine, case.request_id).status == "diproses"
    assert lines(engine, case)[1:] == [(BY, "diproses", "berangkat")]
    moved = sent(engine)[0]
    assert isinstance(moved, RequestStatusChanged)
    assert moved.source == "staff"
    assert answer(engine) == ("applied", "")


def test_giving_a_case_to_an_agency_corrects_and_forwards_it(engine: Engine) -> None:
    case = received(engine)
    tell(engine, acted(case, "disposisi", agency="DLHK", seen={"agency": "DISHUB"}))
    now = request(engine, case.request_id)
    assert (now.agency, now.status) == ("DLHK", "diteruskan")
    kinds = [event.KIND for event in sent(engine)]
    assert kinds == [RequestCorrected.KIND, RequestStatusChanged.KIND, StaffAnswered.KIND]
    tell(engine, acted(case, "disposisi", agency="DLHK", action_id="action-2"))
    assert len(lines(engine, case)) == 4, "the same agency is only told again"


def test_a_correction_is_logged_for_the_next_triage(engine: Engine) -> None:
    case = received(engine)
    tell(engine, acted(case, "koreksi", category="sampah", seen={"category": "pju"}))
    now = request(engine, case.request_id)
    assert (now.category, now.agency) == ("sampah", "DLHK"), "the agency follows"
    assert answer(engine) == ("applied", "")


def test_duplicates_are_merged_and_separated(engine: Engine) -> None:
    first, second = received(engine), received(engine)
    tell(engine, acted(second, "gabung", parent=first.ticket))
    with reading(engine) as connection:
        assert case_links.parent_of(connection, second.request_id) == first.request_id
    tell(engine, acted(second, "lepas", action_id="action-2"))
    with reading(engine) as connection:
        assert case_links.parent_of(connection, second.request_id) is None


@pytest.mark.parametrize(
    ("case", "act", "changes", "reason"),
    [
        ({}, "status", {"status": "ditutup"}, "bukan untuk petugas kecamatan"),
        ({}, "status", {"status": "bukan_wewenang"}, "Tulis alasannya"),
        ({}, "status", {"status": "dibuka_lagi"}, "tidak boleh berpindah"),
        ({}, "status", {"status": "x"}, "bukan untuk petugas"),
        ({}, "status", {}, "bukan untuk petugas"),
        ({}, "disposisi", {"agency": "X"}, "tidak dikenal"),
        ({}, "disposisi", {}, "tidak dikenal"),
        ({}, "koreksi", {"category": "x"}, "tidak dikenal"),
        ({}, "koreksi", {"kind": "x"}, "tidak dikenal"),
        ({}, "koreksi", {}, "Tidak ada yang diubah"),
        ({}, "gabung", {"parent": "99999999"}, "tidak terbaca"),
        ({}, "gabung", {"parent": "07999997"}, "tidak"),
        ({}, "dijual", {}, "belum mengenal"),
        ({}, "status", {"status": "diproses", "seen": {"status": "diteruskan"}}, "petugas lain"),
        ({}, "koreksi", {"category": "sampah", "seen": {"category": "jalan"}}, "petugas lain"),
        ({}, "koreksi", {"category": "sampah", "seen": {"x": "y"}}, "petugas lain"),
        ({"sensitivity": "rahasia"}, "status", {"status": "diproses"}, "hanya ditangani unitnya"),
        (
            {"text": "oknum dlhk minta uang 50 ribu", "agency": "INSPEKTORAT"},
            "disposisi",
            {"agency": "DLHK"},
            "Dinas itu yang dilaporkan",
        ),
    ],
)
def test_what_the_rules_do_not_allow_changes_nothing_and_the_desk_hears_why(
    engine: Engine, case: dict[str, str], act: str, changes: dict[str, object], reason: str
) -> None:
    before = received(engine, **case)
    assert tell(engine, acted(before, act, **changes)).reject == []
    assert request(engine, before.request_id) == before
    outcome, why = answer(engine)
    assert (outcome, reason in why) == ("refused", True), why
    assert len(sent(engine)) == 1, "the box hears of no change"
    by, _, said = lines(engine, before)[-1]
    assert (by, said) == (BY, f"Tindakan petugas tidak berlaku. {why}")


def test_an_act_told_again_under_another_number_is_done_once(engine: Engine) -> None:
    case = received(engine)
    tell(engine, acted(case, status="diproses"), acted(case, status="diproses"))
    assert len(lines(engine, case)) == 2
    assert len(sent(engine)) == 2


def test_acts_that_waited_build_upon_each_other(engine: Engine) -> None:
    case = received(engine)
    tell(
        engine,
        acted(case, status="terverifikasi", seen={"status": "diterima"}),
        acted(case, "koreksi", category="sampah", seen={"category": "pju"}, action_id="2"),
        acted(case, "disposisi", agency="PUPR", seen={"status": "terverifikasi"}, action_id="3"),
    )
    now = request(engine, case.request_id)
    assert (now.status, now.category, now.agency) == ("diteruskan", "sampah", "PUPR")


def test_a_case_that_an_officer_has_moved_is_left_alone(engine: Engine) -> None:
    case = received(engine)
    move(engine, case, Status.RESOLVED)
    tell(engine, acted(case, status="diproses", seen={"status": "diterima"}))
    assert request(engine, case.request_id).status == "selesai"
    assert answer(engine)[0] == "refused"


def test_a_box_acts_on_no_case_of_another(engine: Engine) -> None:
    case = received(engine)
    event = acted(case, status="diproses")
    ack = store(engine, a_batch(wire_event(event)), site=NEIGHBOUR)
    assert [reject.code for reject in ack.reject] == ["event"]
    assert request(engine, case.request_id).status == "diterima"


@pytest.mark.parametrize("changes", [{"action_id": ""}, {"act": ""}, {"by": ""}])
def test_an_act_without_a_name_is_set_aside(engine: Engine, changes: dict[str, str]) -> None:
    case = received(engine)
    assert [reject.code for reject in tell(engine, acted(case, **changes)).reject] == ["event"]
