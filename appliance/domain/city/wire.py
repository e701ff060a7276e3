"""Messages on the wire <-> bytes; the contract is docs/protocol.md.

JSON in UTF-8, compressed with zlib (RFC 1950) where that is shorter: the first byte tells,
0x78 for zlib, `{` for plain. Everything foreign is bounded before it is parsed and checked once
here; unknown fields are ignored, unknown event kinds are kept raw for the receiver to store.
"""

import zlib
from typing import Annotated, Literal, TypeVar

import msgspec

from appliance.domain.blobs import CHUNK_MAX_BYTES, UPDATE_MAX_BYTES
from appliance.domain.errors import WireError
from appliance.domain.events import EVENT_TYPES, Event

VERSION = 1
MESSAGE_MAX_BYTES = 64 * 1024
"""Longest payload on the wire."""
EXPANDED_MAX_BYTES = 1024 * 1024
"""Longest JSON text after decompression."""
BATCH_MAX_EVENTS = 500
_COMPRESS_FROM_BYTES = 200
_COMPRESSION_LEVEL = 5
"""Of batches of complaints, a fifth less processor time than 6 for half a percent more bytes."""

Epoch = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{8}$")]
Session = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{8}$")]
"""Random for each run of a box. What the city says names the run it is for: of two copies of one
card neither takes the other's acks for its own, and what was recorded earlier is not taken."""
LaneName = Literal["p0", "p1", "p2"]
Sequence = Annotated[int, msgspec.Meta(ge=1, le=2**53)]
Cursor = Annotated[int, msgspec.Meta(ge=0, le=2**53)]
Milliseconds = Annotated[int, msgspec.Meta(ge=-(2**53), le=2**53)]


