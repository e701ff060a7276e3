"""Hidden fields of the kiosk: what a conversation cannot have made becomes the start."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.kiosk.dialog import draft, step
from appliance.kiosk.forms import parse_event, parse_state
from appliance.kiosk.screens import (
    Alarm,
    Answer,
    Back,
    Choose,
    Key,
    Next,
    Phrase,
    Place,
    Speak,
    State,
    Step,
    Whisper,
    Wipe,
    Write,
)

ID = "6f1d7a52-3f0e-4f0a-8a3b-0d6b7a3c2e11"
CODES = ("14.71.07.1005",)
CONFIRM = {
    "step": "periksa",
    "submission_id": ID,
    "category": "pju",
    "text": "Lampu mati",
    "kelurahan": CODES[0],
    "location": "dekat masjid",
    "phone": "0812-3456-7890",
}


def test_a_whole_conversation_is_read_back() -> None:
    state = parse_state(CONFIRM, CODES)
    assert state.step is Step.CONFIRM
    assert state.location == "dekat masjid"


def test_line_breaks_as_browsers_send_them_are_one_character_again() -> None:
    state = parse_state({**CONFIRM, "text": "a\r\n" * 1999 + "a"}, CODES)
    assert state.text == "a\n" * 1999 + "a"


def test_control_characters_do_not_get_past_the_reader() -> None:
    state = parse_state({**CONFIRM, "text": " a\x00b ", "location": " dekat\x07 masjid "}, CODES)
    assert (state.text, state.location) == ("a\ufffdb", "dekat\ufffd masjid")


@pytest.mark.parametrize("call", ["x", "-1", "1" * 19, "١", "1 OR 1=1"])
def test_a_call_that_is_no_id_is_none(call: str) -> None:
    assert parse_state({**CONFIRM, "call": call}, CODES).call == ""
    assert parse_state({**CONFIRM, "call": "17"}, CODES).call == "17"


def test_an_id_is_read_in_any_spelling_into_one() -> None:
    for spelling in (ID.upper(), "{" + ID + "}", ID.replace("-", ""), "urn:uuid:" + ID):
        assert parse_state({**CONFIRM, "submission_id": spelling}, CODES).submission_id == ID


@pytest.mark.parametrize(
    "changes",
    [
        {"step": "kirim"},
        {"step": "mulai"},
        {"step": "xyz"},
        {"step": ""},
        {"submission_id": "1"},
        {"category": "tidak_ada"},
        {"kelurahan": "14.71.08.1001"},
        {"text": ""},
        {"text": "a" * 4001},
        {"location": "x" * 201},
        {"phone": "123"},
        {"step": "patokan", "text": ""},
        {"step": "izin", "phone": "123"},
    ],
    ids=str,
)
def test_a_state_nobody_can_reach_becomes_the_start(changes: dict[str, str]) -> None:
    assert parse_state({**CONFIRM, **changes}, CODES) == State()


@pytest.mark.parametrize(
    ("form", "event"),
    [
        ({"go": "next"}, Next()),
        ({"go": "back"}, Back()),
        ({"go": "write"}, Write()),
        ({"go": "whisper"}, Whisper()),
        ({"go": "alarm"}, Alarm()),
        ({"go": "wipe"}, Wipe()),
        ({"go": "help"}, None),
        ({"lang": "en"}, Speak()),
        ({"agree": "yes"}, Answer(agrees=True)),
        ({"agree": "no"}, Answer(agrees=False)),
        ({"go": "xyz"}, None),
        ({}, None),
        ({"choose": "pju"}, Choose("pju")),
        ({"choose": ""}, Choose("")),
        ({"choose": "xyz"}, None),
        ({"phrase": "Lampu mati"}, Phrase("Lampu mati")),
        ({"place": CODES[0]}, Place(CODES[0])),
        ({"place": ""}, Place("")),
        ({"place": "14.71.08.1001"}, None),
        ({"key": "7"}, Key("7")),
    ],
    ids=str,
)
def test_the_pressed_button(form: dict[str, str], event: object) -> None:
    assert parse_event(form, CODES) == event


@given(st.text(), st.text())
def test_whatever_the_fields_carry_a_confirmed_state_is_a_draft(text: str, location: str) -> None:
    state = parse_state({**CONFIRM, "text": text, "location": location}, CODES)
    if state.step is Step.CONFIRM:
        assert draft(step(step(state, Next()), Answer(agrees=True))).text == state.text


@given(
    st.dictionaries(
        st.sampled_from([*CONFIRM, "go", "choose", "place", "agree"]), st.text(max_size=30)
    )
)
def test_no_form_can_crash_the_reader(form: dict[str, str]) -> None:
    parse_state(form, CODES)
    parse_state({**CONFIRM, **form}, CODES)
    parse_event(form, CODES)
