from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.domain.errors import BadInput
from appliance.domain.public import announcement
from appliance.domain.public.announcement import BODY_MAX_CHARS, SHOWN_AT_MOST, TITLE_MAX_CHARS

NOW = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)
ROW = {"id": "1", "title": "Posyandu", "body": "Jumat pagi di aula"}


def shown(now: datetime = NOW, **changes: str) -> bool:
    return bool(announcement.current([ROW | changes], now))


def test_a_date_is_shown_to_the_end_of_its_day_in_pekanbaru() -> None:
    midnight = datetime(2026, 11, 30, 17, 0, tzinfo=UTC)
    assert shown(midnight - timedelta(seconds=1), until="2026-11-30")
    assert not shown(midnight, until="2026-11-30")


def test_a_time_ends_when_it_says() -> None:
    assert shown(until="2026-11-30T19:00:01+07:00")
    assert not shown(until="2026-11-30T19:00:00+07:00")


def test_without_an_end_it_stays() -> None:
    assert shown(datetime(2099, 1, 1, tzinfo=UTC))
    assert shown(datetime(2099, 1, 1, tzinfo=UTC), until=" ")


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"title": ""}, "title"),
        ({"title": "x" * (TITLE_MAX_CHARS + 1)}, "title"),
        ({"body": "x" * (BODY_MAX_CHARS + 1)}, "body"),
        ({"id": ""}, "id"),
        ({"until": "besok"}, "until"),
        ({"until": "2026-11-31"}, "until"),
        ({"until": "2026-11-30T19:00"}, "until"),
        ({"until": "0001-01-01T00:00:00+23:59"}, "until"),
    ],
)
def test_a_mistake_names_its_column_and_hides_the_row(changes: dict[str, str], named: str) -> None:
    with pytest.raises(BadInput, match=named):
        announcement.parse(ROW | changes)
    assert not shown(**changes)


def test_only_the_first_few_are_shown() -> None:
    rows = [ROW | {"id": str(number)} for number in range(SHOWN_AT_MOST + 2)]
    assert [a.id for a in announcement.current(rows, NOW)] == ["0", "1", "2"]


@given(
    st.lists(
        st.dictionaries(st.sampled_from(["id", "title", "body", "until"]), st.text(max_size=30))
    )
)
def test_any_rows_of_text_can_be_shown(rows: list[dict[str, str]]) -> None:
    for found in announcement.current(rows, NOW):
        assert 1 <= len(found.title) <= TITLE_MAX_CHARS


def test_one_of_the_kecamatan_begins_on_its_first_day_in_pekanbaru() -> None:
    one = announcement.parse(ROW | {"from": "2026-12-01"})
    midnight = datetime(2026, 11, 30, 17, 0, tzinfo=UTC)
    assert not one.is_current(midnight - timedelta(seconds=1))
    assert one.is_current(midnight)
    with pytest.raises(BadInput, match="from"):
        announcement.parse(ROW | {"from": "besok"})


def test_there_is_one_list_and_the_citys_first_stands_first() -> None:
    citys = [announcement.parse(ROW | {"id": f"k{n}"}) for n in range(2)]
    ours = [announcement.parse(ROW | {"id": "c"}), announcement.parse(ROW | {"from": "2027-01-01"})]
    assert [one.id for one in announcement.together(citys, ours, NOW)] == ["k0", "c", "k1"]


def test_a_first_page_shows_the_beginning() -> None:
    long = announcement.parse(ROW | {"body": "kata " * 70})
    assert len(announcement.brief(long).body) <= announcement.BRIEF_MAX_CHARS + 2
    assert announcement.brief(announcement.parse(ROW | {"body": "Satu.\n\nDua."})).body == "Satu. …"
    assert announcement.brief(announcement.parse(ROW)).body == ROW["body"]
