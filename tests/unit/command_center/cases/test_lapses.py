"""What time alone does to a case, by a clock that the test moves."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine

from appliance.domain.cases.service_request import Status
from appliance.domain.city import wire
from appliance.domain.events.requests import RequestStatusChanged
from appliance.domain.moment import WESTERN_INDONESIA
from command_center.cases import casework, lapses
from command_center.cases.casework import TooSoon
from command_center.store import database
from command_center.store.cases.requests import CityRequest
from command_center.store.database import reading, writing
from command_center.store.sending import downlinks
from tests.conftest import SITE
from tests.unit.command_center.about_cases import lines, said, sent
from tests.unit.command_center.city import received, request, tell

MONDAY = datetime(2026, 11, 2, 9, tzinfo=WESTERN_INDONESIA)
"""Ten working days later it is Monday 16 November, 9:00."""
DAY = timedelta(days=1)


def move(engine: Engine, case: CityRequest, status: Status, when: datetime = MONDAY) -> None:
    casework.change_status(engine, case.request_id, status, "karena itu", by="Rina", now=when)


def box_hears(engine: Engine) -> None:
    """The box has applied all that was sent to it."""
    with writing(engine) as connection:
        [lane] = downlinks.lanes(connection)
        downlinks.set_acked(connection, SITE, lane.last_seq)


def status(engine: Engine, case: CityRequest) -> str:
    return request(engine, case.request_id).status


@pytest.fixture
def case(engine: Engine) -> CityRequest:
    return received(engine)


def resolved(engine: Engine, case: CityRequest) -> None:
    """The news is at the box on Monday at nine."""
    move(engine, case, Status.RESOLVED)
    box_hears(engine)
    lapses.run(engine, MONDAY)


def test_ten_working_days_of_silence_close_it(engine: Engine, case: CityRequest) -> None:
    resolved(engine, case)
    assert lapses.run(engine, MONDAY + 14 * DAY - timedelta(seconds=1)) == 0
    assert status(engine, case) == Status.RESOLVED
    assert lapses.run(engine, MONDAY + 14 * DAY) == 1
    assert status(engine, case) == Status.CLOSED
    assert lines(engine, case)[-1] == (
        "Pusat Posko",
        "ditutup",
        "Tidak ada kabar dari pelapor selama 10 hari kerja.",
    )
    told = sent(engine)[-1]
    assert isinstance(told, RequestStatusChanged)
    assert (told.status, told.source) == ("ditutup", "time")


def test_it_does_so_once_and_another_process_goes_on_where_one_ended(
    engine: Engine, case: CityRequest
) -> None:
    resolved(engine, case)
    engine.dispose()
    again = database.connect(str(engine.url))
    assert lapses.run(again, MONDAY + 14 * DAY) == 1
    before = lines(again, case)
    assert lapses.run(again, MONDAY + 30 * DAY) == 0
    assert lines(again, case) == before
    again.dispose()


def test_the_time_begins_when_the_box_has_the_news(engine: Engine, case: CityRequest) -> None:
    move(engine, case, Status.RESOLVED)
    assert lapses.run(engine, MONDAY + 40 * DAY) == 0
    box_hears(engine)
    assert lapses.run(engine, MONDAY + 42 * DAY) == 0
    assert lapses.run(engine, MONDAY + 50 * DAY) == 0
    assert lapses.run(engine, MONDAY + 70 * DAY) == 1


def test_news_that_the_box_set_aside_closes_nothing(engine: Engine, case: CityRequest) -> None:
    move(engine, case, Status.RESOLVED)
    box_hears(engine)
    with writing(engine) as connection:
        downlinks.set_reject(connection, SITE, wire.Reject(seq=1, code="event"))
    lapses.run(engine, MONDAY)
    assert lapses.run(engine, MONDAY + 60 * DAY) == 0


def test_belum_opens_it_and_the_next_news_has_ten_days_of_its_own(
    engine: Engine, case: CityRequest
) -> None:
    resolved(engine, case)
    tell(engine, said(case, "belum"))
    assert status(engine, case) == Status.REOPENED
    assert lapses.run(engine, MONDAY + 14 * DAY) == 0
    move(engine, case, Status.RESOLVED, MONDAY + 14 * DAY)
    assert lapses.run(engine, MONDAY + 15 * DAY) == 0, "the box has not heard"
    box_hears(engine)
    assert lapses.run(engine, MONDAY + 15 * DAY) == 0
    assert lapses.run(engine, MONDAY + 28 * DAY) == 0
    assert lapses.run(engine, MONDAY + 29 * DAY) == 1


def test_nobody_closes_by_hand_before_the_reporter_has_had_his_time(
    engine: Engine, case: CityRequest
) -> None:
    resolved(engine, case)
    with pytest.raises(TooSoon):
        move(engine, case, Status.CLOSED, MONDAY + 13 * DAY)
    assert status(engine, case) == Status.RESOLVED
    move(engine, case, Status.CLOSED, MONDAY + 14 * DAY)
    assert status(engine, case) == Status.CLOSED


def test_another_word_of_the_agency_does_not_shorten_the_time(
    engine: Engine, case: CityRequest
) -> None:
    resolved(engine, case)
    move(engine, case, Status.RESOLVED, MONDAY + 7 * DAY)
    with pytest.raises(TooSoon):
        move(engine, case, Status.CLOSED, MONDAY + 14 * DAY)
    box_hears(engine)
    lapses.run(engine, MONDAY + 7 * DAY)
    assert lapses.run(engine, MONDAY + 14 * DAY) == 0
    assert lapses.run(engine, MONDAY + 21 * DAY) == 1


@pytest.mark.parametrize(("wishes", "may"), [(["sudah"], True), (["sudah", "belum"], False)])
def test_who_said_sudah_before_it_was_resolved_need_not_be_waited_for(
    engine: Engine, case: CityRequest, wishes: list[str], *, may: bool
) -> None:
    for number, wish in enumerate(wishes):
        tell(engine, said(case, wish, follow_up_id=f"f{number}"))
    move(engine, case, Status.RESOLVED)
    if may:
        move(engine, case, Status.CLOSED)
        assert status(engine, case) == Status.CLOSED
    else:
        with pytest.raises(TooSoon):
            move(engine, case, Status.CLOSED)


def test_what_is_not_completed_in_thirty_days_is_archived_with_the_reason(
    engine: Engine, case: CityRequest
) -> None:
    move(engine, case, Status.NEEDS_DETAILS)
    box_hears(engine)
    lapses.run(engine, MONDAY)
    assert lapses.run(engine, MONDAY + 30 * DAY - timedelta(seconds=1)) == 0
    assert lapses.run(engine, MONDAY + 30 * DAY) == 1
    assert lines(engine, case)[-1][1:] == (
        "diarsipkan",
        "Tidak dilengkapi pelapor dalam 30 hari.",
    )


def test_what_is_completed_is_not(engine: Engine, case: CityRequest) -> None:
    move(engine, case, Status.NEEDS_DETAILS)
    box_hears(engine)
    lapses.run(engine, MONDAY)
    tell(engine, said(case, "tambah", text="di depan masjid"))
    assert lapses.run(engine, MONDAY + 31 * DAY) == 0
    assert status(engine, case) == Status.VERIFIED


def test_a_run_is_bounded_and_the_next_takes_the_rest(engine: Engine) -> None:
    cases = [received(engine) for _ in range(lapses.CASES_PER_RUN + 3)]
    for one in cases:
        move(engine, one, Status.RESOLVED)
    box_hears(engine)
    lapses.run(engine, MONDAY)
    lapses.run(engine, MONDAY)
    assert lapses.run(engine, MONDAY + 14 * DAY) == lapses.CASES_PER_RUN
    assert lapses.run(engine, MONDAY + 14 * DAY) == 3
    with reading(engine) as connection:
        kinds = connection.exec_driver_sql("SELECT count(*) FROM case_history").scalar_one()
    assert kinds == 2 * len(cases)
