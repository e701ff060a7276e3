from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.domain.cases import same_matter
from appliance.domain.cases.same_matter import Matter

LABUHBARU, AIR_HITAM = "14.71.11.1002", "14.71.11.1005"


def told(
    text: str, *, category: str = "pju", location: str | None = None, kelurahan: str | None = None
) -> Matter:
    return same_matter.matter(category, text, location, kelurahan)


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        ("lampu jalan mati di jl Rajawali", "lmpu jln mati jl rajawali dkt masjid sdh 3 malam"),
        ("lampu jalan mati di jl Rajawali", "PJU padam jalan Rajawali"),
        ("lampu jalan mati", "lampu jalan depan masjid Al-Falah mati"),
        ("lampu jalan mati 3 malam di jl Rajawali", "lampu jalan mati 5 malam di jl Rajawli"),
        ("lampu mati jl Durian", "lampu di jl Durian juga mati"),
    ],
)
def test_one_person_goes_on_about_the_same(earlier: str, later: str) -> None:
    assert same_matter.is_own(told(later), told(earlier))


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        ("lampu jalan mati jl Durian", "lampu jalan mati gg Melati"),
        ("lampu mati depan masjid", "lampu mati depan pasar"),
        ("lampu mati di rt 02", "lampu mati di rt 05"),
        ("lampu mati jl Durian 1", "lampu mati jl Durian 2"),
        ("lampu mati km 8", "lampu mati km 12"),
        ("lampu jalan mati jl Durian", "lampu jalan mati juga"),
        ("lampu mati kel Labuhbaru Timur", "lampu mati kel Air Hitam"),
        ("tiang miring", "lampu mati"),
    ],
)
def test_in_doubt_there_are_two(earlier: str, later: str) -> None:
    assert not same_matter.is_own(told(later), told(earlier))
    assert not same_matter.is_others(told(later), told(earlier))


def test_another_category_is_another_matter() -> None:
    text = "di jl Durian depan masjid rusak"
    assert not same_matter.is_own(told(text), told(text, category="jalan_rusak"))


def test_a_ready_sentence_for_two_places_is_two_matters() -> None:
    one, two = (told("Lampu jalan mati", location=place) for place in ("Jl A", "Jl B"))
    assert not same_matter.is_own(two, one)
    assert not same_matter.is_identical(two, one)
    here, there = (told("Lampu jalan mati", kelurahan=k) for k in (LABUHBARU, AIR_HITAM))
    assert not same_matter.is_identical(here, there)


def test_what_belongs_to_no_category_needs_more_words() -> None:
    def vague(text: str) -> Matter:
        return told(text, category="lainnya")

    assert not same_matter.is_own(vague("keluhan warga"), vague("keluhan tetangga"))
    long = "pengurus koperasi belum membagi sisa usaha anggota"
    assert same_matter.is_own(vague(f"{long} tahun lalu"), vague(long))
    assert not same_matter.is_others(vague(long), vague(long))


def test_others_need_a_place_that_both_name() -> None:
    text = "lampu jalan mati sudah tiga malam"
    assert not same_matter.is_others(told(text), told(text))
    assert same_matter.is_others(told(text, kelurahan=LABUHBARU), told(text, kelurahan=LABUHBARU))
    assert same_matter.is_others(told(f"{text} jl Durian"), told("lampu mati jl Durian gelap"))


def test_equal_words_are_identical_however_they_are_written() -> None:
    assert same_matter.is_identical(told("LAMPU   jalan mati!"), told("lmpu jln mati"))
    assert not same_matter.is_identical(told("!!!"), told("???"))


def test_a_window_holds_neither_the_past_nor_the_future() -> None:
    hour = timedelta(hours=1)
    ages = [timedelta(0), timedelta(minutes=59), hour, timedelta(seconds=-1)]
    assert [same_matter.is_recent(age, hour) for age in ages] == [True, True, False, False]


WORDS = ("lampu", "mati", "jl", "Durian", "Nangka", "rt", "3", "masjid", "depan", "juga", "kel")
texts = st.lists(st.sampled_from(WORDS), min_size=1, max_size=8).map(" ".join)


@settings(deadline=None)
@given(texts, texts)
def test_whoever_came_first_the_others_are_alike_or_not(one: str, other: str) -> None:
    assert same_matter.is_others(told(one), told(other)) == same_matter.is_others(
        told(other), told(one)
    )
    assert same_matter.is_identical(told(one), told(one)) == bool(told(one).plain)


@settings(deadline=None)
@given(st.text(max_size=300))
def test_any_text_can_be_compared(text: str) -> None:
    same_matter.is_own(told(text), told("lampu jalan mati jl Durian"))
