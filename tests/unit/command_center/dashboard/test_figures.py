"""The shape of the dashboard's numbers, its map, its stream, and the health of boxes."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.domain import reference
from appliance.domain.events.box import BoxHeartbeat
from appliance.domain.ids import SiteCode
from command_center.dashboard import figures, fleet, stream, tilemap, words
from command_center.dashboard.cells import Dimension
from command_center.dashboard.figures import Counts, Figures
from command_center.dashboard.fleet import BoxHealth, Reach
from command_center.store.fleet.boxes import Box
from tests.conftest import SITE, START

TODAY = 20_000
NAMES = dict.fromkeys(Dimension, str.upper)
BY_DAY = {TODAY: 4, TODAY - 6: 3, TODAY - 7: 2, TODAY - 29: 1, TODAY - 30: 100}


def made(**changes: object) -> Figures:
    counts = {
        "by_value": {
            (Dimension.CHANNEL, "sms"): (2, 1, 0),
            (Dimension.CHANNEL, "kiosk"): (5, 1, 0),
            (Dimension.KELURAHAN, "b"): (3, 0, 1),
            (Dimension.KELURAHAN, ""): (1, 1, 0),
            (Dimension.AGENCY, "DLHK"): (4, 0, 0),
        },
        "by_day": BY_DAY,
        "open": {"DLHK": 2, "PUPR": 7},
        "confidential": 4,
    } | changes
    return figures.figures(
        Counts(**counts),  # type: ignore[arg-type]
        NAMES,
        ["a", "b"],
        {"PUPR": 3},
        today=TODAY,
        days=30,
    )


def test_weeks_and_the_period_are_counted_from_today_backwards() -> None:
    shown = made()
    assert (shown.today, shown.week, shown.before, shown.number) == (4, 7, 2, 10)
    assert [number for _, number in shown.trend][-1] == 4
    assert len(shown.trend) == 30
    assert shown.trend[-1][0] == figures.date_of(TODAY)


def test_every_kelurahan_has_a_row_and_the_unknown_comes_last() -> None:
    rows = [(row.value, row.name, row.number) for row in made().kelurahan]
    assert rows == [("a", "A", 0), ("b", "B", 3), ("", "Tidak diketahui", 1)]


def test_channels_stand_by_number_and_agencies_by_what_is_late() -> None:
    assert [row.value for row in made().channels] == ["kiosk", "sms"]
    agencies = [(one.row.value, one.late, one.open) for one in made().agencies]
    assert agencies == [("PUPR", 3, 7), ("DLHK", 0, 2)]


@pytest.mark.parametrize(("stored", "shown"), [(0, None), (4, None), (5, 5)])
def test_few_confidential_reports_are_not_told_as_a_number(stored: int, shown: int | None) -> None:
    assert made(confidential=stored).confidential == shown


def test_a_map_of_pekanbaru_has_each_kelurahan_once_in_its_block() -> None:
    codes = tuple(one.code for one in reference.kelurahan_of_city("1471"))
    drawn = tilemap.of_city("1471", codes)
    assert sorted(tile.code for block in drawn.blocks for tile in block.tiles) == sorted(codes)
    assert len(drawn.blocks) == 15
    _is_sound(drawn)


@given(st.lists(st.integers(1, 14), min_size=1, max_size=25))
@settings(max_examples=60)
def test_a_city_without_a_map_gets_one_in_which_no_tile_lies_on_another(sizes: list[int]) -> None:
    codes = [
        f"63.71.{site:02d}.{1000 + n}" for site, size in enumerate(sizes, 1) for n in range(size)
    ]
    drawn = tilemap._joined(tilemap.generated(codes))
    assert [tile.code for block in drawn.blocks for tile in block.tiles] == codes
    _is_sound(drawn)


def _is_sound(drawn: tilemap.TileMap) -> None:
    tiles = [(tile.column, tile.row) for block in drawn.blocks for tile in block.tiles]
    assert len(set(tiles)) == len(tiles)
    for block in drawn.blocks:
        wide = max(tile.column for tile in block.tiles) - block.column + 1
        assert not {(block.column + n, block.row) for n in range(wide)} & set(tiles), block
        assert all(tile.column < drawn.columns and tile.row < drawn.rows for tile in block.tiles)


@given(st.lists(st.integers(0, 500), min_size=1))
@settings(max_examples=60)
def test_every_number_has_a_shade_and_more_is_never_lighter(numbers: list[int]) -> None:
    bounds = tilemap.steps(numbers)
    shades = [tilemap.shade(number, bounds) for number in sorted(numbers)]
    assert shades == sorted(shades)
    assert shades.count(0) == numbers.count(0)
    assert set(shades) <= set(tilemap.legend(bounds))


HEARTBEAT = BoxHeartbeat(
    at=START,
    backlog={"p1": 2},
    oldest_unacked_s=0,
    disk_free_bytes=5_300_000_000,
    texts={},
    gauges={"modem": {"state": "ready", "signal_dbm": "-71"}, "sync": {"power": "good"}},
    clock_source="ntp",
)
BOX = Box(
    site=SITE,
    is_online=True,
    boot="b",
    n=1,
    software="2026.11",
    epoch="e",
    last_seen_at=START,
    clone_seen_at=None,
    heartbeat=HEARTBEAT,
)


def health(
    box: Box | None = BOX, *, later: timedelta = timedelta(), is_link_up: bool = True
) -> BoxHealth:
    [one] = fleet.fleet(
        [box] if box else [], [SITE], {str(SITE): 3}, START + later, is_link_up=is_link_up
    )
    return one


@pytest.mark.parametrize(
    ("box", "later", "is_link_up", "expected"),
    [
        (BOX, timedelta(), True, Reach.CONNECTED),
        (replace(BOX, is_online=False), timedelta(), True, Reach.AWAY),
        (BOX, fleet.HEARD_WITHIN + timedelta(seconds=1), True, Reach.AWAY),
        (BOX, timedelta(), False, Reach.AWAY),
        (replace(BOX, is_online=None), timedelta(), True, Reach.UNSURE),
        (None, timedelta(), True, Reach.NEVER),
    ],
    ids=["heard", "last will", "silent for long", "no broker", "broker is new", "none"],
)
def test_whether_a_box_is_heard(
    box: Box | None, later: timedelta, is_link_up: bool, expected: Reach
) -> None:
    found = health(box, later=later, is_link_up=is_link_up)
    assert found.reach is expected
    assert found.is_known is (expected is Reach.CONNECTED)


def test_what_a_box_tells_is_said_in_words() -> None:
    found = health()
    assert (found.waiting, found.today, found.software) == (2, 3, "2026.11")
    told = [found.modem, found.disk, found.clock, found.power]
    assert [fact.word for fact in told] == ["-71 baik", "5,3 GB", "internet", "cukup"]
    assert not any(fact.is_bad for fact in told)


@pytest.mark.parametrize(
    ("change", "fact", "word"),
    [
        ({"disk_free_bytes": 300_000_000}, "disk", "300 MB"),
        ({"clock_source": "none"}, "clock", "belum disetel"),
        ({"gauges": {"sync": {"power": "low"}}}, "power", "terlalu rendah"),
        ({"gauges": {"modem": {"state": "no_sim"}}}, "modem", "tanpa kartu SIM"),
        (
            {"gauges": {"modem-a": {"state": "ready", "signal_dbm": "-111"}}},
            "modem",
            "-111 sangat lemah",
        ),
    ],
)
def test_what_is_wrong_with_a_box_stands_out(
    change: dict[str, object], fact: str, word: str
) -> None:
    found = health(replace(BOX, heartbeat=msgspec.structs.replace(HEARTBEAT, **change)))
    assert getattr(found, fact) == fleet.Fact(word=word, is_bad=True)


def test_the_figures_of_a_box_that_is_away_hold_until_it_was_heard() -> None:
    away = health(replace(BOX, is_online=False))
    assert words.until(away, START + timedelta(hours=1)) == "sampai 09.00, belum terhubung"
    assert words.until(away, START + timedelta(days=2)) == "sampai 21 Nov 09.00, belum terhubung"
    assert words.until(health(None), START) == "belum pernah terhubung"


def test_the_stream_says_whether_anything_has_changed_and_when_to_ask_again() -> None:
    at = datetime(2026, 11, 28, 3, 10, 5, tzinfo=UTC)
    lines = stream.answer("old", "new", at).splitlines()
    assert lines[:3] == ["retry: 2000", "id: new", "event: berubah"]
    assert json.loads(lines[3].removeprefix("data: ")) == {"pukul": "10.10.05"}
    assert "event: tetap" in stream.answer("new", "new", at)


def test_a_box_of_another_city_has_a_row_too() -> None:
    other = replace(BOX, site=SiteCode("63.71.01"))
    found = fleet.fleet([other], [SITE], {}, START, is_link_up=True)
    assert [str(one.site) for one in found] == ["14.71.07", "63.71.01"]
