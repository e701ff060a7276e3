"""What is late, and what is nearly: on the page, at the terminal, and counted by hand."""

import json
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine

from appliance.domain.cases.service_request import Status
from appliance.domain.moment import WESTERN_INDONESIA
from command_center import __main__ as center
from command_center.cases import casework, worklist
from command_center.cases.worklist import Due
from command_center.store.cases.requests import Filter
from command_center.store.database import reading
from tests.support.city_staff import an_officer
from tests.unit.command_center.city import Run, happened, received
from tests.unit.command_center.page_text import page, words


def wib(day: int, month: int, hour: int = 9) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=WESTERN_INDONESIA)


@pytest.fixture
def cases(engine: Engine) -> dict[str, str]:
    """Filed on Friday 20 March 2026, 16:00 WIB, in the days off around Idulfitri."""
    found = {}
    for name, category, kind in (
        ("sampah", "sampah", "pengaduan"),
        ("lampu", "pju", "pengaduan"),
        ("jalan", "jalan_rusak", "pengaduan"),
        ("tanya", "jalan_rusak", "permintaan_informasi"),
    ):
        case = received(engine, category=category, kind=kind)
        happened(engine, wib(20, 3, 16), case.request_id)
        found[case.request_id] = name
        casework.change_status(
            engine, case.request_id, Status.IN_PROGRESS, "", by="x", now=wib(20, 3, 17)
        )
    return found


def listed(engine: Engine, cases: dict[str, str], due: Due, now: datetime) -> list[tuple[str, int]]:
    with reading(engine) as connection:
        items = worklist.items(connection, Filter(), due, now)
    return [(cases[item.request.request_id], item.deadline.working_days) for item in items]


@pytest.mark.parametrize(
    ("day", "late"),
    [
        # sampah is due on 26 March, lampu and tanya on the 31st, jalan on 14 April.
        ((26, 3), []),
        ((27, 3), [("sampah", 1)]),
        ((28, 3), [("sampah", 1)]),
        ((31, 3), [("sampah", 3)]),
        ((1, 4), [("sampah", 4), ("lampu", 1), ("tanya", 1)]),
        # Good Friday and the weekend are no working days.
        ((6, 4), [("sampah", 6), ("lampu", 3), ("tanya", 3)]),
        ((15, 4), [("sampah", 13), ("lampu", 10), ("tanya", 10), ("jalan", 1)]),
    ],
)
def test_the_list_equals_a_count_by_hand(
    engine: Engine, cases: dict[str, str], day: tuple[int, int], late: list[tuple[str, int]]
) -> None:
    assert listed(engine, cases, Due.LATE, wib(*day)) == late


def test_what_is_due_today_or_on_the_next_working_day_is_near(
    engine: Engine, cases: dict[str, str]
) -> None:
    assert [name for name, _ in listed(engine, cases, Due.SOON, wib(24, 3))] == []
    assert listed(engine, cases, Due.SOON, wib(25, 3)) == [("sampah", 1)]
    assert listed(engine, cases, Due.SOON, wib(30, 3)) == [("lampu", 1), ("tanya", 1)]


def test_what_is_settled_is_on_neither(engine: Engine, cases: dict[str, str]) -> None:
    for request_id in cases:
        casework.change_status(engine, request_id, Status.RESOLVED, "", by="x", now=wib(23, 3))
    assert listed(engine, cases, Due.LATE, wib(1, 12)) == []


def test_the_page_narrows_to_what_is_late(engine: Engine, cases: dict[str, str]) -> None:
    officer = an_officer(engine, now=wib(1, 4))
    shown = words(page(officer, "/?tenggat=terlambat"))
    assert shown.index("Terlambat 4 hari kerja") < shown.index("Terlambat 1 hari kerja")
    assert "1–3 dari 3 laporan" in shown
    filtered = words(page(officer, "/?tenggat=terlambat&category=pju"))
    assert "1–1 dari 1 laporan" in filtered
    assert "Tidak ada laporan yang cocok" in words(
        page(officer, "/?tenggat=menjelang&category=sampah")
    )
    assert "dari 4 laporan" in words(page(officer, "/?tenggat=lain"))


def test_the_command_lists_the_same(
    engine: Engine, cases: dict[str, str], run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(center, "now", lambda: wib(1, 4))
    code, out, _ = run("requests", "--overdue", "--json")
    assert code == 0
    assert [(cases[r["request_id"]], r["due_on"], r["overdue_days"]) for r in json.loads(out)] == [
        ("sampah", "2026-03-26", 4),
        ("lampu", "2026-03-31", 1),
        ("tanya", "2026-03-31", 1),
    ]
    code, out, _ = run("requests", "--overdue")
    assert code == 0
    assert "2026-03-26" in out
    monkeypatch.setattr(center, "now", lambda: wib(25, 3))
    code, out, _ = run("requests", "--due-soon", "--json")
    assert (code, len(json.loads(out))) == (0, 1)


def test_a_case_that_waits_for_its_reporter_is_not_called_near(
    engine: Engine, cases: dict[str, str]
) -> None:
    for request_id in cases:
        casework.change_status(
            engine,
            request_id,
            Status.NEEDS_DETAILS,
            "Di mana?",
            by="x",
            now=wib(25, 3) + timedelta(hours=1),
        )
    assert listed(engine, cases, Due.SOON, wib(26, 3)) == []
    assert listed(engine, cases, Due.LATE, wib(10, 6)) == []
