"""GeoReport v2 as its specification says it: JSON schemas, and XML read into the same trees.

Written down from the tables and samples of the specification (GeoReport_v2 and Service_Discovery).
"""

from typing import Any
from xml.etree import ElementTree as ET

import jsonschema

TEXT = {"type": "string", "minLength": 1}
MAYBE = {"type": ["string", "null"]}
TRUTH = {"type": "boolean"}
TIME = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)$"}
MAYBE_TIME = {"anyOf": [TIME, {"type": "null"}]}


def _record(**fields: object) -> dict[str, object]:
    return {
        "type": "object",
        "properties": fields,
        "required": list(fields),
        "additionalProperties": False,
    }


def _list(item: object) -> dict[str, object]:
    return {"type": "array", "items": item}


SCHEMAS: dict[str, dict[str, object]] = {
    "services": _list(
        _record(
            service_code=TEXT,
            service_name=TEXT,
            description=TEXT,
            metadata=TRUTH,
            type={"enum": ["realtime", "batch", "blackbox"]},
            keywords={"type": "string"},
            group=TEXT,
        )
    ),
    "service_definition": _record(
        service_code=TEXT,
        attributes=_list(
            _record(
                variable=TRUTH,
                code=TEXT,
                datatype={
                    "enum": [
                        "string", "number", "datetime", "text",
                        "singlevaluelist", "multivaluelist",
                    ]
                },
                required=TRUTH,
                datatype_description=MAYBE,
                order={"type": "integer", "minimum": 1},
                description=TEXT,
                values=_list(_record(key=TEXT, name=TEXT)),
            )
        ),
    ),
    "service_requests": _list(
        _record(
            service_request_id=TEXT,
            status={"enum": ["open", "closed"]},
            status_notes=MAYBE,
            service_name=TEXT,
            service_code=TEXT,
            description={"type": "string", "maxLength": 4000},
            agency_responsible=MAYBE,
            service_notice=MAYBE,
            requested_datetime=TIME,
            updated_datetime=TIME,
            expected_datetime=MAYBE_TIME,
            address=MAYBE,
            address_id=MAYBE,
            zipcode=MAYBE,
            lat={"type": ["number", "null"]},
            long={"type": ["number", "null"]},
            media_url=MAYBE,
        )
    ),
    "filed": _list(_record(service_request_id=TEXT, service_notice=MAYBE, account_id=MAYBE)),
    "errors": {**_list(_record(code=TEXT, description=TEXT)), "minItems": 1},
    "discovery": _record(
        changeset=TEXT,
        contact=TEXT,
        key_service=TEXT,
        endpoints=_list(
            _record(
                specification={"const": "http://wiki.open311.org/GeoReport_v2"},
                url={"type": "string", "pattern": "^https?://.*[^/]$"},
                changeset=TEXT,
                type={"enum": ["production", "test"]},
                formats=_list({"enum": ["text/xml", "application/json"]}),
            )
        ),
    ),
}  # fmt: skip
_ITEMS = {
    "services": "service", "service_requests": "request", "errors": "error",
    "attributes": "attribute", "values": "value", "endpoints": "endpoint", "formats": "format",
}  # fmt: skip
_BOOLEANS = ("metadata", "variable", "required")


def check(name: str, tree: object) -> None:
    """Raise unless a document is as the specification says."""
    jsonschema.validate(tree, SCHEMAS[name])


def read(document: bytes) -> tuple[str, Any]:
    """The root's name and the tree of an XML document, by the Spark convention."""
    assert document.startswith(b"<?xml version='1.0' encoding='utf-8'?>")
    root = ET.fromstring(document)
    return root.tag, _tree(root)


def _tree(element: ET.Element) -> object:
    assert element.attrib == {}
    if element.tag in _ITEMS:
        assert {child.tag for child in element} <= {_ITEMS[element.tag]}
        return [_tree(child) for child in element]
    if len(element):
        assert len({child.tag for child in element}) == len(element), "a field stands there twice"
        return {child.tag: _tree(child) for child in element}
    text = element.text
    if element.tag in _BOOLEANS:
        return {"true": True, "false": False}[str(text)]
    return int(str(text)) if element.tag == "order" else text
