"""Our categories as Open311 services. Pure.

Confidential ones are not there at all: neither offered nor told of.
"""

from typing import Any

from appliance.domain import reference
from appliance.domain.cases.service_request import Sensitivity
from appliance.domain.city.city_tables import Tables
from appliance.domain.reference import Category
from command_center.open311.problem import Problem

SPECIFICATION = "http://wiki.open311.org/GeoReport_v2"
CHANGESET = "2026-11-28 15:00"
"""When services or definitions were last changed by a release; a test holds them together."""
PLACE = "kelurahan"
"""The one attribute of every service."""


def public() -> dict[str, Category]:
    """The categories that Open311 may know of, by id."""
    return {
        id_: category
        for id_, category in reference.categories().items()
        if category.sensitivity is not Sensitivity.CONFIDENTIAL
    }


def found(code: str) -> Category:
    """A service by its code; raises Problem."""
    if not code:
        raise Problem(400, "service_code was not provided")
    category = public().get(code)
    if category is None:
        raise Problem(404, "service_code was not found")
    return category


def listed(tables: Tables, city: str) -> list[dict[str, Any]]:
    """The service list of a city (four digits)."""
    has_places = bool(reference.kelurahan_of_city(city))
    return [_service(category, tables, has_places) for category in public().values()]


def _service(category: Category, tables: Tables, has_places: bool) -> dict[str, Any]:
    days = tables.finish_days[category.id]
    return {
        "service_code": category.id,
        "service_name": category.name,
        "description": f"{category.name}. Target selesai {days} hari kerja.",
        "metadata": has_places,
        "type": "realtime",
        "keywords": ", ".join(category.keywords) or category.name,
        "group": category.group,
    }


def definition(code: str, city: str) -> dict[str, Any]:
    """What a service asks beside the place and the words: the kelurahan, if it is known."""
    category = found(code)
    values = [{"key": k.code, "name": k.name} for k in reference.kelurahan_of_city(city)]
    return {"service_code": category.id, "attributes": [_place(values)] if values else []}


def _place(values: list[dict[str, str]]) -> dict[str, Any]:
    return {
        "variable": True,
        "code": PLACE,
        "datatype": "singlevaluelist",
        "required": False,
        "datatype_description": "Kode Kemendagri",
        "order": 1,
        "description": "Kelurahan tempat kejadian, bila tahu",
        "values": values,
    }


def discovery(base: str, place: str) -> dict[str, Any]:
    """Where the endpoint is; `base` ends with a slash."""
    return {
        "changeset": CHANGESET,
        "contact": f"Pusat pengaduan {place}",
        "key_service": f"Kunci API diberikan oleh pusat pengaduan {place}",
        "endpoints": [
            {
                "specification": SPECIFICATION,
                "url": f"{base}open311/v2",
                "changeset": CHANGESET,
                "type": "production",
                "formats": ["text/xml", "application/json"],
            }
        ],
    }
