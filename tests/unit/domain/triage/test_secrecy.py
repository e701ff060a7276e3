import pytest

from appliance.domain.cases.service_request import Sensitivity
from appliance.domain.triage.judgement import classify


@pytest.mark.parametrize(
    "text",
    [
        "suami saya memukul saya tiap malam",
        "petugas loket minta uang rokok supaya cepat",
        "tetangga jual sabu, jangan sebut nama saya",
        "saya mau mati saja",
        "murid saya sering datang dengan memar baru",
    ],
)
def test_what_could_harm_somebody_is_for_the_unit_alone(text: str) -> None:
    assert classify(text).sensitivity is Sensitivity.CONFIDENTIAL


@pytest.mark.parametrize(
    "text",
    [
        "lampu jalan mati, hubungi 0810 1234 5678",
        "nik saya 1471109912880004 tidak terbaca",
        "rumah pak saman sudah miring, mohon bedah rumah",
    ],
)
def test_numbers_of_people_and_names_beside_a_condition_are_not_shown(text: str) -> None:
    assert classify(text).is_secret


@pytest.mark.parametrize(
    "text",
    [
        "lampu jalan mati di jl Rajawali",
        "sampah menumpuk",
        "ktp saya belum jadi",
        "banjir lagi pak",
    ],
)
def test_an_ordinary_complaint_is_no_secret(text: str) -> None:
    assert not classify(text).is_secret
