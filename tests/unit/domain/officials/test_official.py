"""A directory of officials as a table."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.domain.city import city_tables, table_csv
from appliance.domain.errors import BadInput
from appliance.domain.hours import DailyHours
from appliance.domain.officials import official
from appliance.domain.officials.official import Official
from appliance.domain.phone import Msisdn

HEADER = "agency,rank,name,phone,post,valid_from,valid_until,quiet_hours\n"


def read(lines: str, header: str = HEADER) -> list[Official]:
    return official.directory(table_csv.read(header + lines), city_tables.as_shipped().working())


def test_a_row_becomes_an_official() -> None:
    [found] = read(
        "dlhk,1, Budi  Santoso ,0812 0000 0001,Kepala,2026-01-01,2026-12-31,22:00-05:00\n"
    )
    assert found == Official(
        agency="DLHK",
        rank=1,
        phone=Msisdn("+6281200000001"),
        name="Budi Santoso",
        post="Kepala",
        valid_from=date(2026, 1, 1),
        valid_until=date(2026, 12, 31),
        quiet_hours=DailyHours.parse("22:00-05:00"),
    )


def test_what_may_be_left_out_is_without_limit() -> None:
    [found] = read("DLHK,2,Budi,081200000001\n", "agency,rank,name,phone\n")
    assert found.is_in_office(date.min)
    assert found.is_in_office(date.max)
    assert found.quiet_hours is None


@pytest.mark.parametrize(
    ("line", "mistake"),
    [
        ("DKP,1,Budi,081200000001,,,,", "line 2: there is no agency 'DKP'"),
        ("DLHK,0,Budi,081200000001,,,,", "line 2: rank is 1"),
        ("DLHK,²,Budi,081200000001,,,,", "line 2: rank is 1"),
        ("DLHK,1,,081200000001,,,,", "line 2: name missing"),
        ("DLHK,1,Budi,0761123456,,,,", "line 2: phone is no mobile number"),
        ("DLHK,1,Budi,081200000001,,1.1.2026,,", "line 2: valid_from: a day is written"),
        ("DLHK,1,Budi,081200000001,,2026-02-01,2026-01-01,", "line 2: valid_until is before"),
        ("DLHK,1,Budi,081200000001,,,,22-5", "line 2: hours are written"),
        ("DLHK,1,Budi", "line 2: not as many columns"),
        (f"DLHK,1,{'x' * 81},081200000001,,,,", "line 2: name has"),
        (
            "DLHK,1,Budi,081200000001,,,2026-06-30,\nDLHK,1,Ani,081200000002,,2026-06-30,,",
            "line 3: DLHK rank 1 has two persons",
        ),
    ],
)
def test_a_mistake_is_told_with_its_line_and_without_the_number(line: str, mistake: str) -> None:
    with pytest.raises(BadInput) as caught:
        read(line + "\n")
    assert str(caught.value).startswith(mistake)
    assert "0812" not in str(caught.value).replace("like 0812 3456 7890", "")


def test_a_column_that_is_mistyped_is_no_silent_loss_of_an_end() -> None:
    with pytest.raises(BadInput, match="valid_til is no column"):
        read("DLHK,1,Budi,081200000001,2026-01-01\n", "agency,rank,name,phone,valid_til\n")


def test_a_successor_follows_the_day_after() -> None:
    there = read("DLHK,1,Budi,081200000001,,,2026-06-30,\nDLHK,1,Ani,081200000002,,2026-07-01,,\n")
    assert [one.name for one in there if one.is_in_office(date(2026, 6, 30))] == ["Budi"]
    assert [one.name for one in there if one.is_in_office(date(2026, 7, 1))] == ["Ani"]


DAYS = st.integers(0, 12).map(lambda n: date(2026, 1, 1) + timedelta(n))


@given(st.lists(st.tuples(DAYS, DAYS), max_size=5))
def test_a_directory_is_taken_exactly_if_a_rank_has_one_person_each_day(
    terms: list[tuple[date, date]],
) -> None:
    lines = "".join(f"DLHK,1,N,081200000001,,{a},{b},\n" for a, b in map(sorted, terms))
    days = [a + timedelta(n) for a, b in map(sorted, terms) for n in range((b - a).days + 1)]
    if len(set(days)) == len(days):
        assert len(read(lines)) == len(terms)
    else:
        with pytest.raises(BadInput, match="two persons"):
            read(lines)
