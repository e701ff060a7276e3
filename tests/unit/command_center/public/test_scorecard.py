"""The public report card: an outsider gets the same figures, and tricks move no rank."""

import json
import random
import runpy
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.domain.cases.service_request import DEAD_ENDS, Source, Status, StatusEntry
from appliance.domain.city.city_tables import as_shipped
from appliance.domain.public.report_card import RANKED_FROM
from command_center.public.gaming import (
    _NOBODY_S_TRICK,
    MASS,
    MASS_WINDOW,
    Filed,
    _continues,
    _endings,
    findings,
)
from command_center.public.scorecard import Input, Row, exported, figures, scorecard
from tests.conftest import START

SCRIPT = Path(__file__).parents[4] / "scripts" / "recompute_scorecard.py"
UNTIL = START + timedelta(days=20)
MONDAY = UNTIL - timedelta(days=89)
recompute = runpy.run_path(str(SCRIPT))["main"]


def a_filed(number: int, *moves: tuple[Status, float], **changes: Any) -> Filed:
    """A case that came `hour` hours after MONDAY; moves are in hours after that."""
    came = MONDAY + timedelta(hours=changes.pop("hour", 0))
    source = changes.pop("source", Source.OFFICER)
    history = [StatusEntry(status=Status.RECEIVED, message="", agency=None, at=came)] + [
        StatusEntry(
            status=status, message="", agency=None, at=came + timedelta(hours=hours), source=source
        )
        for status, hours in moves
    ]
    values: dict[str, Any] = {
        "id": f"{number:09d}",
        "agency": "DLHK",
        "kind": "pengaduan",
        "category": "sampah",
        "sensitivity": "publik",
        "status": history[-1].status,
        "duplicate_of": None,
        "history": tuple(history),
        "phone": f"+62812{number:08d}",
        "place": "14.71.07.1001",
        "has_kelurahan": True,
        "is_burst": False,
    }
    return Filed(**{**values, **changes})


def an_input(filed: Sequence[Filed], **changes: Any) -> Input:
    values: dict[str, Any] = {
        "until": UNTIL,
        "tables": as_shipped(),
        "filed": sorted(filed, key=lambda case: case.id),
        "onboarded": frozenset({"DLHK", "PUPR"}),
        "confidential": {},
    }
    return Input(**{**values, **changes})


def rows_of(filed: Sequence[Filed], **changes: Any) -> dict[str, Row]:
    return {row.agency: row for row in scorecard(an_input(filed, **changes))}


def agrees(given_: Input) -> None:
    """The independent script says the same, to the last digit."""
    wanted = json.loads(json.dumps(figures(scorecard(given_))))
    assert recompute(json.loads(json.dumps(exported(given_)))) == wanted


