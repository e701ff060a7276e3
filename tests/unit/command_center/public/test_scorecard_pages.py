"""What everybody may see of the city: without a person in it, cheap, and the same again."""

import json
import runpy
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, delete, event

from appliance.domain.cases.service_request import Status
from appliance.domain.events.orders import TablePublished
from command_center.cases import casework, watching
from command_center.public import opendata
from command_center.public.cards import last_midnight
from command_center.public.opendata import LEAST, TOGETHER, suppressed
from command_center.store.cases import case_links
from command_center.store.database import reading, writing
from command_center.store.public import scorecards as scorecards_made
from command_center.store.public.open_counts import Count
from command_center.store.schema.public import scorecards
from command_center.store.sending import downlinks
from tests.conftest import SITE, START
from tests.support.city_staff import a_center
from tests.unit.command_center.city import commit, happened, hello, received

SCRIPT = Path(__file__).parents[4] / "scripts" / "recompute_scorecard.py"
LATER = START + timedelta(days=40)
STRANGER = {"REMOTE_ADDR": "203.0.113.9"}
PUBLIC = ("/rapor", "/rapor.json", "/data/", "/data/laporan.csv", "/data/laporan-terlindung.json")


@pytest.fixture
def app(engine: Engine) -> Flask:
    return a_center(engine, now=LATER)


@pytest.fixture
def filled(engine: Engine) -> Engine:
    """Forty reports to two agencies, some of them resolved, merged, not ours, or secret."""
    hello(engine)
    for n in range(40):
        case = received(
            engine,
            agency="DLHK" if n % 2 else "DISHUB",
            category="sampah" if n % 2 else "pju",
            created_at=START + timedelta(hours=n),
            reporter_phone=f"+62812345{n:05d}",
            reporter_name="Siti Aminah",
            text=f"laporan nomor {n} di jl Rajawali",
        )
        if n % 3:
            status = Status.NOT_OURS if n % 11 == 0 else Status.RESOLVED
            at = START + timedelta(hours=n + (20 if n % 2 else 500))
            casework.change_status(engine, case.request_id, status, "x", by="x", now=at)
    for _ in range(7):
        received(engine, agency="DP3APM", category="kekerasan", sensitivity="rahasia", text="x")
    return engine


def of_agency(client: FlaskClient, agency: str) -> dict[str, object]:
    rows = client.get("/rapor.json").get_json()["agencies"]
    [row] = [row for row in rows if row["agency"] == agency]
    return row


@pytest.mark.parametrize("path", PUBLIC)
def test_strangers_may_see_what_is_public_and_caches_may_keep_it(
    filled: Engine, client: FlaskClient, path: str
) -> None:
    answer = client.get(path, environ_base=STRANGER)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "public, max-age=600"
    again = client.get(
        path, environ_base=STRANGER, headers={"If-None-Match": answer.headers["ETag"]}
    )
    assert (again.status_code, again.data) == (304, b"")
    for secret in ("Siti", "Rajawali", "812345", "6281"):
        assert secret not in answer.text


def test_everything_else_stays_with_staff(app: Flask) -> None:
    answer = app.test_client().get("/", environ_base=STRANGER)
    assert (answer.status_code, answer.location) == (303, "/masuk")


def test_the_card_tells_who_is_on_board_and_what_is_not_counted(
    filled: Engine, client: FlaskClient
) -> None:
    officials = TablePublished(
        name="officials", version=1, rows=[{"agency": "DLHK", "rank": "1", "phone": "+628121"}]
    )
    commit(filled, downlinks.append, SITE, officials, subject="officials", now=START)
    assert of_agency(client, "DLHK")["is_onboarded"] is True
    dishub = of_agency(client, "DISHUB")
    assert dishub["is_onboarded"] is False
    assert dishub["figures"]["not_ours"] == 1  # type: ignore[index]
    assert of_agency(client, "DP3APM")["confidential_at_least"] == 5
    assert of_agency(client, "DP3APM")["figures"]["count"] == 0  # type: ignore[index]
    page = client.get("/rapor").text
    assert "Belum punya petugas penghubung" in page
    assert "bukan wewenang, tidak dihitung" in page


def test_an_export_gives_an_outsider_the_same_figures(
    filled: Engine, run: Callable[..., tuple[int, str, str]], tmp_path: Path
) -> None:
    children = received(filled, agency="DLHK", category="sampah"), received(filled, agency="DLHK")
    commit(
        filled,
        case_links.put,
        children[0].request_id,
        children[1].request_id,
        by="x",
        now=START,
    )
    code, said, _ = run("scorecard", "export", tmp_path / "out", "--until", "2026-11-30")
    assert (code, "written:" in said) == (0, True)
    events, figures = (
        json.loads((tmp_path / "out" / name).read_text())
        for name in ("events.json", "figures.json")
    )
    assert runpy.run_path(str(SCRIPT))["main"](events) == figures
    written = "".join(path.read_text() for path in (tmp_path / "out").iterdir())
    for secret in ("Siti", "Rajawali", "812345", "kekerasan", "14.71"):
        assert secret not in written


