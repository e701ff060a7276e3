"""The form of an official: what it accepts, and how it says no. Pure."""

from collections.abc import Collection, Mapping
from datetime import date

from appliance.domain.cases.service_request import clean_text
from appliance.domain.errors import BadInput
from appliance.domain.hours import DailyHours
from appliance.domain.officials.official import HEAD, LOWEST_RANK, NAME_MAX_CHARS, Official
from appliance.domain.phone import Msisdn

FIELDS = ("agency", "rank", "name", "post", "phone", "valid_from", "valid_until", "quiet_hours")
FIELD_MAX_CHARS = 200


def parse(
    form: Mapping[str, str], agencies: Collection[str], known_phone: Msisdn | None
) -> Official | dict[str, str]:
    """An official, or what is wrong with which field; without a phone the one known stays."""
    typed = {name: _line(form.get(name, "")) for name in FIELDS}
    problems: dict[str, str] = {}
    official = {
        "agency": _agency(typed["agency"], agencies, problems),
        "rank": _rank(typed["rank"], problems),
        "name": _name(typed["name"], problems),
        "phone": _phone(typed["phone"], known_phone, problems),
        "valid_from": _day("valid_from", typed, date.min, problems),
        "valid_until": _day("valid_until", typed, date.max, problems),
        "quiet_hours": _hours(typed["quiet_hours"], problems),
    }
    if len(typed["post"]) > NAME_MAX_CHARS:
        problems["post"] = f"Paling banyak {NAME_MAX_CHARS} huruf."
    if not problems and official["valid_from"] > official["valid_until"]:  # type: ignore[operator]
        problems["valid_until"] = "Hari terakhir tidak boleh sebelum hari pertama."
    return problems or Official(post=typed["post"], **official)  # type: ignore[arg-type]


def shown(official: Official) -> dict[str, str]:
    """The fields of an official as the form shows them; the phone is left out."""
    return {
        "agency": official.agency,
        "rank": str(official.rank),
        "name": official.name,
        "post": official.post,
        "valid_from": first_day(official),
        "valid_until": last_day(official),
        "quiet_hours": str(official.quiet_hours or ""),
    }


def first_day(official: Official) -> str:
    """The first day in office, empty where none was given."""
    return "" if official.valid_from == date.min else official.valid_from.isoformat()


def last_day(official: Official) -> str:
    """The last day in office, empty where none was given."""
    return "" if official.valid_until == date.max else official.valid_until.isoformat()


def _line(typed: str) -> str:
    return " ".join(clean_text(typed[:FIELD_MAX_CHARS]).split())


def _agency(typed: str, agencies: Collection[str], problems: dict[str, str]) -> str:
    if typed not in agencies:
        problems["agency"] = "Pilih salah satu dinas."
    return typed


def _rank(typed: str, problems: dict[str, str]) -> int:
    if typed.isascii() and typed.isdigit() and HEAD <= int(typed) <= LOWEST_RANK:
        return int(typed)
    problems["rank"] = f"Urutan {HEAD} sampai {LOWEST_RANK}."
    return HEAD


def _name(typed: str, problems: dict[str, str]) -> str:
    if not 1 <= len(typed) <= NAME_MAX_CHARS:
        problems["name"] = f"Isi nama, paling banyak {NAME_MAX_CHARS} huruf."
    return typed


def _phone(typed: str, known: Msisdn | None, problems: dict[str, str]) -> Msisdn | None:
    if not typed and known is not None:
        return known
    try:
        return Msisdn.parse(typed)
    except BadInput as error:
        problems["phone"] = str(error)
        return None


def _day(field: str, typed: Mapping[str, str], otherwise: date, problems: dict[str, str]) -> date:
    try:
        return date.fromisoformat(typed[field]) if typed[field] else otherwise
    except ValueError:
        problems[field] = "Tulis tanggal seperti 2026-11-30."
        return otherwise


def _hours(typed: str, problems: dict[str, str]) -> DailyHours | None:
    try:
        return DailyHours.parse(typed) if typed else None
    except BadInput:
        problems["quiet_hours"] = "Tulis jam seperti 21:00-06:00, atau kosongkan."
        return None
