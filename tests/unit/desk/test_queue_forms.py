"""What staff send is read, and what cannot be read is left out or told."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.desk.queue_forms import action_id, list_query, phoned, wish
from appliance.domain.cases.service_request import Channel, Draft
from appliance.domain.errors import BadInput
from appliance.domain.privacy.consent import Purpose
from appliance.domain.staff.action import Act

SPARE = "00000000-0000-7000-8000-000000000001"
PLACES = ["14.71.07.1001"]


@pytest.mark.parametrize(
    ("typed", "ticket", "ending", "words"),
    [
        ("07 123 45O", "07123450", "", ("07", "123", "45O")),
        ("07123450", "07123450", "07123450", ()),
        ("0812-3456-7890", None, "+6281234567890", ()),
        ("7890", None, "7890", ()),
        ("78", None, "", ("78",)),
        ("lampu  mati", None, "", ("lampu", "mati")),
        ("a b c d e", None, "", ("a", "b", "c", "d")),
        ("", None, "", ()),
    ],
)
def test_one_box_finds_tickets_phones_and_words(
    typed: str, ticket: str | None, ending: str, words: tuple[str, ...]
) -> None:
    query = list_query({"q": typed}, "rina")
    assert (query.ticket and query.ticket.digits) == ticket
    assert (query.filter.phone_ending, query.filter.words) == (ending, words)


def test_filters_of_the_address_are_read() -> None:
    sent = {"status": "semua", "kategori": "pju", "kelurahan": "14.71.07.1001", "dinas": "DLHK"}
    query = list_query(sent | {"saluran": "sms", "saya": "1", "tenggat": "terlambat"}, "rina")
    assert query.filter.category == "pju"
    assert (query.filter.touched_by, query.is_late, query.page) == ("rina", True, 1)


@settings(max_examples=60)
@given(st.dictionaries(st.sampled_from(["q", "status", "hal", "tenggat", "saya"]), st.text()))
def test_no_address_breaks_the_list(sent: dict[str, str]) -> None:
    query = list_query(sent, "rina")
    assert 1 <= query.page <= 10_000


@settings(max_examples=60)
@given(st.dictionaries(st.sampled_from(["act", "status", "agency", "message"]), st.text()))
def test_no_form_breaks_an_act(sent: dict[str, str]) -> None:
    try:
        meant = wish(sent)
    except BadInput:
        return
    assert len(action_id(sent, meant, SPARE)) == 36


def test_a_place_that_nobody_knows_is_one() -> None:
    assert wish({"act": "koreksi", "kelurahan": "-"}).changes == {"kelurahan": ""}


def test_the_same_form_is_one_act_and_another_button_of_its_page_a_second() -> None:
    page = {"page_id": SPARE, "act": "koreksi"}
    first, second = page | {"kind": "spam"}, page | {"kind": "darurat"}
    ids = [action_id(sent, wish(sent), "") for sent in (first, first, second)]
    assert ids[0] == ids[1] != ids[2]
    assert wish(first).act is Act.CORRECT


def test_what_was_told_by_phone_is_a_draft_with_what_was_agreed_to() -> None:
    sent = {"text": " lampu mati ", "phone": "0812 3456 7890", "name": "Siti", "publish": "yes"}
    draft = phoned(sent | {"kelurahan": "x", "category": "x"}, PLACES, SPARE)
    assert isinstance(draft, Draft)
    assert (draft.channel, draft.text, draft.kelurahan) == (Channel.PHONE, "lampu mati", None)
    assert draft.category is None
    assert [one.purpose for one in draft.consents] == [Purpose.PUBLISH]


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({}, "text"),
        ({"text": "x" * 4001}, "text"),
        ({"text": "x", "phone": "021 555"}, "phone"),
        ({"text": "x", "name": "x" * 81}, "name"),
        ({"text": "x", "location": "x" * 201}, "location"),
    ],
)
def test_mistakes_are_told_by_field(sent: dict[str, str], field: str) -> None:
    mistakes = phoned(sent, PLACES, SPARE)
    assert isinstance(mistakes, dict)
    assert set(mistakes) == {field}
    assert mistakes[field]
