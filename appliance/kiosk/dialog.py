"""The kiosk's conversation: one question per screen, as a pure state machine.

`step(state, event) -> state`. A state is only what the resident has told so far; it travels with
the page and is kept nowhere, so walking away leaves nothing behind. Knows no HTTP and no wording.
An event that does not fit the screen leaves the state as it is: a double touch must not hurt.
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from uuid import UUID

from appliance.domain import consent
from appliance.domain.errors import BadInput
from appliance.domain.phone import Msisdn
from appliance.domain.service_request import (
    LOCATION_MAX_CHARS,
    TEXT_MAX_CHARS,
    Channel,
    Draft,
    clean_text,
    submission_id,
)

PHONE_MAX_DIGITS = 15
"""ITU-T E.164."""
DIGITS = frozenset("0123456789")


class Step(StrEnum):
    """The screens in their order; START is the idle screen."""

    START = "mulai"
    WHAT = "apa"
    TELL = "cerita"
    WHERE = "lokasi"
    PHONE = "hp"
    CONFIRM = "periksa"
    SEND = "kirim"


_ORDER = tuple(Step)


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What has been told; `text`, `location` and `phone` are as typed until their screen is left.

    `submission_id` is a UUID given at the beginning, `publish` a box to tick. `problem` says
    why a screen could not be left: text_empty, text_too_long, location_too_long, phone_unreadable.
    """

    step: Step = Step.START
    submission_id: str = ""
    category: str = ""
    text: str = ""
    kelurahan: str = ""
    location: str = ""
    phone: str = ""
    publish: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Begin:
    """Somebody touched the idle screen; the id makes sending twice harmless."""

    submission_id: str


@dataclass(frozen=True, slots=True)
class Choose:
    """A picture was touched; an empty category is *lainnya*."""

    category: str


@dataclass(frozen=True, slots=True)
class Phrase:
    """A ready sentence was touched; it is added to what was typed, and the talk goes on."""

    text: str


@dataclass(frozen=True, slots=True)
class Place:
    """A kelurahan was touched; an empty code is *don't know*."""

    kelurahan: str


@dataclass(frozen=True, slots=True)
class Key:
    """One touch of the number pad: a digit, or `del`."""

    key: str


@dataclass(frozen=True, slots=True)
class Next:
    """Done with what this screen lets one type."""


@dataclass(frozen=True, slots=True)
class Send:
    """The resident confirms."""


@dataclass(frozen=True, slots=True)
class Back:
    """One screen back; what was told stays."""


Event = Begin | Choose | Phrase | Place | Key | Next | Send | Back


def step(state: State, event: Event) -> State:
    """Return the next state; an event of another screen changes nothing."""
    match state.step, event:
        case _, Back():
            after = _back(state)
        case Step.START, Begin(conversation):
            after = State(step=Step.WHAT, submission_id=conversation)
        case Step.WHAT, Choose(category):
            after = replace(state, step=Step.TELL, category=category, problem="")
        case Step.TELL, Phrase(phrase):
            after = _told(state, _with_phrase(clean_text(state.text), phrase))
        case Step.TELL, Next():
            after = _told(state, clean_text(state.text))
        case Step.WHERE, Place(kelurahan):
            after = _placed(replace(state, kelurahan=kelurahan))
        case Step.WHERE, Next():
            after = _placed(state)
        case Step.PHONE, Key(key):
            after = replace(state, phone=press(state.phone, key), problem="")
        case Step.PHONE, Next():
            after = _reachable(state)
        case Step.CONFIRM, Send():
            after = replace(state, step=Step.SEND)
        case _:
            after = state
    return after


def draft(state: State, *, language: str = "id", pin: str | None = None) -> Draft:
    """What a confirmed conversation hands to intake; only for a state at SEND.

    `language` is the one in which it was led, `pin` a new one for the ticket.
    """
    if state.step is not Step.SEND:
        raise ValueError(f"not confirmed yet: {state.step}")
    told = (state.category, state.text, state.kelurahan, state.location, state.phone)
    return Draft(
        channel=Channel.KIOSK,
        text=state.text,
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


def _back(state: State) -> State:
    before = _ORDER[max(0, _ORDER.index(state.step) - 1)]
    return State() if before is Step.START else replace(state, step=before, problem="")


def _with_phrase(typed: str, phrase: str) -> str:
    if phrase in typed:
        return typed
    return f"{phrase}. {typed}" if typed else phrase


def _told(state: State, text: str) -> State:
    if len(text) > TEXT_MAX_CHARS:
        return replace(state, text=text[:TEXT_MAX_CHARS], problem="text_too_long")
    if not any(c.isalnum() for c in text):
        return replace(state, text=text, problem="text_empty")
    return replace(state, step=Step.WHERE, text=text, problem="")


def _placed(state: State) -> State:
    location = clean_text(state.location)
    if len(location) > LOCATION_MAX_CHARS:
        return replace(state, location=location[:LOCATION_MAX_CHARS], problem="location_too_long")
    return replace(state, step=Step.PHONE, location=location, problem="")


def _reachable(state: State) -> State:
    typed = clean_text(state.phone)
    try:
        phone = Msisdn.parse(typed).grouped if typed else ""
    except BadInput:
        return replace(state, phone=typed[: 2 * PHONE_MAX_DIGITS], problem="phone_unreadable")
    return replace(state, step=Step.CONFIRM, phone=phone, problem="")
