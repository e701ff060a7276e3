"""docs/asyncapi.yaml as an oracle: does a captured payload fit the message of its topic?"""

import json
import zlib
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator

from appliance.domain.city import topics
from appliance.domain.city.topics import Leaf

SIGNED = b"\x01Ed25519"
SIGNED_BYTES = len(SIGNED) + 64
DOCUMENT = Path(__file__).parents[2] / "docs" / "asyncapi.yaml"


@cache
def document() -> dict[str, Any]:
    """The parsed document."""
    loaded: dict[str, Any] = yaml.safe_load(DOCUMENT.read_text(encoding="utf-8"))
    return loaded


def addresses() -> dict[Leaf, str]:
    """Which schema the payload of each leaf has, by the document's channels."""
    found = {}
    for channel in document()["channels"].values():
        [message] = channel["messages"].values()
        leaf = channel["address"].split("{site}/")[1].split("/{")[0]
        found[Leaf(leaf)] = message["$ref"].rsplit("/", 1)[1]
    return found


def check(topic: str, payload: bytes) -> None:
    """Raise jsonschema.ValidationError unless the payload fits its topic's message."""
    body = payload[SIGNED_BYTES:] if payload.startswith(SIGNED) and "/down/" in topic else payload
    if topics.parse(topic).chunk is not None:
        check_as(addresses()[topics.parse(topic).leaf], body.decode("latin-1"))
        return
    text = zlib.decompress(body) if body.startswith(b"\x78") else body
    check_as(addresses()[topics.parse(topic).leaf], json.loads(text))


def check_as(name: str, value: object) -> None:
    """Raise jsonschema.ValidationError unless the value fits the named schema."""
    schema = {"$ref": f"#/components/schemas/{name}", "components": document()["components"]}
    Draft202012Validator(schema).validate(value)
