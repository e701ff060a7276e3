import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.domain import reference
from appliance.domain.cases import self_help
from appliance.domain.cases.marks import Mark, joined, parse
from appliance.domain.cases.self_help import Told
from appliance.domain.cases.service_request import Kind, Sensitivity
from appliance.domain.sms import operator_filter, receipts
from appliance.domain.triage import houses
from tests.builders import a_request

HERE, THERE = "14.71.11.1002", "14.71.11.1005"
ONE_SMS, TWO_SMS = 160, 306


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("jentik di 7 rumah", 7),
        ("jentik nyamuk di tujuah rumah", 7),
        ("ada 3rmh yg berjentik", 3),
        ("lebih dari 5 rumah", 6),
        ("lima belas rumah", 15),
        ("dua puluh rumah warga", 20),
        ("puluhan rumah", 20),
        ("rumah warga ada 6", 6),
        ("rumah no 12 berjentik", None),
        ("3 hari tidak disemprot, 4 rumah", 4),
        ("di bak mandi kami", None),
    ],
)
def test_houses_are_counted_in_digits_and_words(text: str, number: int | None) -> None:
    assert houses.count(text) == number


@settings(deadline=None)
@given(st.text(max_size=200))
def test_any_text_has_a_number_of_houses_within_bounds(text: str) -> None:
    number = houses.count(text)
    assert number is None or 0 <= number <= 1000


def weighed(text: str, *others: Told, kelurahan: str | None = HERE) -> Mark | None:
    return self_help.weigh("wabah_jentik", Told(text=text, kelurahan=kelurahan), others)


def there_were(text: str, kelurahan: str | None = HERE) -> Told:
    return Told(text=text, kelurahan=kelurahan)


def test_more_than_five_houses_are_a_cluster_and_few_are_small() -> None:
    assert weighed("jentik di 7 rumah") is Mark.CLUSTER
    assert weighed("jentik di 6 rumah") is Mark.CLUSTER
    assert weighed("jentik di 5 rumah") is Mark.LOW
    assert weighed("jentik di 3 rumah") is Mark.LOW


def test_what_names_no_houses_is_neither() -> None:
    assert weighed("banyak jentik di parit") is None
    assert weighed("anak tetangga kena dbd, 3 rumah") is None


def test_reports_of_one_neighbourhood_add_up() -> None:
    assert weighed("jentik di 3 rumah", there_were("jentik di 3 rumah")) is Mark.CLUSTER
    assert weighed("jentik di 3 rumah", there_were("jentik di 3 rumah", THERE)) is Mark.LOW
    apart = there_were("jentik di 3 rumah rw 02")
    assert weighed("jentik di 3 rumah rw 03", apart) is Mark.LOW
    assert weighed("jentik di 3 rumah RW.02", apart) is Mark.CLUSTER
    nowhere = there_were("jentik di 3 rumah", None)
    assert weighed("jentik di 3 rumah", nowhere, kelurahan=None) is Mark.LOW


def test_marks_are_stored_by_their_words() -> None:
    assert [mark.value for mark in Mark] == [
        "mendesak",
        "gugus",
        "ringan",
        "kuota",
        "suara",
        "pola",
        "dikembalikan",
    ]
    assert parse(joined(frozenset(Mark))) == set(Mark)
    assert parse("gugus baru_nanti") == {Mark.CLUSTER}


CATEGORIES = list(reference.categories().values())


@pytest.mark.parametrize("category", CATEGORIES, ids=lambda category: category.id)
@pytest.mark.parametrize("asks_where", [False, True])
@pytest.mark.parametrize("marks", [frozenset(), frozenset({Mark.LOW})])
def test_advice_makes_a_receipt_at_most_one_sms_longer(
    category: reference.Category, asks_where: bool, marks: frozenset[Mark]
) -> None:
    request = a_request(category=category.id, sensitivity=category.sensitivity, marks=marks)
    body = receipts.body(request, asks_where=asks_where)
    assert len(body) <= TWO_SMS
    if advice := self_help.advice(category.id, request):
        assert operator_filter.safe(advice, ONE_SMS) in body
    else:
        assert len(body) <= ONE_SMS


def test_advice_tells_no_secret_and_keeps_nobody_from_the_phone() -> None:
    for changes in (
        {"sensitivity": Sensitivity.CONFIDENTIAL},
        {"kind": Kind.EMERGENCY},
        {"kind": Kind.SUGGESTION},
        {"category": "lainnya"},
    ):
        request = a_request(**changes)
        assert self_help.advice(request.category, request) == ""


@pytest.mark.parametrize("category", CATEGORIES, ids=lambda category: category.id)
@pytest.mark.parametrize("is_joined", [False, True])
@pytest.mark.parametrize("sensitivity", list(Sensitivity))
def test_an_emergency_is_answered_by_112_before_anything_else(
    category: reference.Category, is_joined: bool, sensitivity: Sensitivity
) -> None:
    request = a_request(
        category=category.id,
        kind=Kind.EMERGENCY,
        sensitivity=sensitivity,
        marks=frozenset({Mark.FLOOD}),
    )
    body = receipts.body(request, is_joined=is_joined)
    assert body.removeprefix("DARURAT: ").startswith("TELEPON 112 SEKARANG")
    assert len(body) <= ONE_SMS
    for number in self_help.hotlines(category.id)[:2]:
        assert number in body[:60]


def test_hotlines_are_numbers_of_three_digits_with_112_first() -> None:
    assert self_help.hotlines("kekerasan") == ("112", "110", "129")
    assert self_help.hotlines("sampah") == ("112",)
    assert self_help.hotlines("kesehatan") == ("112", "119")
