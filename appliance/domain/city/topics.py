"""MQTT topic names: `posko/1/{city}/{site}/...`, digits only.

No dots (NATS closes the connection, RabbitMQ reads them as `/`), no spaces, no shared
subscriptions: the tree works on every MQTT 3.1.1 broker (docs/protocol.md).
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from appliance.domain.blobs import ChunkPlace
from appliance.domain.errors import WireError
from appliance.domain.ids import SiteCode

ROOT = "posko/1"


class Leaf(StrEnum):
    """The last levels of a topic: what travels there and in which direction."""

    UP_EVENTS = "up/ev"  # followed by the lane
    UP_HELLO = "up/hello"
    UP_ACK = "up/ack"
    UP_WANT = "up/want"
    UP_BLOB = "up/blob"  # followed by the short name of the file and the first byte
    DOWN_HELLO = "down/hello"
    DOWN_EVENTS = "down/ev"
    DOWN_ACK = "down/ack"
    DOWN_WANT = "down/want"
    DOWN_BLOB = "down/blob"  # as up/blob
    STATE_CONN = "state/conn"


class Lane(StrEnum):
    """Independent ordered streams, most urgent first."""

    URGENT = "p0"
    COMPLAINTS = "p1"
    STATISTICS = "p2"


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic taken apart."""

    site: SiteCode
    leaf: Leaf
    lane: Lane | None = None
    chunk: ChunkPlace | None = None

    def __str__(self) -> str:
        lane = f"/{self.lane}" if self.lane else ""
        chunk = f"/{self.chunk.short_name}/{self.chunk.offset}" if self.chunk else ""
        return f"{ROOT}/{self.site.city}/{self.site.site}/{self.leaf}{lane}{chunk}"


_TOPIC = re.compile(
    rf"{ROOT}/(?P<city>[0-9]{{4}})/(?P<site>[0-9]{{6}})/(?P<leaf>[a-z]+/[a-z]+)"
    r"(?:/(?P<lane>p[0-9])|/(?P<name>[0-9a-f]{32})/(?P<offset>0|[1-9][0-9]{0,7}))?"
)
_BLOBS = (Leaf.UP_BLOB, Leaf.DOWN_BLOB)


def parse(topic: str) -> Topic:
    """Take a received topic apart; raises WireError `topic`."""
    match = _TOPIC.fullmatch(topic)
    if match is None or not match["site"].startswith(match["city"]):
        raise WireError("topic", "not a topic of this protocol")
    try:
        leaf = Leaf(match["leaf"])
        lane = Lane(match["lane"]) if match["lane"] else None
    except ValueError as error:
        raise WireError("topic", str(error)) from None
    if (leaf is Leaf.UP_EVENTS) != (lane is not None):
        raise WireError("topic", "events up, and only they, name a lane")
    chunk = ChunkPlace(match["name"], int(match["offset"])) if match["name"] else None
    if (leaf in _BLOBS) != (chunk is not None):
        raise WireError("topic", "chunks, and only they, name a file")
    return Topic(SiteCode.from_topic(match["site"]), leaf, lane, chunk)


def up_filters(city: str) -> list[str]:
    """What the command center of a city (four digits) subscribes to."""
    return [f"{ROOT}/{city}/+/up/#", f"{ROOT}/{city}/+/state/#"]


def down_filters(site: SiteCode) -> list[str]:
    """What one box subscribes to."""
    return [f"{ROOT}/{site.city}/{site.site}/down/#"]
