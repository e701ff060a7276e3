"""The kiosk's conversation: one question per screen, as a pure state machine.

`step(state, event) -> state`, by one table of every screen and transition (docs/kiosk-dialog.md is
drawn from it). A state is only what the resident has told so far; it travels with the page and is
kept nowhere, so walking away leaves nothing behind. Knows no HTTP and no wording. An event that
does not fit the screen leaves the state as it is: a double touch must not hurt.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from appliance.domain.cases import recording
from appliance.domain.cases.service_request import (
    LOCATION_MAX_CHARS,
    TEXT_MAX_CHARS,
    Channel,
    Draft,
    clean_text,
    submission_id,
)
from appliance.domain.errors import BadInput
from appliance.domain.phone import Msisdn
from appliance.domain.privacy import consent
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

PHONE_MAX_DIGITS = 15
"""ITU-T E.164."""
DIGITS = frozenset("0123456789")


@dataclass(frozen=True, slots=True)
class Move:
    """What an event does on a screen, and which screens can follow."""

    act: Callable[[State, Any], State]
    to: tuple[Step, ...]


def step(state: State, event: Event) -> State:
    """Return the next state; an event of another screen changes nothing."""
    move = TABLE.get((state.step, type(event)))
    return state if move is None else move.act(state, event)


def draft(
    state: State, *, language: str = "id", pin: str | None = None, has_voice: bool = False
) -> Draft:
    """What a finished conversation hands to intake; only for a state at SEND.

    `language` is the one in which it was led, `pin` a new one for the ticket; `has_voice` says that
    the recording, if one was made, is here.
    """
    if state.step is not Step.SEND:
        raise ValueError(f"not finished yet: {state.step}")
    told = [state.category, state.text, state.kelurahan, state.location, state.phone]
    text = state.text
    if state.recorded:
        text = recording.text_with(text, is_kept=has_voice)[:TEXT_MAX_CHARS]
        told.append(state.recorded)
    return Draft(
        channel=Channel.KIOSK,
        text=text,
        is_spoken=bool(state.recorded),
        submission_id=submission_id(UUID(state.submission_id), *told),
        reporter_phone=Msisdn.parse(state.phone) if state.phone else None,
        location=state.location or None,
        kelurahan=state.kelurahan or None,
        category=state.category or None,
        consents=consent.publishing(state.publish, language),
        pin=pin,
    )


def press(number: str, key: str) -> str:
    """The number after one touch of the pad."""
    digits = "".join(c for c in number if c in DIGITS)[:PHONE_MAX_DIGITS]
    if key == "del":
        return digits[:-1]
    return digits + key if key in DIGITS and len(digits) < PHONE_MAX_DIGITS else digits


def _begin(_: State, event: Begin) -> State:
    return State(step=Step.LANGUAGE, submission_id=event.submission_id)


def _choose(state: State, event: Choose) -> State:
    return replace(state, step=Step.TELL, category=event.category, problem="")


def _phrase(state: State, event: Phrase) -> State:
    typed = clean_text(state.text)
    if event.text in typed:
        return _told(state, typed)
    return _told(state, f"{event.text}. {typed}" if typed else event.text)


def _write(state: State, _: Next) -> State:
    return _told(state, clean_text(state.text))


def _told(state: State, text: str) -> State:
    if len(text) > TEXT_MAX_CHARS:
        return replace(state, text=text[:TEXT_MAX_CHARS], problem="text_too_long")
    recorded = "" if state.is_secret else state.recorded
    if not recorded and not any(c.isalnum() for c in text):
        return replace(state, text=text, problem="text_empty")
    return replace(state, step=Step.WHERE, text=text, recorded=recorded, problem="")


def _record(state: State, _: Record) -> State:
    """What is confidential is never told to a microphone in the hall."""
    return state if state.is_secret else replace(state, step=Step.VOICE, problem="")


def _voice(state: State, _: Next) -> State:
    if not state.recorded:
        return replace(state, problem="voice_empty")
    return _told(state, clean_text(state.text))


def _place(state: State, event: Place) -> State:
    return replace(state, step=Step.PHONE, kelurahan=event.kelurahan, problem="")


def _landmark(state: State, _: Next) -> State:
    location = clean_text(state.location)
    if len(location) > LOCATION_MAX_CHARS:
        return replace(state, location=location[:LOCATION_MAX_CHARS], problem="location_too_long")
    return replace(state, step=Step.WHERE, location=location, problem="")


def _leave_landmark(state: State, _: Back) -> State:
    location = clean_text(state.location)[:LOCATION_MAX_CHARS]
    return replace(state, step=Step.WHERE, location=location, problem="")


def _key(state: State, event: Key) -> State:
    return replace(state, phone=press(state.phone, event.key), problem="")


def _phone(state: State, _: Next) -> State:
    typed = clean_text(state.phone)
    try:
        phone = Msisdn.parse(typed).grouped if typed else ""
    except BadInput:
        return replace(state, phone=typed[: 2 * PHONE_MAX_DIGITS], problem="phone_unreadable")
    return replace(state, step=Step.CONFIRM, phone=phone, problem="")


def _confirm(state: State, _: Next) -> State:
    """What is confidential is never shown to the public, so nobody is asked."""
    if state.is_secret:
        return replace(state, step=Step.SEND, publish="")
    return replace(state, step=Step.CONSENT)


def _answer(state: State, event: Answer) -> State:
    return replace(state, step=Step.SEND, publish=consent.AGREED if event.agrees else "")


def _assist(state: State, event: Assist) -> State:
    """Who comes must not see confidential words: they go, and the talk goes on in private."""
    if not state.is_secret:
        return replace(state, call=event.call)
    secret = State(step=Step.PRIVATE, submission_id=state.submission_id)
    return replace(secret, call=event.call, problem="dropped")


def _whisper(state: State, _: Whisper) -> State:
    return State(step=Step.PRIVATE, submission_id=state.submission_id, call=state.call)


def _leave_alarm(state: State, _: Back) -> State:
    return replace(state, step=Step.WHAT) if state.submission_id else State()


def _wipe(_: State, __: Wipe | Back) -> State:
    return State()


def _to(target: Step) -> Move:
    """Another screen, and nothing else."""
    return Move(lambda state, _: replace(state, step=target, problem=""), (target,))


TABLE: Mapping[tuple[Step, type[Any]], Move] = {
    (Step.START, Begin): Move(_begin, (Step.LANGUAGE,)),
    (Step.START, Alarm): _to(Step.EMERGENCY),
    (Step.LANGUAGE, Speak): _to(Step.WHAT),
    (Step.LANGUAGE, Back): Move(_wipe, (Step.START,)),
    (Step.WHAT, Choose): Move(_choose, (Step.TELL,)),
    (Step.WHAT, Alarm): _to(Step.EMERGENCY),
    (Step.WHAT, Whisper): Move(_whisper, (Step.PRIVATE,)),
    (Step.WHAT, Assist): Move(_assist, (Step.WHAT, Step.PRIVATE)),
    (Step.WHAT, Back): _to(Step.LANGUAGE),
    (Step.TELL, Phrase): Move(_phrase, (Step.WHERE, Step.TELL)),
    (Step.TELL, Write): _to(Step.WRITE),
    (Step.TELL, Record): Move(_record, (Step.VOICE, Step.TELL)),
    (Step.TELL, Next): Move(_write, (Step.WHERE, Step.TELL)),
    (Step.TELL, Assist): Move(_assist, (Step.TELL, Step.PRIVATE)),
    (Step.TELL, Back): _to(Step.WHAT),
    (Step.WRITE, Next): Move(_write, (Step.WHERE, Step.WRITE)),
    (Step.WRITE, Back): _to(Step.TELL),
    (Step.VOICE, Next): Move(_voice, (Step.WHERE, Step.VOICE)),
    (Step.VOICE, Back): _to(Step.TELL),
    (Step.WHERE, Place): Move(_place, (Step.PHONE,)),
    (Step.WHERE, Write): _to(Step.LANDMARK),
    (Step.WHERE, Back): _to(Step.TELL),
    (Step.LANDMARK, Next): Move(_landmark, (Step.WHERE, Step.LANDMARK)),
    (Step.LANDMARK, Back): Move(_leave_landmark, (Step.WHERE,)),
    (Step.PHONE, Key): Move(_key, (Step.PHONE,)),
    (Step.PHONE, Next): Move(_phone, (Step.CONFIRM, Step.PHONE)),
    (Step.PHONE, Back): _to(Step.WHERE),
    (Step.CONFIRM, Next): Move(_confirm, (Step.CONSENT, Step.SEND)),
    (Step.CONFIRM, Back): _to(Step.PHONE),
    (Step.CONSENT, Answer): Move(_answer, (Step.SEND,)),
    (Step.CONSENT, Back): _to(Step.CONFIRM),
    (Step.PRIVATE, Assist): Move(_assist, (Step.PRIVATE,)),
    (Step.PRIVATE, Back): _to(Step.WHAT),
    (Step.EMERGENCY, Begin): Move(_begin, (Step.LANGUAGE,)),
    (Step.EMERGENCY, Back): Move(_leave_alarm, (Step.WHAT, Step.START)),
    **{(screen, Wipe): Move(_wipe, (Step.START,)) for screen in Step},
}
"""Every screen and transition of the conversation."""
