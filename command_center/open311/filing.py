"""What a client sends to file a request -> a checked filing. Pure; nothing it names is fetched.

`email`, `device_id` and `account_id` are neither needed nor kept.
"""

import json
import math
from collections.abc import Mapping
from hashlib import sha256

from appliance.domain import reference
from appliance.domain.cases.service_request import (
    LOCATION_MAX_CHARS,
    NAME_MAX_CHARS,
    TEXT_MAX_CHARS,
    clean_text,
)
from appliance.domain.errors import BadInput
from appliance.domain.phone import Msisdn
from appliance.domain.reference import Category
from appliance.domain.triage import gazetteer
from command_center.cases.city_filing import Filing
from command_center.open311 import services
from command_center.open311.problem import Problem

CHANNEL = "open311"
KEY_FIELD = "api_key"
_MEDIA_MAX_CHARS = 500
_PLACE_FIELD = f"attribute[{services.PLACE}]"


def fingerprint(sent: Mapping[str, str]) -> str:
    """The same for the same fields, whatever their order; the key is none of them."""
    fields = sorted((name, value) for name, value in sent.items() if name != KEY_FIELD)
    return sha256(json.dumps(fields).encode()).hexdigest()


def parse(sent: Mapping[str, str], city: str) -> Filing:
    """Read the fields of a form, for a city of four digits; raises Problem."""
    category = services.found(sent.get("service_code", "").strip())
    location = _location(sent)
    text = _text(sent, category)
    return Filing(
        category=category,
        text=text,
        location=location,
        kelurahan=_kelurahan(sent, city) or gazetteer.kelurahan(location),
        phone=_phone(sent.get("phone", "")),
        name=_name(sent),
    )


def _text(sent: Mapping[str, str], category: Category) -> str:
    """The words; without any, what the service is called."""
    text = clean_text(sent.get("description", "")) or f"{category.name}."
    if len(text) > TEXT_MAX_CHARS:
        raise Problem(400, f"description has more than {TEXT_MAX_CHARS} characters")
    media = clean_text(sent.get("media_url", ""))[:_MEDIA_MAX_CHARS]
    with_media = f"{text}\n\nLampiran (tidak diperiksa): {media}"
    return with_media if media and len(with_media) <= TEXT_MAX_CHARS else text


def _location(sent: Mapping[str, str]) -> str:
    """The address, then the coordinates; one of the two must be there."""
    point = _point(sent.get("lat", "").strip(), sent.get("long", "").strip())
    address = clean_text(sent.get("address_string", "")).replace("\n", " ")
    if not point and not address:
        raise Problem(400, "lat and long, or address_string, must be provided")
    room = LOCATION_MAX_CHARS - len(point) - 3
    return f"{address[:room]} ({point})" if point and address else point or address[:room]


def _point(lat: str, long: str) -> str:
    if not lat and not long:
        return ""
    try:
        north, east = float(lat), float(long)
    except ValueError:
        raise Problem(400, "lat and long are decimal degrees, both of them") from None
    if not (math.isfinite(north) and abs(north) <= 90 and abs(east) <= 180):
        raise Problem(400, "lat is -90 to 90, long -180 to 180 (WGS84)")
    return f"{north:.6f}, {east:.6f}"


def _kelurahan(sent: Mapping[str, str], city: str) -> str | None:
    code = sent.get(_PLACE_FIELD, "").strip()
    if code and code not in {known.code for known in reference.kelurahan_of_city(city)}:
        raise Problem(400, f"{_PLACE_FIELD} is none of the values of the service definition")
    return code or None


def _phone(text: str) -> str | None:
    """A mobile number; another one could not be texted, and so is left out."""
    try:
        return Msisdn.parse(text).e164 if len(text) <= 40 else None
    except BadInput:
        return None


def _name(sent: Mapping[str, str]) -> str | None:
    parts = (clean_text(sent.get(part, "")) for part in ("first_name", "last_name"))
    return " ".join(filter(None, parts)).replace("\n", " ")[:NAME_MAX_CHARS] or None