def filed_by(chance: random.Random, number: int) -> Filed:
    moves, hours = [], 0.0
    for _ in range(chance.randint(0, 6)):
        hours += chance.choice([0, 0.01, 3, 24, 100, 400]) * chance.random()
        moves.append((chance.choice(list(Status)), hours))
    came = chance.choice([chance.uniform(-7_000, 2_100), 24.0 * chance.randint(0, 60)])
    case = a_filed(
        number,
        *moves,
        hour=round(came, 4),
        agency=chance.choice(["DLHK", "PUPR", "DISHUB"]),
        category=chance.choice(["sampah", "pju", "pungli_aparat"]),
        kind=chance.choice(["pengaduan", "permintaan_informasi", "darurat"]),
        duplicate_of=f"{chance.randint(1, 12):09d}" if chance.random() < 0.3 else None,
        phone=chance.choice([None, "+628121", "+628122"]),
        place=chance.choice(["14.71.07", "14.71.07.1001"]),
        is_burst=chance.random() < 0.1,
        source=chance.choice(list(Source)),
    )
    to_ms = [
        replace(move, at=move.at.replace(microsecond=move.at.microsecond // 1000 * 1000))
        for move in case.history
    ]
    return replace(case, history=tuple(to_ms))


def slowly_refiled(filed: Sequence[Filed]) -> dict[str, str]:
    """What each case continues, looking at every earlier one."""
    links: dict[str, str] = {}
    cases = sorted(filed, key=lambda one: (one.received_at, one.id))
    for n, case in enumerate(cases):
        for earlier in reversed(cases[:n]):
            is_alike = (case.agency, case.category, case.place) == (
                *(earlier.agency, earlier.category),
                earlier.place,
            )
            is_ended = earlier.status in DEAD_ENDS
            by_hand = earlier.history[-1].source not in _NOBODY_S_TRICK
            is_free = earlier.id not in links.values()
            if is_alike and is_ended and by_hand and is_free and _continues(case, earlier):
                links[case.id] = earlier.id
                break
    return links


def slowly_crowded(filed: Sequence[Filed], agency: str) -> set[str]:
    """The cases of an agency that ended in a window of so many, looking at every pair."""
    ends = [(entry.at, case) for entry, case, _ in _endings(f for f in filed if f.agency == agency)]
    found: set[str] = set()
    for begin, _ in ends:
        within = [case for at, case in ends if timedelta() <= at - begin <= MASS_WINDOW]
        if len({case.duplicate_of or case.id for case in within}) >= MASS:
            found |= {case.id for case in within}
    return found


@settings(max_examples=60, deadline=None)
@given(st.randoms(use_true_random=False), st.integers(0, 90))
def test_tricks_are_found_as_by_looking_at_every_pair(chance: random.Random, size: int) -> None:
    def one(number: int) -> Filed:
        end, hours = chance.choice([Status.ARCHIVED, Status.RESOLVED]), chance.random() / 12
        phone, place = chance.choice([None, "+628121"]), chance.choice(["14.71.07", "14.71.08"])
        return a_filed(
            number,
            (end, chance.choice([hours, 30.0])),
            hour=chance.choice([0.0, 0.0, 0.02, 24.0, 190.0]),
            agency=chance.choice(["DLHK", "DLHK", "DISHUB"]),
            duplicate_of=chance.choice([None, None, None, "000000001"]),
            phone=phone,
            place=place,
        )

    filed = [one(n + 1) for n in range(size)]
    found = findings(filed)
    root = slowly_refiled(filed)
    assert found.superseded == frozenset(root.values())
    assert found.refiled.keys() == root.keys()
    for agency in ("DLHK", "DISHUB"):
        mine = {case.id for case in filed if case.agency == agency} & found.mass_moves.keys()
        assert mine == slowly_crowded(filed, agency)


@settings(max_examples=80, deadline=None)
@given(st.randoms(use_true_random=False), st.integers(0, 40))
def test_an_outsider_computes_the_same_from_the_export(chance: random.Random, size: int) -> None:
    agrees(an_input([filed_by(chance, n + 1) for n in range(size)]))


def test_an_outsider_computes_the_same_from_a_large_export_with_python_alone(
    tmp_path: Path,
) -> None:
    chance = random.Random(2026)
    large = an_input([filed_by(chance, n + 1) for n in range(3_000)])
    path = tmp_path / "events.json"
    path.write_text(json.dumps(exported(large)))
    ran = subprocess.run(
        [sys.executable, "-I", "-S", SCRIPT, path], capture_output=True, check=True, timeout=60
    )
    rows = scorecard(large)
    assert sum(row.shown.rank is not None for row in rows) == 3
    assert json.loads(ran.stdout) == json.loads(json.dumps(figures(rows)))


def two_agencies() -> list[Filed]:
    """DLHK mends 16 of 20 in time, PUPR 12 of 20."""
    good = (Status.VERIFIED, 2), (Status.RESOLVED, 20)
    return [
        a_filed(
            n,
            *(good if n % 20 < (16 if agency == "DLHK" else 12) else ()),
            agency=agency,
            hour=24 * 7 * (n % 8) + n / 10,
        )
        for start, agency in ((100, "DLHK"), (200, "PUPR"))
        for n in range(start, start + 20)
    ]


def ranks(rows: dict[str, Row]) -> list[int | None]:
    return [rows["DLHK"].shown.rank, rows["PUPR"].shown.rank]


def test_figures_by_hand() -> None:
    rows = rows_of(two_agencies())
    line = rows["DLHK"].shown
    assert (line.count, line.to_finish, line.finished_in_time) == (20, 20, 16)
    assert (line.answered, line.in_time, line.median_days) == (20, 16, 1)
    assert ranks(rows) == [1, 2]


def test_fifty_fakes_of_a_burst_move_no_rank_and_are_shown() -> None:
    fakes = [a_filed(300 + n, hour=n / 10, is_burst=True) for n in range(50)]
    rows = rows_of([*two_agencies(), *fakes])
    assert rows["DLHK"].shown == rows_of(two_agencies())["DLHK"].shown
    assert ranks(rows) == [1, 2]
    assert rows["DLHK"].bursts == 50
    assert rows["DLHK"].raw.count == 70


def at_one_moment(cases: Sequence[Filed], status: Status, at: datetime) -> list[Filed]:
    """Every open case ended at the same time, seconds apart."""
    return [
        case
        if case.agency != "PUPR" or case.status is Status.RESOLVED
        else replace(
            case,
            status=status,
            history=(
                *case.history,
                StatusEntry(
                    status=status,
                    message="",
                    agency=None,
                    at=at + timedelta(seconds=n),
                    source=Source.OFFICER,
                ),
            ),
        )
        for n, case in enumerate(cases)
    ]


@pytest.mark.parametrize("status", [Status.RESOLVED, Status.ARCHIVED, Status.NOT_OURS])
def test_a_mass_ending_at_2359_moves_no_rank_and_is_shown(status: Status) -> None:
    honest = [
        *two_agencies(),
        *(a_filed(400 + n, agency="PUPR", category="jalan_rusak", hour=n) for n in range(MASS)),
    ]
    before = rows_of(honest)
    night = MONDAY.replace(hour=16, minute=59) + timedelta(days=1)
    rows = rows_of(at_one_moment(honest, status, night))
    assert rows["PUPR"].shown == before["PUPR"].shown
    assert rows["PUPR"].raw != before["PUPR"].raw
    assert rows["PUPR"].mass_ended >= MASS
    assert ranks(rows) == ranks(before)


def test_what_reporters_confirm_or_time_closes_is_no_mass_ending() -> None:
    def closed(n: int, source: Source) -> Filed:
        case = a_filed(500 + n, (Status.RESOLVED, 20), hour=n / 1000)
        end = StatusEntry(
            status=Status.CLOSED,
            message="",
            agency=None,
            at=case.history[-1].at + timedelta(hours=1),
            source=source,
        )
        return replace(case, status=Status.CLOSED, history=(*case.history, end))

    confirmed = rows_of([closed(n, Source.REPORTER) for n in range(MASS)])["DLHK"]
    silent = rows_of([closed(n, Source.TIME) for n in range(MASS)])["DLHK"]
    assert (confirmed.mass_ended, confirmed.shown.finished_in_time) == (0, MASS)
    assert (silent.mass_ended, silent.shown.finished_in_time) == (MASS, 0)


def test_delete_and_refile_keeps_the_first_clock_and_moves_no_rank() -> None:
    honest = two_agencies()
    before = rows_of(honest)
    tricked: list[Filed] = []
    for n, case in enumerate(honest):
        if case.agency != "PUPR" or case.status is Status.RESOLVED:
            tricked.append(case)
            continue
        late = StatusEntry(
            status=Status.ARCHIVED,
            message="",
            agency=None,
            at=case.received_at + timedelta(days=30),
            source=Source.OFFICER,
        )
        tricked.append(replace(case, status=late.status, history=(*case.history, late)))
        hour = (case.received_at - MONDAY).total_seconds() / 3600 + 24 * 30 + 5
        again = a_filed(
            600 + n, (Status.VERIFIED, 1), (Status.RESOLVED, 2), agency="PUPR", hour=hour
        )
        tricked.append(replace(again, phone=None))
    rows = rows_of(tricked)
    assert rows["PUPR"].refiled == 8
    assert rows["PUPR"].raw.finished_in_time == 20
    assert rows["PUPR"].shown.finished_in_time == before["PUPR"].shown.finished_in_time
    assert ranks(rows) == ranks(before) == [1, 2]


def test_reopened_counts_as_not_resolved_even_when_resolved_again() -> None:
    moves = (Status.RESOLVED, 2), (Status.REOPENED, 3), (Status.RESOLVED, 4)
    line = rows_of([a_filed(1, *moves)])["DLHK"].shown
    assert (line.to_finish, line.finished_in_time, line.reopened) == (1, 0, 1)


def test_agencies_without_cases_or_not_on_board_are_shown_as_such() -> None:
    rows = rows_of([])
    assert rows["PUPR"].is_onboarded
    assert not rows["DISHUB"].is_onboarded
    assert rows["DISHUB"].shown.rank is None


def test_too_few_have_no_rank() -> None:
    few = [a_filed(n, (Status.RESOLVED, 1 + n)) for n in range(1, RANKED_FROM)]
    assert rows_of(few)["DLHK"].shown.rank is None


@pytest.mark.parametrize(("count", "told"), [(0, 0), (4, 0), (5, 5), (9, 5), (13, 10)])
def test_confidential_cases_are_told_in_fives(count: int, told: int) -> None:
    assert rows_of([], confidential={"DP3APM": count})["DP3APM"].confidential == told


def test_the_export_has_nothing_of_a_person() -> None:
    text = json.dumps(exported(an_input([a_filed(1, phone="+6281234567890")])))
    assert "6281234567890" not in text
    assert "14.71.07.1001" not in text
