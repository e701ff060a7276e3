"""The report form: what it accepts, and how it says no."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.domain.cases.service_request import Channel, Draft
from captive_portal.forms import FieldError, parse_report

PAGE = "6f1d7a52-3f0e-4f0a-8a3b-0d6b7a3c2e11"
SPARE = "0b9f3a60-95a3-4a5e-9d2f-6f2c2a7d4c55"
CODES = ("14.71.07.1005", "14.71.07.1006")


def a_form(**changes: str) -> dict[str, str]:
    return {"text": "Lampu jalan mati", "submission_id": PAGE, **changes}


def parsed(**changes: str) -> Draft:
    draft = parse_report(a_form(**changes), CODES, spare_id=SPARE)
    assert isinstance(draft, Draft)
    return draft


def mistakes(**changes: str) -> list[FieldError]:
    found = parse_report(a_form(**changes), CODES, spare_id=SPARE)
    assert isinstance(found, list)
    return found


def test_the_text_alone_is_enough() -> None:
    draft = parsed()
    assert draft.channel is Channel.PORTAL
    assert draft.text == "Lampu jalan mati"
    assert (draft.reporter_phone, draft.reporter_name, draft.location, draft.kelurahan) == (
        None,
    ) * 4


def test_everything_given_arrives_cleaned() -> None:
    draft = parsed(
        text="  Parit\r\ntersumbat\x00 ",
        location=" Gg.  Anggrek\n ",
        kelurahan="14.71.07.1005",
        phone="0812 3456-7890",
        name=" Siti\tAminah ",
    )
    assert draft.text == "Parit\ntersumbat\ufffd"
    assert draft.location == "Gg. Anggrek"
    assert draft.kelurahan == "14.71.07.1005"
    assert draft.reporter_phone is not None
    assert draft.reporter_phone.e164 == "+6281234567890"
    assert draft.reporter_name == "Siti Aminah"


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"text": ""}, "text", "empty"),
        ({"text": " \n\t "}, "text", "empty"),
        ({"text": "a" * 4001}, "text", "too_long"),
        ({"text": "\x00\x01\x02\x03ab"}, "text", "unreadable"),
        ({"text": "!!! ... ???"}, "text", "unreadable"),
        ({"location": "x" * 201}, "location", "too_long"),
        ({"kelurahan": "14.71.08.1001"}, "kelurahan", "unknown"),
        ({"phone": "123"}, "phone", "unreadable"),
        ({"phone": "0761 12345"}, "phone", "unreadable"),
        ({"phone": "telepon saya"}, "phone", "unreadable"),
        ({"phone": "0812" * 20}, "phone", "unreadable"),
        ({"name": "x" * 81}, "name", "too_long"),
    ],
)
def test_one_mistake_is_named_by_field(changes: dict[str, str], field: str, code: str) -> None:
    assert mistakes(**changes) == [FieldError(field, code)]


def test_all_mistakes_are_told_at_once() -> None:
    assert [m.field for m in mistakes(text="", phone="1", name="x" * 81)] == [
        "text",
        "phone",
        "name",
    ]


def test_the_longest_text_is_accepted() -> None:
    assert len(parsed(text="é" * 4000).text) == 4000


def test_the_same_page_sent_twice_is_one_submission() -> None:
    assert parsed().submission_id == parsed().submission_id


def test_another_text_from_the_same_page_is_another_submission() -> None:
    assert parsed().submission_id != parsed(text="Parit tersumbat").submission_id
    assert parsed(location="a").submission_id != parsed(name="a").submission_id


@pytest.mark.parametrize("page_id", ["", "../../etc", "1"])
def test_a_form_without_a_pages_id_is_taken_all_the_same(page_id: str) -> None:
    assert UUID(parsed(submission_id=page_id).submission_id)
    assert parsed(submission_id=page_id).submission_id != parsed().submission_id


def test_the_submission_id_is_a_uuid() -> None:
    assert UUID(parsed().submission_id)


@given(
    st.dictionaries(
        st.sampled_from(["text", "location", "kelurahan", "phone", "name", "submission_id"]),
        st.text(max_size=60),
    )
)
def test_no_form_can_crash_the_parser(form: dict[str, str]) -> None:
    assert isinstance(parse_report(form, CODES, spare_id=SPARE), Draft | list)
    assert isinstance(
        parse_report({**form, "submission_id": PAGE}, CODES, spare_id=SPARE), Draft | list
    )


@pytest.mark.parametrize(("ticked", "agreed"), [("yes", ["publish"]), ("", []), ("on", [])])
def test_publishing_is_agreed_to_only_by_ticking_its_box(ticked: str, agreed: list[str]) -> None:
    form = {"text": "lampu mati", "publish": ticked}
    draft = parse_report(form, CODES, spare_id=SPARE, language="en")
    assert isinstance(draft, Draft)
    assert [consent.purpose for consent in draft.consents] == agreed
    assert all(consent.language == "en" for consent in draft.consents)