def test_fifty_texts_of_three_phones_about_one_kelurahan_move_no_rank(
    filled: Engine, app: Flask, client: FlaskClient
) -> None:
    before = {row["agency"]: row for row in client.get("/rapor.json").get_json()["agencies"]}
    for n in range(50):
        received(
            filled,
            agency="DLHK",
            category="sampah",
            created_at=START + timedelta(minutes=n),
            reporter_phone=f"+62899000000{n % 3}",
            kelurahan="14.71.07.1001",
            text=f"sampah busuk gang {n}",
        )
    watching.find_patterns(filled, START)
    with writing(filled) as connection:
        connection.execute(delete(scorecards))
    fresh = a_center(filled, now=LATER).test_client()
    after = {row["agency"]: row for row in fresh.get("/rapor.json").get_json()["agencies"]}
    assert after["DLHK"]["flags"]["bursts"] == 50
    assert after["DLHK"]["figures"] == before["DLHK"]["figures"]
    assert after["DLHK"]["with_flagged"]["count"] > before["DLHK"]["with_flagged"]["count"]
    assert {a: row["rank"] for a, row in after.items()} == {
        a: row["rank"] for a, row in before.items()
    }


def queries(engine: Engine) -> list[int]:
    """How many the first and the second look at the card take."""
    with writing(engine) as connection:
        connection.execute(delete(scorecards))
    client = a_center(engine, now=LATER).test_client()
    asked: list[str] = []

    def note(*told: object) -> None:
        asked.append(str(told[2]))

    event.listen(engine, "before_cursor_execute", note)
    client.get("/rapor")
    first = len(asked)
    client.get("/rapor")
    event.remove(engine, "before_cursor_execute", note)
    return [first, len(asked) - first]


def test_the_number_of_queries_does_not_grow_with_the_requests(engine: Engine) -> None:
    hello(engine)
    received(engine)
    few = queries(engine)
    for _ in range(30):
        received(engine)
    assert queries(engine) == few
    assert few[1] == 0


def test_benchmarks_are_shown_with_source_and_date_only(engine: Engine, tmp_path: Path) -> None:
    path = tmp_path / "benchmarks.csv"
    path.write_text(
        "ukuran,nilai,sumber,tanggal\nRata-rata nasional,5 hari,KemenPANRB,2025-12-31\n"
        "Tanpa sumber,9 hari,,2025-01-01\n"
    )
    app = a_center(engine, now=LATER, benchmarks=path)
    page = app.test_client().get("/rapor").text
    assert "KemenPANRB, 2025-12-31" in page
    assert "9 hari" not in page


def test_without_benchmarks_none_are_shown(filled: Engine, client: FlaskClient) -> None:
    assert "Pembanding" not in client.get("/rapor").text


CELLS = st.dictionaries(
    st.sampled_from([f"k{n}" for n in range(12)]), st.integers(1, 30), max_size=12
).map(Counter)


@settings(max_examples=100, deadline=None)
@given(CELLS)
def test_no_number_told_and_no_rest_of_a_sum_is_of_few(cells: Counter[str]) -> None:
    told = suppressed(cells)
    assert all(number >= LEAST for number in told.values())
    kept = {name: number for name, number in told.items() if name != TOGETHER}
    assert all(cells[name] == number for name, number in kept.items())
    hidden = cells.keys() - kept.keys()
    rest = sum(cells.values()) - sum(kept.values())
    assert not hidden or rest >= LEAST or not told
    assert len(hidden) != 1 or not told


def test_open_data_tells_public_classes_in_full_and_the_others_coarsely(
    filled: Engine, client: FlaskClient
) -> None:
    full = client.get("/data/laporan.json").get_json()["rows"]
    assert sum(row["jumlah"] for row in full) == 40
    assert {row["kategori"] for row in full} == {"sampah", "pju"}
    coarse = client.get("/data/laporan-terlindung.csv").text.splitlines()
    assert coarse == ["bulan,kategori,jumlah", "2026-11,kekerasan,7"]
    assert client.get("/data/laporan.xml").status_code == 404
    assert set(opendata.PROTECTED_COLUMNS) == {"bulan", "kategori", "jumlah"}


def test_no_two_files_differ_by_what_one_day_has_brought() -> None:
    kind = {"site": "", "kelurahan": "", "channel": "", "status": "", "sensitivity": "rahasia"}
    november = Count(month="2026-11", category="kekerasan", number=7, **kind)
    days = (datetime(2026, 11, 28, 17, tzinfo=UTC) + timedelta(days=n) for n in range(12))
    told = [bool(opendata.protected_rows([november], day)) for day in days]
    assert told == [False] * 9 + [True] * 3


def test_no_two_cards_differ_by_the_confidential_reports_of_a_day(filled: Engine) -> None:
    """Seven of November, one a month before."""
    old = received(filled, agency="DP3APM", category="kekerasan", sensitivity="rahasia", text="x")
    happened(filled, START - timedelta(days=30), old.request_id)
    told = {}
    for day in (datetime(2026, 11, 8, 17, tzinfo=UTC) + timedelta(days=n) for n in range(40)):
        with reading(filled) as connection:
            told[day.date()] = scorecards_made.given(connection, day).confidential.get("DP3APM", 0)
    assert set(told.values()) == {1, 8}
    assert min(day for day, number in told.items() if number == 8) == date(2026, 12, 7)


def test_a_card_is_of_the_last_midnight() -> None:
    assert last_midnight(START).isoformat() == "2026-11-21T00:00:00+07:00"
