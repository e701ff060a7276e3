import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.domain import reference
from appliance.domain.cases.service_request import Kind, Sensitivity
from appliance.domain.triage.judgement import classify


@pytest.mark.parametrize(
    ("text", "category", "agency"),
    [
        ("lampu jalan mati di jl Rajawali", "pju", "DISHUB"),
        ("smph numpuk d dpn pasar blm diangkut", "sampah", "DLHK"),
        ("jln rsk berlubang dkt sekolah", "jalan_rusak", "PUPR"),
        ("parit tersumbat, banjir terus", "banjir_drainase", "PUPR"),
        ("KTP saya belum jadi", "adminduk", "DISDUKCAPIL"),
        ("tetangga dipukul suaminya, kdrt", "kekerasan", "DP3APM"),
        ("suami saya memukul saya, tolong", "kekerasan", "DP3APM"),
    ],
)
def test_plain_complaints_reach_their_agency(text: str, category: str, agency: str) -> None:
    triage = classify(text)
    assert triage.category == category
    assert reference.categories()[category].agency == agency
    assert triage.reasons


def test_an_emergency_outranks_everything_else_in_the_text() -> None:
    assert classify("kapan damkar datang? ruko kebakaran sekarang juga").kind is Kind.EMERGENCY


@pytest.mark.parametrize(
    "text",
    [
        "antrian KTP panjang seperti ular",
        "akta kematian, bapak saya meninggal tahun lalu",
        "lampu merah mati rawan kecelakaan",
        "usul pasang rambu supaya tidak terjadi kecelakaan",
        "korban kebakaran minta surat keterangan",
        "ada jentik di 7 rumah jl Durian",
        "jentik nyamuk di 3 rumah gang Melur",
        "pagar besi jembatan dicuri orang lagi, bahaya buat anak",
        "bau menyengat dari pabrik karet tiap malam",
        "kecelakaan tadi pagi, korban sudah dibawa, pecahan kaca masih di jalan",
    ],
)
def test_danger_past_feared_or_on_paper_is_no_emergency(text: str) -> None:
    assert classify(text).kind is not Kind.EMERGENCY


@pytest.mark.parametrize(
    "text",
    [
        "tolong ada kebakaran di pasar",
        "ada yang mau gantung diri di jembatan",
        "orang terjepit mobil di jl riau",
        "ada ular di kamar anak",
        "tolong sekarang, korban kebakaran masih di dalam",
        "kebakaran lampu jalan di jl Melati",
        "kebakaran tiang listrik depan sekolah",
        "ada perempuan berdiri di luar pagar jembatan",
        "saya mau pergi selamanya, obat sudah saya minum",
    ],
)
def test_danger_now_is_an_emergency(text: str) -> None:
    assert classify(text).kind is Kind.EMERGENCY


@pytest.mark.parametrize(
    "text",
    [
        "bengkel las sebelah rumah kerja sampai tengah malam",
        "meja kursi kelas tiga kurang, anak anak belajar di lantai",
        "perawat puskesmas tadi ramah ramah, ibu saya cepat ditangani",
        "anjing tetangga tidak pernah dirantai, kemarin mengejar anak",
        "pelanggan di Kelurahan Suka Maju tidak menerima air sejak hari Minggu",
        "balapan liar di depan Stadion Utama tiap malam minggu",
        "pendingin ruangan puskesmas mati berbulan-bulan",
    ],
)
def test_what_tells_of_nobody_is_not_masked(text: str) -> None:
    assert classify(text).secrecy is Sensitivity.PUBLIC


def test_violence_beside_another_matter_is_confidential_and_goes_to_those_who_protect() -> None:
    triage = classify("Lampu jalan mati di depan rumah kami. Saya dipukul suami, kdrt")
    assert triage.category == "kekerasan"
    assert triage.secrecy is Sensitivity.CONFIDENTIAL


def test_a_tip_about_crime_beside_another_matter_goes_to_those_who_may_read_it() -> None:
    triage = classify(
        "lampu jalan mati di jl Melur, di situ juga orang jual sabu, jgn sebut nama saya"
    )
    assert triage.top3[:2] == ("kriminal", "pju")
    assert triage.secrecy is Sensitivity.CONFIDENTIAL
    assert classify("lampu jalan mati di jl Melur, jgn sebut nama saya").category == "pju"


def test_a_fire_at_the_market_goes_to_the_fire_brigade() -> None:
    assert classify("tolong ada kebakaran di pasar").category == "kebakaran"


def test_questions_and_wishes_are_told_apart_from_complaints() -> None:
    assert classify("syarat bikin KTP apa saja").kind is Kind.INFORMATION
    assert classify("usul pasang lampu di gang kami").kind is Kind.SUGGESTION
    assert classify("lampu jalan mati").kind is Kind.COMPLAINT
    assert classify("tetangga pasang musik keras tiap malam").kind is Kind.COMPLAINT
    assert classify("antrian loket panjang sekali").kind is Kind.COMPLAINT


def test_who_asks_for_handling_has_not_been_beaten() -> None:
    assert classify("sampah belum ditangani").category == "sampah"


def test_a_text_nobody_understands_goes_to_the_fallback() -> None:
    assert classify("qwerty zxcv").category == reference.FALLBACK_CATEGORY


@pytest.mark.parametrize(
    "text",
    ["😭😭🔥", "\u200b\u200d\ufeff", "a" * 10_000, "🔥" * 10_000, "0 " * 5_000, "القمامة", "\x00"],
)
def test_strange_texts_are_judged_and_twice_the_same(text: str) -> None:
    assert classify(text) == classify(text)
    assert classify(text).kind is not Kind.EMERGENCY


def test_signs_of_no_width_hide_nothing() -> None:
    assert classify("sam\u200bpah nu\u200dmpuk") == classify("sampah numpuk")


@given(st.text())
def test_any_text_gets_a_known_category(text: str) -> None:
    triage = classify(text)
    assert triage.category in reference.categories()
    assert triage.top3[0] == triage.category


def test_every_category_names_an_agency_we_know() -> None:
    for category in reference.categories().values():
        assert category.agency in reference.agencies()
