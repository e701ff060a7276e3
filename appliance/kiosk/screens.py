"""The kiosk's screens, what a resident has told so far, and what can happen on a screen. Pure."""

from dataclasses import dataclass
from enum import StrEnum


class Step(StrEnum):
    """The screens; START is the idle one, and at SEND the report is handed over."""

    START = "mulai"
    LANGUAGE = "bahasa"
    WHAT = "apa"
    TELL = "cerita"
    WRITE = "tulis"
    VOICE = "suara"
    WHERE = "lokasi"
    LANDMARK = "patokan"
    PHONE = "hp"
    CONFIRM = "periksa"
    CONSENT = "izin"
    SEND = "kirim"
    PRIVATE = "rahasia"
    EMERGENCY = "darurat"


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What has been told; `text`, `location` and `phone` are as typed until their screen is left.

    `recorded` is how many seconds of voice wait in the browser, none if empty.
    `submission_id` is a UUID given at the beginning, `publish` the answer to the last question,
    `call` the id of the call by which an officer was asked to help. `problem` says why a screen
    could not be left: text_empty, voice_empty, text_too_long, location_too_long,
    phone_unreadable; or, at PRIVATE, that words were taken off the screen: dropped. `is_secret` is
    what the triage makes of the text; it does not travel with the page.
    """

    step: Step = Step.START
    submission_id: str = ""
    category: str = ""
    text: str = ""
    recorded: str = ""
    kelurahan: str = ""
    location: str = ""
    phone: str = ""
    publish: str = ""
    call: str = ""
    problem: str = ""
    is_secret: bool = False


@dataclass(frozen=True, slots=True)
class Begin:
    """Somebody touched the idle screen; the id makes sending twice harmless."""

    submission_id: str


@dataclass(frozen=True, slots=True)
class Speak:
    """A language was touched; on any screen but the first it changes the words alone."""


@dataclass(frozen=True, slots=True)
class Choose:
    """A picture was touched; an empty category is *lainnya*."""

    category: str


@dataclass(frozen=True, slots=True)
class Phrase:
    """A ready sentence was touched; it is added to what was typed, and the talk goes on."""

    text: str


@dataclass(frozen=True, slots=True)
class Write:
    """The keyboard is wanted."""


@dataclass(frozen=True, slots=True)
class Record:
    """The microphone is wanted."""


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
class Answer:
    """May the report be shown to the public? Either answer sends it."""

    agrees: bool


@dataclass(frozen=True, slots=True)
class Assist:
    """An officer is called; `call` is the id of the call."""

    call: str


@dataclass(frozen=True, slots=True)
class Whisper:
    """*Cerita rahasia*."""


@dataclass(frozen=True, slots=True)
class Alarm:
    """*DARURAT*."""


@dataclass(frozen=True, slots=True)
class Back:
    """One screen back; what was told stays."""


@dataclass(frozen=True, slots=True)
class Wipe:
    """The name plate was touched, the start button pressed, or nobody has been there: all goes."""


Event = (
    Begin
    | Speak
    | Choose
    | Phrase
    | Write
    | Record
    | Place
    | Key
    | Next
    | Answer
    | Assist
    | Whisper
    | Alarm
    | Back
    | Wipe
)
