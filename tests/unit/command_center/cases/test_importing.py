"""`posko-center import`: tickets of an older system."""

from pathlib import Path

import pytest
from sqlalchemy import Engine

from appliance.domain.cases.service_request import Status
from appliance.domain.ids import SiteCode, Ticket
from command_center.cases import casework, correcting
from command_center.privacy import erasing
from command_center.store.cases import requests, ticket_serials
from command_center.store.cases.requests import CityRequest, Filter
from command_center.store.database import reading
from command_center.store.privacy import erasures
from tests.conftest import START
from tests.unit.command_center.city import Run, going_down, received

HEAD = "number,date,kecamatan,kelurahan,category,status,text"
LINE = "PEKA-77,2019-11-30,14.71.12,Lembah Sari,sampah,ditutup,sampah menumpuk di jl Pramuka"


@pytest.fixture
def take(engine: Engine, tmp_path: Path, run: Run) -> Run:
    def perform(*lines: str) -> tuple[int, str, str]:
        file = tmp_path / "old.csv"
        file.write_text("\n".join((HEAD, *lines)) + "\n")
        return run("import", "--input", file)

    return perform


def stored(engine: Engine) -> list[CityRequest]:
    with reading(engine) as connection:
        return requests.page(connection, Filter(), limit=100)


def test_a_ticket_of_rumbai_pesisir_comes_to_the_kecamatan_where_its_kelurahan_lies_today(
    engine: Engine, take: Run
) -> None:
    pandak = LINE.replace("PEKA-77", "PEKA-78").replace("Lembah Sari", "Meranti Pandak")
    assert take(LINE, pandak)[:2] == (0, "2 taken over, 0 known already\n")
    found = {request.kelurahan: str(request.site) for request in stored(engine)}
    assert found == {"14.71.15.1004": "14.71.15", "14.71.12.1001": "14.71.12"}
    for request in stored(engine):
        assert Ticket(request.ticket).digits[:2] == request.site.ticket_prefix
        assert request.occurred_at.date().isoformat() == "2019-11-30"


def test_reading_a_file_again_changes_nothing(engine: Engine, take: Run) -> None:
    take(LINE)
    before = stored(engine)
    assert take(LINE)[:2] == (0, "0 taken over, 1 known already\n")
    assert stored(engine) == before


def test_what_was_erased_does_not_come_back(engine: Engine, take: Run) -> None:
    take(LINE)
    [request] = stored(engine)
    erasing.order(engine, request.request_id, by="x", now=START)
    take(LINE)
    [request] = stored(engine)
    assert "Pramuka" not in request.text


@pytest.mark.parametrize(
    ("column", "was", "wrong", "words"),
    [
        ("date", "2019-11-30", "30/11/2019", "not written like 2019-11-30"),
        ("kelurahan", "Lembah Sari", "Palas", "had no kelurahan 'Palas' before December 2020"),
        ("category", "sampah,", "sampahan,", "category 'sampahan' is not known"),
        ("status", "ditutup", "diproses", "what is open is filed anew"),
        ("text", "sampah menumpuk di jl Pramuka", "suami saya memukul saya", "confidential"),
    ],
)
def test_a_line_that_cannot_be_taken_over_is_named_and_the_others_are_stored(
    engine: Engine, take: Run, column: str, was: str, wrong: str, words: str
) -> None:
    status, out, error = take(LINE.replace(was, wrong), LINE.replace("77", "79"))
    assert status == 1
    assert out == "1 taken over, 0 known already\n"
    assert "line 2: " in error
    assert words in error
    assert len(stored(engine)) == 1


def test_no_ticket_is_given_that_a_box_of_the_site_may_give(engine: Engine, take: Run) -> None:
    theirs = received(engine)
    here = "A-1,2019-11-30,14.71.07,Simpang Tiga,sampah,ditutup,sampah"
    take(here, here.replace("A-1", "A-2"))
    mine = [request for request in stored(engine) if request.epoch == "import"]
    assert len({request.ticket for request in mine}) == 2
    assert {Ticket(request.ticket).serial // 1000 for request in mine} == {99}
    with reading(engine) as connection:
        heard = ticket_serials.used_blocks(connection, SiteCode("14.71.07"), theirs.epoch)
    assert heard == [99]


def test_numbers_of_people_are_masked(engine: Engine, take: Run) -> None:
    take(LINE.replace("Pramuka", "Pramuka hub 0812 3456 7890"))
    [request] = stored(engine)
    assert "3456" not in request.text


def test_its_moves_corrections_and_erasing_are_sent_to_no_box_as_none_has_it(
    engine: Engine, take: Run
) -> None:
    take(LINE)
    [old] = stored(engine)
    casework.change_status(engine, old.request_id, Status.REOPENED, "Lagi.", by="x", now=START)
    wanted = correcting.Wanted(category="jalan_rusak")
    correcting.correct(engine, old.request_id, wanted, by="x", now=START)
    erasing.order(engine, old.request_id, by="x", now=START)
    assert going_down(engine, old.site) == []
    [now] = stored(engine)
    assert (now.status, now.category) == (Status.REOPENED, "jalan_rusak")
    with reading(engine) as connection:
        erased = erasures.of(connection, old.request_id)
    assert erased is not None
    assert erased.box_at == START
