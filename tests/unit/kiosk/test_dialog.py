"""The kiosk's conversation: never stuck, always back, nothing kept."""

from dataclasses import fields, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.domain.cases.recording import NOT_KEPT, PLACEHOLDER
from appliance.domain.cases.service_request import LOCATION_MAX_CHARS, Channel
from appliance.kiosk.dialog import TABLE, draft, press, step
from appliance.kiosk.screens import (
    Alarm,
    Answer,
    Assist,
    Back,
    Begin,
    Choose,
    Event,
    Key,
    Next,
    Phrase,
    Place,
    Record,
    Speak,
    State,
    Step,
    Whisper,
    Wipe,
    Write,
)
from scripts.draw_dialog import renewed
from tests.support.repository import read

ID = "6f1d7a52-3f0e-4f0a-8a3b-0d6b7a3c2e11"
LANGUAGE = (Begin(ID), Speak())
TOUCHES = (
    Choose("sampah"),
    Phrase("Sampah menumpuk"),
    Place("14.71.07.1005"),
    Next(),
    Next(),
    Answer(agrees=True),
)
IDLE = frozenset({Step.START, Step.LANGUAGE, Step.EMERGENCY})

events = st.one_of(
    st.builds(Begin, st.just(ID)),
    st.builds(Choose, st.sampled_from(["", "pju", "sampah"])),
    st.builds(Phrase, st.text(max_size=20)),
    st.builds(Place, st.sampled_from(["", "14.71.07.1005"])),
    st.builds(Key, st.sampled_from([*"0123456789", "del", "x", "٣"])),
    st.builds(Assist, st.just("7")),
    st.builds(Answer, st.booleans()),
    st.sampled_from([Speak(), Write(), Record(), Next(), Whisper(), Alarm(), Back(), Wipe()]),
)
typed = st.fixed_dictionaries(
    {
        "text": st.text(max_size=30) | st.just("a" * 5000),
        "recorded": st.sampled_from(["", "1", "60"]),
        "location": st.text(max_size=30) | st.just("x" * 300),
        "phone": st.text("08123-+ x", max_size=40),
        "is_secret": st.booleans(),
    }
)
"""What the fields of a page may bring beside the button."""
stories = st.lists(st.tuples(events, st.none() | typed), max_size=25)


def told(*happened: Event, state: State | None = None) -> State:
    state = state or step(step(State(), Begin(ID)), Speak())
    for event in happened:
        state = step(state, event)
    return state


def lived(story: list[tuple[Event, dict[str, object] | None]]) -> State:
    state = State()
    for event, fields_ in story:
        is_typed = fields_ is not None and state.step not in IDLE
        state = step(replace(state, **fields_) if is_typed and fields_ else state, event)
    return state


def test_six_touches_after_the_language_finish_a_report() -> None:
    assert len(TOUCHES) == 6
    state = told(*TOUCHES)
    assert state.step is Step.SEND
    sent = draft(state)
    assert (sent.channel, sent.category, sent.kelurahan) == (
        Channel.KIOSK,
        "sampah",
        "14.71.07.1005",
    )
    assert sent.text == "Sampah menumpuk"
    assert len(sent.consents) == 1


def test_every_screen_is_in_the_table_and_can_be_reached_and_left() -> None:
    ways = {(screen, after) for (screen, _), move in TABLE.items() for after in move.to}
    reached, grown = {Step.START}, True
    while grown:
        more = {after for screen, after in ways if screen in reached} | reached
        reached, grown = more, more != reached
    assert reached == set(Step)
    for screen in Step:
        assert (screen, Wipe) in TABLE
        assert screen in (Step.START, Step.SEND) or (screen, Back) in TABLE


def test_the_page_of_the_conversation_is_drawn_from_the_table() -> None:
    page = read("docs/kiosk-dialog.md")
    assert page == renewed(page), "run: make dialog"


@settings(max_examples=100)
@given(stories, events)
def test_a_move_leads_where_the_table_says_and_any_other_event_nowhere(
    story: list[tuple[Event, dict[str, object] | None]], event: Event
) -> None:
    state = lived(story)
    after = step(state, event)
    move = TABLE.get((state.step, type(event)))
    assert after == state if move is None else after.step in move.to


@settings(max_examples=100)
@given(stories)
def test_from_anywhere_the_touches_of_a_report_reach_the_end(
    story: list[tuple[Event, dict[str, object] | None]],
) -> None:
    state = lived(story)
    for _ in Step:
        for event in (Begin(ID), Speak(), *TOUCHES):
            state = step(state, event)
            if state.problem:
                state = replace(state, text="Sampah", location="", phone="", problem="")
            if state.step in (Step.PRIVATE, Step.EMERGENCY, Step.LANDMARK, Step.WRITE):
                state = step(state, Back())
    assert state.step is Step.SEND