class Clock(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """A moment as a machine without a trusted clock can state it."""

    boot: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
    mono: Milliseconds
    """Milliseconds since boot."""
    wall: Milliseconds | None = None
    """Unix milliseconds as the machine believed."""
    src: Annotated[str, msgspec.Meta(max_length=10)] = "none"
    """Where the wall time came from: ntp, rtc, city or none."""


class WireEvent(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """One event in a batch; `d` stays raw until its kind is known."""

    y: Annotated[str, msgspec.Meta(min_length=1, max_length=80)]
    c: Clock
    d: msgspec.Raw
    s: Annotated[str, msgspec.Meta(max_length=80)] | None = None


class _Message(msgspec.Struct, frozen=True, tag_field="v", tag=VERSION):
    """Every message names the version of the contract in its field `v`."""


class Batch(_Message, frozen=True, omit_defaults=True, rename={"first": "from"}):
    """Contiguous events of one lane, the first at sequence `from`."""

    epoch: Epoch
    lane: LaneName
    first: Sequence
    sent: Clock
    events: Annotated[list[WireEvent], msgspec.Meta(min_length=1, max_length=BATCH_MAX_EVENTS)]
    session: Session | None = None


class Reject(msgspec.Struct, frozen=True, omit_defaults=True):
    """An event that the receiver has set aside; it must not be sent again."""

    seq: Sequence
    code: Annotated[str, msgspec.Meta(max_length=40)]
    msg: Annotated[str, msgspec.Meta(max_length=200)] = ""


class Ack(_Message, frozen=True, omit_defaults=True):
    """What the receiver has durably stored: everything up to `upto` of one lane."""

    epoch: Epoch
    lane: LaneName
    upto: Cursor
    want: Sequence | None = None
    """Resend from here: a gap was seen."""
    until: Sequence | None = None
    """Resend no further than this: what follows is held. None: resend everything from `want`."""
    reject: Annotated[list[Reject], msgspec.Meta(max_length=BATCH_MAX_EVENTS)] = []
    window: Annotated[int, msgspec.Meta(ge=0, le=1_000_000)] | None = None
    """Events accepted beyond `upto`; 0 means stop."""
    now: Milliseconds | None = None
    """The receiver's time, for a box without a clock."""
    session: Session | None = None
    """Of the sender whose batch or hello is answered."""
    renew: bool = False
    """Other events stand under these numbers: the sender must take a new epoch."""


class LaneRange(msgspec.Struct, frozen=True):
    """What a sender has in one lane. It forgets only what is acknowledged."""

    first: Cursor
    """The oldest number it can still send; one beyond `last` if it has none."""
    last: Cursor
    acked: Cursor

    def __post_init__(self) -> None:
        if not (self.acked <= self.last and self.first <= self.acked + 1):
            raise ValueError("first <= acked + 1 and acked <= last must hold")


class DownCursor(msgspec.Struct, frozen=True):
    """The last downlink event a box has applied."""

    epoch: Epoch
    seq: Cursor


class Hello(_Message, frozen=True, omit_defaults=True):
    """A box introduces itself after each connect."""

    versions: Annotated[list[int], msgspec.Meta(max_length=16)]
    epoch: Epoch
    lanes: dict[LaneName, LaneRange]
    clock: Clock
    down: DownCursor | None = None
    session: Session | None = None
    features: Annotated[list[str], msgspec.Meta(max_length=16)] = []


class Welcome(_Message, frozen=True, omit_defaults=True):
    """The city's answer to a hello, beside an Ack per lane."""

    epoch: Epoch
    """Of the city's database."""
    blocks: Annotated[list[Annotated[int, msgspec.Meta(ge=0, le=99)]], msgspec.Meta(max_length=100)]
    """Thousands of ticket serials that earlier databases of this site have used."""
    now: Milliseconds
    session: Session | None = None
    """Of the hello that is answered."""


class Conn(_Message, frozen=True, omit_defaults=True):
    """Retained birth and last will; `n` counts connections, so a late will changes nothing."""

    on: bool
    boot: Annotated[str, msgspec.Meta(max_length=64)]
    n: Cursor = 0
    sw: Annotated[str, msgspec.Meta(max_length=40)] = ""


class Want(_Message, frozen=True, rename={"first": "from"}):
    """The receiver of a large file asks for one chunk of it; the answer is raw bytes."""

    sha256: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]
    first: Annotated[int, msgspec.Meta(ge=0, lt=UPDATE_MAX_BYTES)]
    """The first byte wanted."""
    size: Annotated[int, msgspec.Meta(ge=1, le=CHUNK_MAX_BYTES)]
    """At most so many bytes; the sender may send fewer."""


M = TypeVar("M", bound=msgspec.Struct)
_encoder = msgspec.json.Encoder()


def encode(message: msgspec.Struct) -> bytes:
    """Turn a message into payload bytes, compressed where that is shorter."""
    text = _encoder.encode(message)
    if len(text) < _COMPRESS_FROM_BYTES:
        return text
    packed = zlib.compress(text, _COMPRESSION_LEVEL)
    return packed if len(packed) < len(text) else text


def decode(payload: bytes, message_type: type[M]) -> M:
    """Read payload bytes; raises WireError with code size, zlib, encoding, json or schema."""
    text = _expand(payload)
    try:
        return msgspec.json.decode(text, type=message_type)
    except msgspec.ValidationError as error:
        raise WireError("schema", str(error)) from None
    except RecursionError:
        raise WireError("json", "nested too deeply") from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise WireError("json", str(error)) from None


def _expand(payload: bytes) -> bytes:
    if len(payload) > MESSAGE_MAX_BYTES:
        raise WireError("size", f"{len(payload)} bytes, at most {MESSAGE_MAX_BYTES}")
    if not payload.startswith(b"\x78"):
        return payload
    inflater = zlib.decompressobj()
    try:
        text = inflater.decompress(payload, EXPANDED_MAX_BYTES)
    except zlib.error as error:
        raise WireError("zlib", str(error)) from None
    if inflater.unconsumed_tail or not inflater.eof:
        raise WireError("size", f"expands beyond {EXPANDED_MAX_BYTES} bytes or is cut off")
    return text


def raw(json_text: str) -> msgspec.Raw:
    """Put stored JSON into an event without parsing it again."""
    return msgspec.Raw(json_text)


def encode_event(event: Event) -> bytes:
    """The `d` of an event, as JSON bytes."""
    return _encoder.encode(event)


def decode_event(kind: str, data: bytes) -> Event | None:
    """Read the `d` of an event; None for a kind this release does not know.

    Raises WireError when the kind is known and the data does not fit it.
    """
    event_type = EVENT_TYPES.get(kind)
    if event_type is None:
        return None
    try:
        return msgspec.json.decode(data, type=event_type)
    except RecursionError:
        raise WireError("event", "nested too deeply") from None
    except (msgspec.ValidationError, msgspec.DecodeError, UnicodeDecodeError) as error:
        raise WireError("event", str(error)) from None
