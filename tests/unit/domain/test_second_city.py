"""Banjarmasin, 63.71: its places, agencies and routes, by the code of a site alone."""

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest

from appliance.domain import home, old_codes, reference
from appliance.domain.cases.routing import Facts, route
from appliance.domain.city import city_tables, table_checks
from appliance.domain.hours import DailyHours
from appliance.domain.ids import SiteCode, Ticket
from appliance.domain.moment import local
from appliance.domain.triage import gazetteer
from appliance.domain.triage.judgement import classify

SELATAN = SiteCode("63.71.01")
TODAY = date(2026, 11, 28)
PEKANBARU = reference.kelurahan_of_city("1471")
BANJARMASIN = reference.kelurahan_of_city("6371")


@pytest.fixture
def banjarmasin() -> Iterator[None]:
    home.settle(SELATAN)
    yield
    home.settle(SiteCode("14.71.07"))


def test_it_has_52_kelurahan_in_five_kecamatan(banjarmasin: None) -> None:
    sites = [SiteCode(f"63.71.0{n}") for n in range(1, 6)]
    assert [len(reference.kelurahan_of(site)) for site in sites] == [12, 9, 9, 10, 12]
    assert len(BANJARMASIN) == 52
    assert reference.kecamatan_name(SELATAN) == "Banjarmasin Selatan"
    assert Ticket.issue(SELATAN.ticket_prefix, 1).digits.startswith("01")


@pytest.mark.parametrize("place", BANJARMASIN, ids=lambda place: place.name)
def test_each_kelurahan_is_found_there(place: reference.Kelurahan, banjarmasin: None) -> None:
    assert gazetteer.kelurahan(f"sampah menumpuk di kel {place.name}") == place.code
    assert classify(f"lampu mati kelurahan {place.name.upper()}").kelurahan == place.code
    assert reference.any_kelurahan_code(place.name.upper()) == place.code
    assert reference.is_kelurahan(place.code)


@pytest.mark.parametrize("place", PEKANBARU, ids=lambda place: place.name)
def test_no_kelurahan_of_pekanbaru_is_found_there(
    place: reference.Kelurahan, banjarmasin: None
) -> None:
    assert gazetteer.kelurahan(f"sampah menumpuk di kel {place.name}") is None
    assert not reference.is_kelurahan(place.code)
    assert place.name.lower() not in reference.kelurahan_names()


@pytest.mark.parametrize("place", BANJARMASIN, ids=lambda place: place.name)
def test_none_of_its_kelurahan_is_found_in_pekanbaru(place: reference.Kelurahan) -> None:
    assert gazetteer.kelurahan(f"sampah menumpuk di kel {place.name}") is None
    assert not reference.is_kelurahan(place.code)
    assert reference.any_kelurahan_name(place.code) == place.name, "a code names one place only"


def test_what_is_also_a_plain_word_is_no_place_alone(banjarmasin: None) -> None:
    for text in (
        "kebun mawar rusak",
        "orang melayu",
        "pasar lama kotor",
        "jl Belitung Utara rusak",
    ):
        assert gazetteer.kelurahan(text) is None, text
    assert gazetteer.kelurahan("got mampet di Sungai Jingah") == "63.71.04.1004"


def test_its_tables_are_whole_and_every_category_has_an_agency(banjarmasin: None) -> None:
    known = city_tables.as_shipped()
    for name in city_tables.NAMES:
        table_checks.check(name, city_tables.shipped(name), known)
    assert set(known.routing) == set(reference.categories())
    named = " ".join(f"{a.short_name} {a.name}" for a in known.agencies.values())
    named += " ".join(f"{d.name} {d.contact}" for d in known.destinations)
    assert not {"pekanbaru", "riau", "siak", "kampar"} & set(named.lower().split())


@pytest.mark.parametrize(
    ("text", "agency"),
    [
        ("sampah menumpuk di Sungai Miai", "DLH"),
        ("lampu jalan mati di Kuripan", "Dishub"),
        ("air pdam mati tiga hari di Basirih", "PTAM Bandarmasih"),
        ("bikin ktp antre lama di Telawang", "Disdukcapil"),
    ],
)
def test_its_agencies_answer(text: str, agency: str, banjarmasin: None) -> None:
    judged, known = classify(text), city_tables.as_shipped()
    routed = route(judged.category, Facts(text=text, is_in_city=True), TODAY, known)
    assert known.agency_name(routed.agency) == agency


def test_its_neighbours_are_not_pekanbarus(banjarmasin: None) -> None:
    known = city_tables.as_shipped()
    facts = Facts(text="sampah di Martapura tidak diangkut")
    routed = route("sampah", facts, TODAY, known)
    assert routed.proposal
    assert routed.proposal.name == "Pemerintah Kabupaten Banjar"
    there = route("sampah", Facts(text="sampah di Bangkinang tidak diangkut"), TODAY, known)
    assert there.proposal is None


def test_bribes_never_reach_whom_they_accuse_there_either(banjarmasin: None) -> None:
    text = "petugas Bandarmasih minta uang pelicin 500 ribu untuk sambungan baru"
    judged, known = classify(text), city_tables.as_shipped()
    facts = Facts(text=text, accusation=judged.accusation, is_in_city=True)
    routed = route(judged.category, facts, TODAY, known)
    assert "BANDARMASIH" in routed.accused
    assert routed.agency == "INSPEKTORAT"


def test_codes_of_before_2020_are_pekanbarus_alone(banjarmasin: None) -> None:
    assert old_codes.today("14.71.12", "Limbungan") is None


@pytest.mark.parametrize(
    ("site", "told"),
    [
        ("14.71.07", "2026-11-21 09:00 WIB"),
        ("61.71.01", "2026-11-21 09:00 WIB"),
        ("63.71.01", "2026-11-21 10:00 WITA"),
        ("82.71.01", "2026-11-21 11:00 WIT"),
    ],
)
def test_its_clock_is_that_of_its_province(site: str, told: str, banjarmasin: None) -> None:
    home.settle(SiteCode(site))
    at = datetime(2026, 11, 21, 2, tzinfo=UTC)
    assert f"{local(at):%Y-%m-%d %H:%M %Z}" == told
    assert local(at) == at


def test_its_days_begin_an_hour_before_pekanbarus(banjarmasin: None) -> None:
    late = datetime(2026, 11, 23, 16, 30, tzinfo=UTC)
    hours = DailyHours.parse("21:00-06:00")
    calendar = city_tables.as_shipped().calendar
    assert (local(late).day, calendar.due(late, 1).day) == (24, 25)
    assert hours.cover(datetime(2026, 11, 23, 13, tzinfo=UTC))
    home.settle(SiteCode("14.71.07"))
    assert (local(late).day, calendar.due(late, 1).day) == (23, 24)
    assert not hours.cover(datetime(2026, 11, 23, 13, tzinfo=UTC))
