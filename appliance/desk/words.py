"""The words staff read for what the programs call by code, as filters of the desk's templates."""

from flask import Flask

from appliance.domain import reference
from appliance.domain.cases import progress
from appliance.domain.privacy import sealing
from appliance.domain.reference import any_kelurahan_name
from appliance.domain.sms.phrases import STATUS_WORDS
from appliance.domain.staff import words as staff_words
from appliance.store.city import city_tables
from web.database import db

STATUSES = {str(status): word for status, word in STATUS_WORDS.items()}


def teach(app: Flask) -> None:
    """Add the filters; a code of another release is shown as it is."""
    app.jinja_env.filters.update(
        agency=agency,
        category=category,
        channel=channel,
        kelurahan=kelurahan,
        kind=lambda value: staff_words.KINDS.get(value, value),
        mark=lambda value: staff_words.MARKS.get(value, value),
        act=lambda value: staff_words.ACTS.get(value, value),
        stage=progress.stage,
        status=status,
        text_purpose=lambda value: staff_words.TEXT_PURPOSES.get(value, value),
        text_state=lambda value: staff_words.TEXT_STATES.get(value, value),
        tujuan=destination,
    )


def channel(value: str) -> str:
    """How the resident reached us."""
    return staff_words.CHANNELS.get(value, value)


def status(value: str) -> str:
    """Where it stands."""
    return STATUSES.get(value, value)


def agency(value: str) -> str:
    """As the city calls it, by the table it has published last."""
    return city_tables.in_force(db()).agency_name(value)


def category(value: str) -> str:
    """What it is about."""
    if value == sealing.TOPIC:
        return "Rahasia"
    known = reference.categories().get(value)
    return known.name if known else value


def kelurahan(code: str | None) -> str:
    """Where it is."""
    return any_kelurahan_name(code) if code else "Tidak diketahui"


def destination(value: str) -> str:
    """Who else answers for it."""
    found = city_tables.in_force(db()).jurisdiction.destinations.get(value)
    return found.name if found else value
