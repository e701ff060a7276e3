"""Handing cases to agencies and their units."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from appliance.domain.cases.service_request import IllegalMove, Status
from appliance.domain.city.city_tables import as_shipped
from appliance.domain.errors import BadInput
from command_center.cases import casework, correcting
from command_center.cases.correcting import Wanted
from command_center.handling import due
from command_center.handling.disposing import Order, dispose, hand_back
from command_center.handling.files import shipped_units
from command_center.privacy import erasing
from command_center.store.cases import case_history, case_marks
from command_center.store.cases.case_history import Move
from command_center.store.cases.requests import CityRequest
from command_center.store.database import reading
from command_center.store.handling import dispositions
from command_center.store.handling.dispositions import Disposition
from tests.unit.command_center.about_cases import lines
from tests.unit.command_center.city import going_down, received, request, rows
from tests.unit.command_center.handling.deadlines import CASE, TUESDAY

UNITS = shipped_units("1471")


LPS = "LPS-14.71.07.1005"


def hand(engine: Engine, case: CityRequest, now: datetime = TUESDAY, **order: object) -> None:
    seen_at = order.pop("seen_at", None)
    wanted = Order(**{"agency": "DLHK", **order})  # type: ignore[arg-type]
    dispose(engine, case.request_id, wanted, UNITS, by="Rina", now=now, seen_at=seen_at)  # type: ignore[arg-type]


def made(engine: Engine, case: CityRequest) -> list[Disposition]:
    with reading(engine) as connection:
        return dispositions.of_request(connection, case.request_id)


@pytest.fixture
def case(engine: Engine) -> CityRequest:
    return received(engine, category="jalan_rusak", agency="PUPR")


def test_a_case_goes_to_a_unit_with_a_note_and_all_hear_of_it(
    engine: Engine, case: CityRequest
) -> None:
    hand(engine, case, unit=LPS, note="tumpukan di depan pasar", due_on=date(2026, 11, 26))
    now = request(engine, case.request_id)
    assert (now.status, now.agency, now.unit) == ("diteruskan", "DLHK", LPS)
    [one] = made(engine, case)
    assert (one.agency, one.unit, one.days, one.by) == ("DLHK", LPS, 2, "Rina")
    assert one.note == "tumpukan di depan pasar"
    kinds = [event.kind for event in going_down(engine)]
    assert kinds == ["service_request.corrected", "service_request.status_changed"]
    by, _, said = lines(engine, case)[-1]
    assert by == "Rina"
    assert said.startswith("Disposisi ke DLHK, LPS ")
    assert said.endswith("tenggat 26-11-2026.")


def test_what_is_noted_for_the_agency_goes_to_nobody_else(
    engine: Engine, case: CityRequest
) -> None:
    hand(engine, case, note="catatan dalam")
    assert all("catatan dalam" not in event.payload for event in going_down(engine))
    assert all("catatan dalam" not in said for _, _, said in lines(engine, case))


def test_without_a_day_the_last_of_its_class_is_given(engine: Engine, case: CityRequest) -> None:
    hand(engine, case)
    with reading(engine) as connection:
        history = case_history.of_request(connection, case)
    known = as_shipped()
    [*_, ultimate] = due.of_case(case, history, None, TUESDAY, known)
    now = request(engine, case.request_id)
    [*_, given] = due.of_case(now, history, made(engine, case)[0], TUESDAY, known)
    assert given.day == ultimate.day


@pytest.mark.parametrize("day", [date(2026, 11, 23), date(2027, 3, 1)])
def test_a_day_that_is_over_or_behind_the_class_is_refused(
    engine: Engine, case: CityRequest, day: date
) -> None:
    with pytest.raises(BadInput, match="Tenggat"):
        hand(engine, case, due_on=day)
    assert made(engine, case) == []
    assert going_down(engine) == []


def test_a_unit_of_another_agency_is_refused(engine: Engine, case: CityRequest) -> None:
    with pytest.raises(BadInput, match="Unit"):
        hand(engine, case, agency="PUPR", unit=LPS)


def test_a_unit_hands_on_without_another_word_to_the_reporter(
    engine: Engine, case: CityRequest
) -> None:
    hand(engine, case)
    told = len(going_down(engine))
    hand(engine, case, unit=LPS)
    assert len(going_down(engine)) == told
    assert request(engine, case.request_id).unit == LPS
    assert len(made(engine, case)) == 2


def test_two_who_dispose_the_same_page_are_one_disposition(
    engine: Engine, case: CityRequest
) -> None:
    hand(engine, case, seen_at=case.updated_at)
    with pytest.raises(casework.Outdated):
        hand(engine, case, seen_at=case.updated_at, unit=LPS)
    assert len(made(engine, case)) == 1


def test_who_acts_on_a_case_that_has_just_been_taken_away_changes_nothing(
    engine: Engine, case: CityRequest
) -> None:
    taken = {"by": "Rina", "now": TUESDAY, "may_touch": lambda case: case.agency == "PUPR"}
    hand(engine, case)
    before = request(engine, case.request_id)
    for act in (
        lambda: dispose(engine, case.request_id, Order(agency="PUPR"), UNITS, **taken),
        lambda: hand_back(engine, case.request_id, "bukan kami", UNITS, **taken),
        lambda: casework.change_status(engine, case.request_id, Status.IN_PROGRESS, "", **taken),
    ):
        with pytest.raises(casework.UnknownRequest):
            act()
    assert request(engine, case.request_id) == before


def test_a_case_that_is_over_is_handed_to_nobody(engine: Engine, case: CityRequest) -> None:
    casework.change_status(
        engine, case.request_id, Status.ARCHIVED, "ganda", by="Rina", now=TUESDAY
    )
    with pytest.raises(IllegalMove):
        hand(engine, case, agency="PUPR")
    with pytest.raises(BadInput, match="selesai"):
        hand_back(engine, case.request_id, "bukan kami", UNITS, by="PUPR", now=TUESDAY)


def test_who_is_accused_gets_it_by_no_disposition(engine: Engine) -> None:
    text = "petugas Dishub minta uang pungli untuk izin parkir"
    case = received(engine, category="pungli_aparat", agency="INSPEKTORAT", text=text)
    with pytest.raises(BadInput, match="dilaporkan"):
        hand(engine, case, agency="DISHUB")


def test_a_correction_of_the_agency_takes_it_from_the_unit(
    engine: Engine, case: CityRequest
) -> None:
    hand(engine, case, unit=LPS)
    correcting.correct(engine, case.request_id, Wanted(agency="PUPR"), by="Rina", now=TUESDAY)
    assert request(engine, case.request_id).unit is None


def test_a_unit_gives_back_to_its_agency_and_that_to_who_disposes(
    engine: Engine, case: CityRequest
) -> None:
    hand(engine, case, unit=LPS)
    for mark in ([], ["dikembalikan"]):
        hand_back(engine, case.request_id, "bukan wilayah kami", UNITS, by="Adi", now=TUESDAY)
        assert request(engine, case.request_id).unit is None
        with reading(engine) as connection:
            assert case_marks.of(connection, [case.request_id]).get(case.request_id, []) == mark
    assert [said.split(":")[0] for _, _, said in lines(engine, case)[-2:]] == [
        f"Dikembalikan {UNITS['DLHK'][LPS].name}",
        "Dikembalikan DLHK",
    ]
    hand(engine, case, agency="PUPR")
    with reading(engine) as connection:
        assert case_marks.of(connection, [case.request_id]) == {}


def test_giving_back_needs_a_reason(engine: Engine, case: CityRequest) -> None:
    with pytest.raises(BadInput, match="alasan"):
        hand_back(engine, case.request_id, " ", UNITS, by="Adi", now=TUESDAY)


def test_an_erasure_takes_the_notes(engine: Engine, case: CityRequest) -> None:
    hand(engine, case, note="rumah Bu Siti")
    erasing.order(engine, case.request_id, by="Rina", now=TUESDAY)
    assert rows(engine, "SELECT note FROM dispositions") == [("",)]


DAYS = st.integers(0, 30)


@given(days=DAYS, asked=DAYS, waited=DAYS, paused=DAYS)
@settings(max_examples=60, deadline=None)
def test_no_disposition_ever_ends_after_the_class(
    days: int, asked: int, waited: int, paused: int
) -> None:
    case = CASE
    start = case.occurred_at
    history = [Move(Status.RECEIVED, start)]
    disposed = start + timedelta(days=waited)
    if paused:
        history += [
            Move(Status.NEEDS_DETAILS, disposed + timedelta(days=1)),
            Move(Status.VERIFIED, disposed + timedelta(days=1 + paused)),
        ]
    now = disposed + timedelta(days=asked)
    known = as_shipped()
    given = Disposition(agency=case.agency, unit=None, note="", days=days, by="", at=disposed)
    [*_, ultimate] = due.of_case(case, history, None, now, known)
    [*_, found] = due.of_case(case, history, given, now, known)
    assert found.day <= ultimate.day
    assert found.day <= known.calendar.due(disposed, days, []) or paused


def test_a_pause_moves_the_day_that_was_given(engine: Engine) -> None:
    known = as_shipped()
    given = Disposition(agency="PUPR", unit=None, note="", days=2, by="", at=TUESDAY)
    history = [Move(Status.RECEIVED, TUESDAY)]
    [*_, before] = due.of_case(CASE, history, given, TUESDAY, known)
    assert before.day == date(2026, 11, 26)
    history += [
        Move(Status.NEEDS_DETAILS, TUESDAY + timedelta(hours=1)),
        Move(Status.VERIFIED, TUESDAY + timedelta(days=1, hours=1)),
    ]
    [*_, after] = due.of_case(CASE, history, given, TUESDAY + timedelta(days=2), known)
    assert after.day == date(2026, 11, 27)
