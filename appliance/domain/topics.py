"""MQTT topic names: `posko/1/{city}/{site}/...`, digits only.

No dots (NATS closes the connection, RabbitMQ reads them as `/`), no spaces, no shared
subscriptions: the tree works on every MQTT 3.1.1 broker (docs/protocol.md).
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from appliance.domain.errors import WireError
from appliance.domain.ids import SiteCode

ROOT = "posko/1"


class Leaf(StrEnum):
    """The last levels of a topic: what travels there and in which direction."""

    UP_EVENTS = "up/ev"  # followed by the lane
    UP_HELLO = "up/hello"
    UP_ACK = "up/ack"
    DOWN_HELLO = "down/hello"
    DOWN_EVENTS = "down/ev"
    DOWN_ACK = "down/ack"
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

    def __str__(self) -> str:
        lane = f"/{self.lane}" if self.lane else ""
        return f"{ROOT}/{self.site.city}/{self.site.site}/{self.leaf}{lane}"


_TOPIC = re.compile(
    rf"{ROOT}/(?P<city>[0-9]{{4}})/(?P<site>[0-9]{{6}})/(?P<leaf>[a-z]+/[a-z]+)(?:/(?P<lane>p[0-9]))?"
)


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
    return Topic(SiteCode.from_topic(match["site"]), leaf, lane)


def up_filters(city: str) -> list[str]:
    """What the command center of a city (four digits) subscribes to."""
    return [f"{ROOT}/{city}/+/up/#", f"{ROOT}/{city}/+/state/#"]


def down_filters(site: SiteCode) -> list[str]:
    """What one box subscribes to."""
    return [f"{ROOT}/{site.city}/{site.site}/down/#"]
