"""One tree of values -> XML, or JSON by the Spark convention. Pure; nothing here reads XML.

A list at the top is a JSON array, even of one; datetimes are those of W3C with a zone.
"""

import json
import re
from datetime import datetime
from xml.etree import ElementTree as ET

from appliance.domain.moment import local

MEDIA_TYPES = {
    "xml": "text/xml; charset=utf-8",
    "json": "application/json; charset=utf-8",
}
_ITEMS = {
    "services": "service",
    "attributes": "attribute",
    "values": "value",
    "service_requests": "request",
    "errors": "error",
    "endpoints": "endpoint",
    "formats": "format",
}
"""What one of a list is called in XML."""
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""All that XML 1.0 does not allow (production 2, Char)."""


def written(format_: str, root: str, tree: object) -> bytes:
    """The document named `root`, as bytes of UTF-8."""
    if format_ == "json":
        return json.dumps(_plain(tree), ensure_ascii=False).encode()
    element = ET.Element(root)
    _fill(element, tree)
    document: bytes = ET.tostring(element, encoding="utf-8", xml_declaration=True)
    return document


def _plain(value: object) -> object:
    match value:
        case dict():
            return {name: _plain(one) for name, one in value.items()}
        case list():
            return [_plain(one) for one in value]
        case str():
            return _NOT_XML.sub("", value)
        case datetime():
            return _time(value)
        case _:
            return value


def _fill(element: ET.Element, value: object) -> None:
    match value:
        case dict():
            for name, one in value.items():
                _fill(ET.SubElement(element, name), one)
        case list():
            for one in value:
                _fill(ET.SubElement(element, _ITEMS[element.tag]), one)
        case bool():
            element.text = "true" if value else "false"
        case datetime():
            element.text = _time(value)
        case None:
            pass
        case _:
            element.text = _NOT_XML.sub("", str(value))


def _time(at: datetime) -> str:
    return local(at).isoformat(timespec="seconds")
