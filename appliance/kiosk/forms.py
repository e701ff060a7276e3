"""Reading the kiosk's page: hidden fields -> State, the pressed button -> Event. Pure.

Fields that carry the state: `step`, `submission_id`, `category`, `text`, `kelurahan`, `location`,
`phone`, `publish`. Buttons: `go` = next | back | send, `choose` = a category id (empty: other),
`phrase` = a ready sentence, `place` = a kelurahan code (empty: unknown), `key` = a digit or `del`.
"""

from collections.abc import Collection, Mapping
from uuid import UUID

from appliance.domain import consent
from appliance.domain.errors import BadInput
from appliance.domain.phone import Msisdn
from appliance.domain.reference import categories
from appliance.domain.service_request import (
    LOCATION_MAX_CHARS,
    TEXT_MAX_CHARS,
    clean_text,
)
from appliance.kiosk.dialog import (
    Back,
    Choose,
    Event,
    Key,
    Next,
    Phrase,
    Place,
    Send,
    State,
    Step,
)

PHRASE_MAX_CHARS = 100

_GO: dict[str, Event] = {"next": Next(), "back": Back(), "send": Send()}
_AFTER_TELL = (Step.WHERE, Step.PHONE, Step.CONFIRM)


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
        kelurahan=field("kelurahan"),
        location=clean_text(field("location")),
        phone=field("phone"),
        publish=consent.AGREED if field("publish") == consent.AGREED else "",
    )
    return state if _is_reachable(state, kelurahan_codes) else State()


def parse_event(form: Mapping[str, str], kelurahan_codes: Collection[str]) -> Event | None:
    """Read which button was pressed; None if none of ours, or with a value not on the screen."""
    if "choose" in form:
        chosen = form["choose"]
        return Choose(chosen) if chosen == "" or chosen in categories() else None
    if "phrase" in form:
        return Phrase(clean_text(form["phrase"])[:PHRASE_MAX_CHARS])
    if "place" in form:
        code = form["place"]
        return Place(code) if code == "" or code in kelurahan_codes else None
    if "key" in form:
        return Key(form["key"])
    return _GO.get(form.get("go", ""))


def _is_reachable(state: State, kelurahan_codes: Collection[str]) -> bool:
    if state.step in (Step.START, Step.SEND):
        return False
    if state.category and state.category not in categories():
        return False
    if state.kelurahan and state.kelurahan not in kelurahan_codes:
        return False
    if state.step in _AFTER_TELL and not 0 < len(state.text) <= TEXT_MAX_CHARS:
        return False
    if state.step in (Step.PHONE, Step.CONFIRM) and len(state.location) > LOCATION_MAX_CHARS:
        return False
    return state.step is not Step.CONFIRM or not state.phone or _is_phone(state.phone)


def _is_phone(value: str) -> bool:
    try:
        Msisdn.parse(value)
    except BadInput:
        return False
    return True
