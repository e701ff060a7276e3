"""Reading the kiosk's page: hidden fields -> State, the pressed button -> Event. Pure.

Fields that carry the state: `step`, `submission_id`, `category`, `text`, `recorded`, `kelurahan`,
`location`, `phone`, `publish`, `call`; the last screen also brings the file `recording`. Buttons:
`go` = one of `_GO`, `lang` = a language, `choose` = a category id (empty: other), `phrase` = a
ready sentence, `place` = a kelurahan code (empty: unknown), `key` = a digit or `del`, `agree` = yes
or no. Calling an officer (`go` = help) is no event before the call has an id: the view makes it.
"""

from collections.abc import Callable, Collection, Mapping
from uuid import UUID

from appliance.domain.cases import recording
from appliance.domain.cases.service_request import (
    LOCATION_MAX_CHARS,
    TEXT_MAX_CHARS,
    clean_text,
)
from appliance.domain.errors import BadInput
from appliance.domain.phone import Msisdn
from appliance.domain.privacy import consent
from appliance.domain.reference import categories
from appliance.kiosk.screens import (
    Alarm,
    Answer,
    Back,
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

PHRASE_MAX_CHARS = 100
CALL_MAX_DIGITS = 18
"""Of SQLite's 64 bits."""

_GO: dict[str, Event] = {
    "next": Next(),
    "back": Back(),
    "write": Write(),
    "record": Record(),
    "whisper": Whisper(),
    "alarm": Alarm(),
    "wipe": Wipe(),
}
_BUTTONS: dict[str, Callable[[str, Collection[str]], Event | None]] = {
    "lang": lambda _, __: Speak(),
    "choose": lambda chosen, _: Choose(chosen) if chosen in ("", *categories()) else None,
    "phrase": lambda phrase, _: Phrase(clean_text(phrase)[:PHRASE_MAX_CHARS]),
    "place": lambda code, codes: Place(code) if code in ("", *codes) else None,
    "key": lambda key, _: Key(key),
    "agree": lambda answer, _: Answer(agrees=answer == consent.AGREED),
    "go": lambda where, _: _GO.get(where),
}
_AFTER_TELL = (Step.WHERE, Step.LANDMARK, Step.PHONE, Step.CONFIRM, Step.CONSENT)
_AFTER_WHERE = (Step.WHERE, Step.PHONE, Step.CONFIRM, Step.CONSENT)


def parse_state(form: Mapping[str, str], kelurahan_codes: Collection[str]) -> State:
    """Read what the page carried; a state that no conversation can reach becomes the start."""

    def field(name: str) -> str:
        return form.get(name, "")

    try:
        step = Step(field("step"))
        conversation = str(UUID(field("submission_id")))
    except ValueError:
        return State()
    state = State(
        step=step,
        submission_id=conversation,
        category=field("category"),
        text=clean_text(field("text")),
        recorded=str(recording.parse_seconds(field("recorded")) or ""),
        kelurahan=field("kelurahan"),
        location=clean_text(field("location")),
        phone=field("phone"),
        publish=consent.AGREED if field("publish") == consent.AGREED else "",
        call=_digits(field("call")),
    )
    return state if _is_reachable(state, kelurahan_codes) else State()


def parse_event(form: Mapping[str, str], kelurahan_codes: Collection[str]) -> Event | None:
    """Read which button was pressed; None if none of ours, or with a value not on the screen."""
    pressed = next((name for name in _BUTTONS if name in form), None)
    return None if pressed is None else _BUTTONS[pressed](form[pressed], kelurahan_codes)


def calls_officer(form: Mapping[str, str]) -> bool:
    """Tell whether the button was pressed that calls an officer."""
    return form.get("go") == "help"


def _is_reachable(state: State, kelurahan_codes: Collection[str]) -> bool:
    if state.step in (Step.START, Step.SEND):
        return False
    if state.category and state.category not in categories():
        return False
    if state.kelurahan and state.kelurahan not in kelurahan_codes:
        return False
    is_told = bool(state.text or state.recorded) and len(state.text) <= TEXT_MAX_CHARS
    if state.step in _AFTER_TELL and not is_told:
        return False
    if state.step in _AFTER_WHERE and len(state.location) > LOCATION_MAX_CHARS:
        return False
    is_settled = state.step in (Step.CONFIRM, Step.CONSENT)
    return not is_settled or not state.phone or _is_phone(state.phone)


def _digits(value: str) -> str:
    is_id = value.isascii() and value.isdigit() and len(value) <= CALL_MAX_DIGITS
    return value if is_id else ""


def _is_phone(value: str) -> bool:
    try:
        Msisdn.parse(value)
    except BadInput:
        return False
    return True
