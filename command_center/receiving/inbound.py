"""An MQTT message -> one of the messages a box may send, or the reason why it is none.

Pure. What leaves here is checked: a topic of this protocol that travels up, a payload within its
bounds, a batch on the topic of its own lane.
"""

from dataclasses import dataclass

from appliance.domain.blobs import CHUNK_MAX_BYTES, ChunkPlace
from appliance.domain.city import topics, wire
from appliance.domain.city.topics import Leaf
from appliance.domain.errors import WireError
from appliance.domain.ids import SiteCode
from command_center.store.fleet.barred import WHOLE, Barred
from command_center.store.receiving.quarantine import PAYLOAD_KEPT_BYTES, Poison


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """Some bytes of a large file."""

    place: ChunkPlace
    data: bytes


Message = wire.Batch | wire.Hello | wire.Ack | wire.Conn | wire.Want | Chunk


@dataclass(frozen=True, slots=True, kw_only=True)
class Raw:
    """A message as the network brought it; a payload beyond the wire's bound is cut short."""

    topic: str
    payload: bytes
    size_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbound:
    """A checked message and the box it came from."""

    site: SiteCode
    message: Message
    raw: Raw


def cut(topic: str, payload: bytes) -> Raw:
    """Make a Raw that never holds more than one honest message may weigh."""
    is_long = len(payload) > wire.MESSAGE_MAX_BYTES
    kept = payload[:PAYLOAD_KEPT_BYTES] if is_long else payload
    return Raw(topic=topic, payload=kept, size_bytes=len(payload))


def read(raw: Raw) -> Inbound | Poison | None:
    """Check one message; None for the empty one that clears a retained state."""
    if raw.size_bytes == 0:
        return None
    site: SiteCode | None = None
    try:
        topic = topics.parse(raw.topic)
        site = topic.site
        return Inbound(site=site, message=_message(topic, raw), raw=raw)
    except WireError as error:
        return poison(raw, site, error.code)


def poison(raw: Raw, site: SiteCode | None, code: str) -> Poison:
    """What is set aside of a message."""
    return Poison(
        site=str(site) if site else None,
        topic=raw.topic,
        code=code,
        payload=raw.payload,
        size_bytes=raw.size_bytes,
    )


def heeded(one: Inbound | Poison, barred: Barred) -> Inbound | Poison:
    """The same, or what is set aside of it when it is of a box that was revoked.

    That such a box is gone is believed: the broker says so in its name.
    """
    if isinstance(one, Poison) or not barred or _is_farewell(one.message):
        return one
    epoch = getattr(one.message, "epoch", WHOLE)
    is_barred = not barred.isdisjoint({(str(one.site), WHOLE), (str(one.site), epoch)})
    return poison(one.raw, one.site, "revoked") if is_barred else one


def _is_farewell(message: Message) -> bool:
    return isinstance(message, wire.Conn) and not message.on


def _message(topic: topics.Topic, raw: Raw) -> Message:
    if raw.size_bytes > wire.MESSAGE_MAX_BYTES:
        raise WireError("size", f"{raw.size_bytes} bytes, at most {wire.MESSAGE_MAX_BYTES}")
    if topic.leaf is Leaf.UP_BLOB and topic.chunk is not None:
        if raw.size_bytes > CHUNK_MAX_BYTES:
            raise WireError("size", f"a chunk of {raw.size_bytes} bytes")
        return Chunk(place=topic.chunk, data=raw.payload)
    match topic.leaf:
        case Leaf.UP_EVENTS:
            batch = wire.decode(raw.payload, wire.Batch)
            if topic.lane != batch.lane:
                raise WireError("lane", f"batch of {batch.lane} on the topic of {topic.lane}")
            return batch
        case Leaf.UP_HELLO:
            return wire.decode(raw.payload, wire.Hello)
        case Leaf.UP_ACK:
            return wire.decode(raw.payload, wire.Ack)
        case Leaf.UP_WANT:
            return wire.decode(raw.payload, wire.Want)
        case Leaf.STATE_CONN:
            return wire.decode(raw.payload, wire.Conn)
        case _:
            raise WireError("topic", "this travels down, not up")
