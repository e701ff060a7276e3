"""The kiosk's conversation: never stuck, always back, nothing kept."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.domain.service_request import Channel
from appliance.kiosk.dialog import (
    Back,
    Begin,
    Choose,
    Event,
    Key,
    Next,
    Phrase,
    Place,
    Send,
    State,
    Step,
    draft,
    press,
    step,
)

ID = "6f1d7a52-3f0e-4f0a-8a3b-0d6b7a3c2e11"
TOUCHES = (Choose("sampah"), Phrase("Sampah menumpuk"), Place("14.71.07.1005"), Next(), Send())

events = st.one_of(
    st.builds(Begin, st.just(ID)),
    st.builds(Choose, st.sampled_from(["", "pju", "sampah"])),
    st.builds(Phrase, st.text(max_size=20)),
    st.builds(Place, st.sampled_from(["", "14.71.07.1005"])),
    st.builds(Key, st.sampled_from([*"0123456789", "del", "x", "٣"])),
    st.just(Next()),
    st.just(Send()),
    st.just(Back()),
)


def told(*happened: Event, state: State | None = None) -> State:
    state = state or step(State(), Begin(ID))
    for event in happened:
        state = step(state, event)
    return state


def test_five_touches_after_the_first_finish_a_report() -> None:
    state = told(*TOUCHES)
    assert state.step is Step.SEND
    sent = draft(state)
    assert (sent.channel, sent.category, sent.kelurahan) == (
        Channel.KIOSK,
        "sampah",
        "14.71.07.1005",
    )
    assert sent.text == "Sampah menumpuk"


@given(st.lists(events, max_size=30))
def test_from_anywhere_the_touches_of_a_report_reach_the_end(happened: list[Event]) -> None:
    state = told(*happened)
    for _ in Step:
        for event in (Begin(ID), *TOUCHES):
            state = step(state, event)
            if state.problem == "phone_unreadable":
                state = told(*[Key("del")] * 15, state=state)
    assert state.step is Step.SEND


@given(st.lists(events, max_size=30))
def test_from_anywhere_back_reaches_the_start_and_leaves_nothing(happened: list[Event]) -> None:
    state = told(*happened)
    for _ in Step:
        state = step(state, Back())
    assert state == State()


@given(st.lists(events, max_size=30))
def test_whatever_is_sent_is_a_draft(happened: list[Event]) -> None:
    state = told(*happened)
    if state.step is Step.SEND:
        assert draft(state).text.strip()
    else:
        with pytest.raises(ValueError, match="not confirmed"):
            draft(state)


@pytest.mark.parametrize(
    "changes",
    [
        {"text": "Lain"},
        {"category": "pju"},
        {"kelurahan": ""},
        {"location": "dekat masjid"},
        {"phone": "0812-3456-7890"},
    ],
    ids=str,
)
def test_another_content_of_the_same_page_is_another_submission(changes: dict[str, str]) -> None:
    state = told(*TOUCHES)
    assert draft(state).submission_id == draft(told(*TOUCHES)).submission_id
    assert draft(replace(state, **changes)).submission_id != draft(state).submission_id


def test_back_keeps_what_was_told() -> None:
    state = told(Choose("pju"), Phrase("Lampu mati"), Back())
    assert (state.step, state.text, state.category) == (Step.TELL, "Lampu mati", "pju")


def test_a_double_touch_changes_nothing() -> None:
    once = told(Choose("pju"))
    assert step(once, Choose("sampah")) == once


def test_a_phrase_is_added_to_what_was_typed_and_not_twice() -> None:
    typed = State(step=Step.TELL, submission_id=ID, text="di gang Anggrek")
    assert step(typed, Phrase("Lampu mati")).text == "Lampu mati. di gang Anggrek"
    again = State(step=Step.TELL, submission_id=ID, text="Lampu mati")
    assert step(again, Phrase("Lampu mati")).text == "Lampu mati"


@pytest.mark.parametrize(
    ("state", "problem"),
    [
        (State(step=Step.TELL, text=" \n "), "text_empty"),
        (State(step=Step.TELL, text="?!"), "text_empty"),
        (State(step=Step.TELL, text="a" * 4001), "text_too_long"),
        (State(step=Step.WHERE, text="a", location="x" * 201), "location_too_long"),
        (State(step=Step.PHONE, text="a", phone="0812"), "phone_unreadable"),
        (State(step=Step.PHONE, text="a", phone="x" * 500), "phone_unreadable"),
    ],
)
def test_a_screen_that_cannot_be_left_says_why(state: State, problem: str) -> None:
    after = step(state, Next())
    assert (after.step, after.problem) == (state.step, problem)


def test_a_phone_number_is_read_back_in_groups() -> None:
    state = State(step=Step.PHONE, submission_id=ID, text="a", phone="+62 812 34567890")
    assert step(state, Next()).phone == "0812-3456-7890"


@pytest.mark.parametrize(
    ("number", "key", "after"),
    [
        ("", "0", "0"),
        ("081", "2", "0812"),
        ("0812-34", "5", "081235"[:4] + "345"),
        ("081", "del", "08"),
        ("", "del", ""),
        ("081", "x", "081"),
        ("081", "22", "081"),
        ("0" * 15, "1", "0" * 15),
    ],
)
def test_the_number_pad(number: str, key: str, after: str) -> None:
    assert press(number, key) == after
