"""Words, flags and times of LAPOR!, both ways."""

from datetime import datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.domain.cases.service_request import Kind, Status
from appliance.domain.moment import WESTERN_INDONESIA
from command_center.lapor import messages, times, words
from command_center.lapor.client import PAGE_ITEMS
from command_center.lapor.messages import Change, Report, Unreadable
from command_center.lapor.words import Word

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=60),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                ("jenis", "trackingid", "isi", "status", "rahasia", "id", "tanggal", "x")
            ),
            inner,
            max_size=8,
        )
    ),
    max_leaves=20,
)


@pytest.mark.parametrize("status", Status)
def test_a_status_told_and_read_back_means_the_same_work(status: Status) -> None:
    """What is lost is only what LAPOR! has no word for."""
    back = words.meant(words.told(status))
    assert words.told(back) is words.told(status)


@given(st.sampled_from(Word), st.sampled_from((str, str.upper, str.title)))
@settings(max_examples=30)
def test_a_word_is_read_however_it_is_written(word: Word, write: Any) -> None:
    assert words.read(write(word.value)) is word
    assert words.read(f" {write(word.value).replace(' ', '_')} ") is word


def test_words_of_programs_and_exports_are_known() -> None:
    assert words.read("Terverifikasi (belum ditindaklanjuti)") is Word.VERIFIED
    assert words.read("Sedang dipikirkan") is None
    assert (words.kind_told("aspirasi"), words.kind_told("darurat")) == ("aspirasi", "pengaduan")
    assert words.kind_meant("Permintaan Informasi") is Kind.INFORMATION
    assert words.kind_meant("pengaduan") is None


@given(st.integers(1, 10**12 - 1))
@settings(max_examples=50)
def test_a_tracking_id_survives_being_read_aloud(number: int) -> None:
    spoken = words.spoken(str(number))
    assert words.tracking(f" #{number} ") == str(number)
    assert spoken.replace(" ", "") == str(number)
    assert all(len(group) <= 3 for group in spoken.split())


def test_a_flag_that_is_missing_or_odd_counts_as_set() -> None:
    assert [messages.flag(value) for value in ("0", 0, False, "Tidak", "f")] == [
        False, False, False, False, True,
    ]  # fmt: skip
    assert all(messages.flag(value) for value in ("1", 1, True, None, "", "mungkin", [], "ya"))


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("2026-11-20 10:22:00", "2026-11-20T10:22+07:00"),
        ("20/11/2026 10.22", "2026-11-20T10:22+07:00"),
        ("20-11-2026", "2026-11-20T12:00+07:00"),
        ("Jumat, 20 November 2026 pukul 10:22 WIB", "2026-11-20T10:22+07:00"),
        ("3 Agustus 2019", "2019-08-03T12:00+07:00"),
    ],
)
def test_times_are_read_as_people_write_them(text: str, wanted: str) -> None:
    assert times.read(text) == datetime.fromisoformat(wanted)


@pytest.mark.parametrize(
    "text", ["", "kemarin", "31/02/2026", "2026-13-01", "1 Foo 2026", "1970-01-01"]
)
def test_what_is_no_time_is_none(text: str) -> None:
    assert times.read(text) is None


@given(st.integers(22_000_000, 60_000_000))
@settings(max_examples=50)
def test_a_time_survives_the_way(minutes: int) -> None:
    at = datetime.fromtimestamp(60 * minutes, WESTERN_INDONESIA)
    assert times.read(times.written(at)) == at
    assert times.read(at.isoformat()) == at


@given(JSON)
@settings(max_examples=100)
def test_any_news_are_read_or_named(raw: Any) -> None:
    found = messages.item(raw)
    assert isinstance(found, Report | Change | Unreadable)
    assert 1 <= len(found.item_id) <= messages.ID_MAX_CHARS
    assert messages.item(raw) == found


def test_a_nameless_report_has_neither_name_nor_phone() -> None:
    raw = {"jenis": "laporan", "trackingid": "#1916449", "isi": "x", "anonim": "1", "rahasia": "0"}
    found = messages.item({**raw, "nama": "Siti", "telepon": "081234567890"})
    assert isinstance(found, Report)
    assert (found.name, found.phone, found.tracking_id) == ("", "", "1916449")


def test_what_was_left_out_tells_nothing_of_its_content() -> None:
    found = messages.item({"jenis": "laporan", "trackingid": "satu", "isi": "rahasia sekali"})
    assert isinstance(found, Unreadable)
    assert "rahasia" not in found.reason


def test_a_page_that_names_no_new_place_ends_the_reading() -> None:
    answer = {"data": [], "next": "7", "more": True}
    assert messages.page(answer, "6").has_more
    assert not messages.page(answer, "7").has_more
    assert PAGE_ITEMS <= messages.PAGE_MAX_ITEMS
