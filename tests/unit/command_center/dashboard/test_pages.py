"""The pages of the dashboard as the server makes them, and what they cost."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, event

from appliance.domain.cases.service_request import Status
from appliance.domain.city import wire
from command_center.cases import casework
from command_center.dashboard import late, raising, snapshot
from command_center.dashboard.whose import CITY, Whose
from command_center.staff.roles import Role
from command_center.store.cases import requests
from command_center.store.dashboard import daily_counts
from command_center.store.database import reading
from command_center.store.fleet import boxes
from tests.conftest import SITE, START
from tests.support import full_city
from tests.support.city_staff import UNIT, Officer, an_officer
from tests.unit.command_center.city import change, commit, received, request
from tests.unit.command_center.dashboard.outbreak import dengue
from tests.unit.command_center.page_text import page, words

NOW = START + timedelta(minutes=5)
PATHS = ("/dasbor", "/dinding", "/kotak")


@pytest.fixture
def client(engine: Engine) -> Officer:
    """A verifikator at the pages, five minutes after START."""
    return an_officer(engine, now=NOW)


@contextmanager
def statements(engine: Engine) -> Iterator[list[str]]:
    """What the block asks the database."""
    asked: list[str] = []

    def note(_c: object, _cursor: object, sql: str, *_: object) -> None:
        asked.append(sql)

    event.listen(engine, "before_cursor_execute", note)
    yield asked
    event.remove(engine, "before_cursor_execute", note)


@pytest.mark.parametrize("path", PATHS)
def test_a_city_without_anything_has_its_pages(client: FlaskClient, path: str) -> None:
    shown = words(page(client, path))
    assert "0 dari 15" in shown or "15 dari 15 kotak belum terhubung" in shown


def test_the_dashboard_tells_where_what_and_by_whom(engine: Engine, client: FlaskClient) -> None:
    for n in range(3):
        received(engine, kelurahan="14.71.07.1006", created_at=START - timedelta(days=n))
    received(engine, category="sampah", agency="DLHK", channel="kiosk")
    shown = words(page(client, "/dasbor"))
    for part in (
        "Masuk hari ini 2",
        "7 hari terakhir 4",
        "Belum selesai 4",
        "SMS 3",
        "Kios 1",
        "Lampu penerangan jalan umum 3",
        "Kelurahan tidak diketahui: 1",
        "Semua kelurahan: 83 dan yang tidak diketahui",
    ):
        assert part in shown, part
    assert "<title>Tangkerang Selatan: 3 laporan" in page(client, "/dasbor")


def test_a_period_is_chosen_and_nonsense_is_thirty_days(
    engine: Engine, client: FlaskClient
) -> None:
    received(engine, created_at=START - timedelta(days=60))
    assert "SMS 1" in words(page(client, "/dasbor?hari=90"))
    assert "SMS 1" not in words(page(client, "/dasbor?hari=9000"))


def test_figures_of_a_box_that_is_away_are_never_shown_as_nothing(
    engine: Engine, client: FlaskClient
) -> None:
    commit(engine, boxes.heard, SITE, START)
    commit(engine, boxes.connection_changed, SITE, wire.Conn(on=False, boot="b", n=1))
    for path in ("/dasbor", "/kotak"):
        text = page(client, path)
        assert "sampai 09.00, belum terhubung" in words(text), path
    assert re.search(r"kabar terakhir dari: .*Bukit Raya 09\.00", words(page(client, "/dinding")))
    assert 'class="map-hatch"' in page(client, "/dasbor")
    assert "Tangkerang Selatan: 0 laporan, belum lengkap" in page(client, "/dasbor")
    assert "? sampai 09.00, belum terhubung" in words(page(client, "/kotak"))


def test_the_wall_has_nothing_of_a_person_nor_anything_to_press(
    engine: Engine, client: FlaskClient
) -> None:
    case = received(
        engine,
        text="Ibu Ratnaduhita minta tolong",
        reporter_name="Ratnaduhita Dewi",
        location="Jl Melur 3",
    )
    text = page(client, "/dinding")
    for secret in ("Ratnaduhita", "Melur", case.ticket, "6281234567890"):
        assert secret not in text, secret
    assert "<form" not in text
    assert "<button" not in text


def test_confidential_reports_are_in_no_figure_but_their_own(
    engine: Engine, client: FlaskClient
) -> None:
    for _ in range(5):
        received(
            engine,
            created_at=START - timedelta(days=25),
            category="kekerasan",
            sensitivity="rahasia",
            agency="DP3APM",
            kelurahan="14.71.07.1006",
        )
    shown = words(page(client, "/dasbor"))
    assert "Masuk hari ini 0" in shown
    assert "Rahasia, bulan lalu 5" in shown
    assert "Kekerasan" not in shown
    assert "DP3APM" not in shown
    assert "<title>Tangkerang Selatan: 0 laporan" in page(client, "/dasbor")


def test_no_two_numbers_of_confidential_reports_can_be_subtracted(engine: Engine) -> None:
    def told(now: datetime) -> set[str]:
        client = an_officer(engine, Role.LEADER, now=now)
        pages = [words(page(client, f"/dasbor?hari={days}")) for days in (7, 30, 90)]
        return set(re.findall("Rahasia, bulan lalu (.*?) tidak", " ".join(pages)))

    for days in (0, 3, 10, 25, 26, 27, 28, 29, 60, 80):
        received(engine, sensitivity="rahasia", created_at=START - timedelta(days=days))
    assert told(NOW) == {"5"}, "those of October, whatever period is asked for"
    received(engine, sensitivity="rahasia", created_at=START)
    assert told(NOW) == told(NOW + timedelta(days=5)) == {"5"}, "nor by looking twice"
    assert told(NOW + timedelta(days=15)) == {"kurang dari 5"}, "the next has no day in common"


def test_an_alarm_is_new_then_seen_then_closed(engine: Engine, client: FlaskClient) -> None:
    dengue(engine, 3)
    raising.raise_new(engine, START)
    assert "Gugus DBD: Tangkerang Selatan, Bukit Raya 3 laporan dalam 7 hari" in words(
        page(client, "/dinding")
    )
    assert "Sudah dilihat" in page(client, "/dasbor")
    assert client.post("/alarm/1/dilihat").status_code == 303
    assert "dilihat uji-verifikator" in words(page(client, "/dasbor"))
    client.post("/alarm/1/ditutup")
    assert "Tidak ada alarm" in page(client, "/dasbor")
    assert client.post("/alarm/1/lain").status_code == 404


def test_a_wall_sees_its_view_only_and_a_leader_closes_no_alarm(engine: Engine) -> None:
    wall, leader = (an_officer(engine, role, now=NOW) for role in (Role.WALL, Role.LEADER))
    assert wall.get("/").headers["Location"] == "/dinding"
    assert [wall.get(path).status_code for path in PATHS] == [403, 200, 403]
    assert wall.get("/dasbor/arus").status_code == 200
    dengue(engine, 3)
    raising.raise_new(engine, START)
    text = page(leader, "/dasbor")
    assert "Gugus DBD" in text
    assert "Tutup" not in text
    assert leader.post("/alarm/1/ditutup").status_code == 403
    assert an_officer(engine, Role.OFFICER, now=NOW).get("/dinding").status_code == 403


def test_other_systems_read_alarms_as_cloudevents(engine: Engine) -> None:
    dengue(engine, 3)
    raising.raise_new(engine, START)
    client = an_officer(engine, Role.AUDITOR, now=NOW)
    answer = client.get("/api/alarms")
    [told] = json.loads(answer.text)
    assert (told["type"], told["subject"]) == ("city.alarm_raised", "14.71.07.1006")
    assert told["data"] == {"rule": "dbd", "number": 3}
    assert json.loads(client.get("/api/alarms?after=1").text) == []
    assert client.get("/api/alarms?after=x").status_code == 400


def test_the_stream_answers_at_once_and_names_the_version_that_the_page_shows(
    engine: Engine, client: Officer
) -> None:
    text = page(client, "/dinding")
    [version] = {line for line in text.split('"') if "/dasbor/arus?sejak=" in line}
    answer = client.get(version)
    assert answer.content_type.startswith("text/event-stream")
    assert answer.headers["Cache-Control"] == "no-store"
    assert "event: tetap" in answer.text
    received(engine)
    other = an_officer(engine, now=NOW)
    assert "event: berubah" in other.get(version).text
    seen = answer.text.split("id: ")[1].split("\n")[0]
    assert "event: berubah" in other.get("/dasbor/arus", headers={"Last-Event-ID": seen}).text


def test_late_cases_are_counted_without_the_confidential(engine: Engine) -> None:
    for changes in ({}, {"agency": "DLHK"}, {"sensitivity": "rahasia"}):
        received(engine, **changes)
    case = received(engine)
    casework.change_status(engine, case.request_id, Status.RESOLVED, "", by="x", now=START)
    counted = late.count(engine, START + timedelta(days=60))
    assert (counted.total, dict(counted.by_agency)) == (2, {"DISHUB": 1, "DLHK": 1})
    assert (counted.of("DLHK", None).total, counted.of("DLHK", "UPT").total) == (1, 0)
    assert request(engine, case.request_id).status == Status.RESOLVED


def test_an_agency_and_its_unit_see_figures_of_their_own_cases_alone(engine: Engine) -> None:
    for agency, category in (("DISHUB", "pju"), ("DISHUB", "lalin_parkir"), ("DLHK", "sampah")):
        case = received(engine, agency=agency, category=category, kelurahan="14.71.07.1006")
    commit(engine, requests.set_unit, case.request_id, UNIT, START)
    case = received(engine, agency="DISHUB", category="pju", channel="kiosk")
    commit(engine, requests.set_unit, case.request_id, UNIT, START)
    received(engine, agency="DISHUB", category="pju", sensitivity="rahasia")
    dengue(engine, 3)
    agency = words(page(an_officer(engine, Role.OFFICER, now=NOW), "/dasbor"))
    unit = words(page(an_officer(engine, Role.SUBUNIT, now=NOW), "/dasbor"))
    for part in ("Masuk hari ini 3", "Belum selesai 3", "SMS 2", "Kios 1", "angkutan 1"):
        assert part in agency, part
    for part in ("Masuk hari ini 1", "Belum selesai 1", "Kios 1", "Kelurahan tidak diketahui: 1"):
        assert part in unit, part
    for part in ("DLHK", "Sampah", "Alarm", "Demam"):
        assert part not in agency + unit, part


def test_figures_of_an_agency_that_has_all_are_those_of_the_city(engine: Engine) -> None:
    full_city.fill(engine, 300, days=100, now=NOW)
    change(engine, "UPDATE requests SET agency = 'DLHK', unit = 'LPS'")
    commit(engine, daily_counts.rebuild)
    counted = late.count(engine, NOW)
    with reading(engine) as connection:
        looks = [
            snapshot.look(connection, NOW, days, counted.of(*whose), whose=whose, is_link_up=True)
            for whose in (CITY, Whose("DLHK"), Whose("DLHK", "LPS"))
            for days in (7, 30, 90)
        ]
    told = [look.figures for look in looks]
    assert told[:3] == told[3:6] == told[6:]
    assert told[0].number > 0


@pytest.mark.parametrize("path", ["/", *PATHS, "/?category=pju", "/?status=diterima&page=2"])
def test_a_page_asks_as_often_whether_there_are_few_reports_or_many(
    engine: Engine, path: str
) -> None:
    def cost() -> int:
        client = an_officer(engine, now=NOW)
        with statements(engine) as asked:
            page(client, path)
        return len([sql for sql in asked if "FROM requests" in sql or "daily_counts" in sql])

    full_city.fill(engine, 60, days=10, now=NOW)
    few = cost()
    full_city.fill(engine, 800, days=100, now=NOW - timedelta(days=10), seed=2, first=60)
    assert cost() == few