@settings(max_examples=100)
@given(stories)
def test_from_anywhere_back_reaches_the_start_and_a_wipe_at_once_and_nothing_stays(
    story: list[tuple[Event, dict[str, object] | None]],
) -> None:
    state = lived(story)
    assert step(state, Wipe()) == State()
    if state.step is not Step.SEND:
        for _ in Step:
            state = step(state, Back())
        assert state == State()


@settings(max_examples=100)
@given(stories)
def test_an_idle_screen_knows_nothing_of_anybody(
    story: list[tuple[Event, dict[str, object] | None]],
) -> None:
    state = lived(story)
    if state.step is Step.START:
        assert all(not getattr(state, field.name) for field in fields(State)[1:])


@settings(max_examples=100)
@given(stories)
def test_whatever_is_sent_is_a_draft(
    story: list[tuple[Event, dict[str, object] | None]],
) -> None:
    state = lived(story)
    if state.step is Step.SEND:
        assert draft(state).text.strip()
        assert len(state.location) <= LOCATION_MAX_CHARS
    else:
        with pytest.raises(ValueError, match="not finished"):
            draft(state)


@pytest.mark.parametrize("screen", [(Choose(""),), (Choose(""), Back())], ids=["tell", "what"])
def test_who_calls_an_officer_with_secret_words_on_the_screen_loses_the_words(
    screen: tuple[Event, ...],
) -> None:
    state = replace(told(*screen), text="Saya dipukul", phone="0812", is_secret=True)
    after = step(state, Assist("7"))
    assert after == State(step=Step.PRIVATE, submission_id=ID, call="7", problem="dropped")


def test_who_calls_an_officer_otherwise_keeps_the_words() -> None:
    state = replace(told(Choose("pju")), text="Lampu mati")
    assert step(state, Assist("7")) == replace(state, call="7")


def test_of_a_secret_report_nobody_is_asked_whether_to_publish_it() -> None:
    state = replace(told(*TOUCHES[:4]), is_secret=True, publish="yes")
    after = step(state, Next())
    assert (after.step, after.publish) == (Step.SEND, "")


def test_the_private_screen_takes_no_words_along() -> None:
    state = replace(told(Choose("pju"), Back()), text="Lampu mati", location="x", phone="0812")
    assert step(state, Whisper()) == State(step=Step.PRIVATE, submission_id=ID)


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


def test_a_landmark_is_added_to_a_place_and_cut_when_too_long() -> None:
    state = told(*TOUCHES[:2], Write())
    assert state.step is Step.LANDMARK
    long = replace(state, location="x" * 300)
    assert step(long, Next()).problem == "location_too_long"
    assert step(long, Back()) == replace(state, step=Step.WHERE, location="x" * 200)
    named = step(replace(state, location=" dekat masjid "), Next())
    assert (named.step, named.location) == (Step.WHERE, "dekat masjid")


def test_a_double_touch_changes_nothing() -> None:
    once = told(Choose("pju"))
    assert step(once, Choose("sampah")) == once


def test_a_phrase_is_added_to_what_was_typed_and_not_twice() -> None:
    typed_before = State(step=Step.TELL, submission_id=ID, text="di gang Anggrek")
    assert step(typed_before, Phrase("Lampu mati")).text == "Lampu mati. di gang Anggrek"
    again = State(step=Step.TELL, submission_id=ID, text="Lampu mati")
    assert step(again, Phrase("Lampu mati")).text == "Lampu mati"


@pytest.mark.parametrize(
    ("state", "problem"),
    [
        (State(step=Step.TELL, text=" \n "), "text_empty"),
        (State(step=Step.WRITE, text="?!"), "text_empty"),
        (State(step=Step.WRITE, text="a" * 4001), "text_too_long"),
        (State(step=Step.LANDMARK, text="a", location="x" * 201), "location_too_long"),
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
        ("0812-34", "5", "0812345"),
        ("081", "del", "08"),
        ("", "del", ""),
        ("081", "x", "081"),
        ("081", "22", "081"),
        ("0" * 15, "1", "0" * 15),
    ],
)
def test_the_number_pad(number: str, key: str, after: str) -> None:
    assert press(number, key) == after


def test_a_voice_stands_for_the_words_and_goes_with_the_report() -> None:
    recorded = replace(told(Choose("sampah"), Record()), recorded="12")
    state = told(Next(), *TOUCHES[2:], state=recorded)
    assert state.step is Step.SEND
    assert draft(state, has_voice=True).text == PLACEHOLDER
    assert draft(state).text == NOT_KEPT
    assert draft(state).is_spoken


def test_without_a_recording_the_microphone_leads_nowhere() -> None:
    state = told(Choose("sampah"), Record(), Next())
    assert (state.step, state.problem) == (Step.VOICE, "voice_empty")


def test_what_is_confidential_takes_no_voice_and_loses_the_one_it_has() -> None:
    secret = replace(told(Choose("")), text="saya dipukul", recorded="12", is_secret=True)
    assert step(secret, Record()).step is Step.TELL
    assert step(secret, Next()).recorded == ""
    assert step(secret, Assist("7")).recorded == ""
    assert step(replace(secret, step=Step.WHAT), Whisper()).recorded == ""
