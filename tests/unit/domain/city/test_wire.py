import zlib
from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.domain.city import wire
from appliance.domain.errors import WireError
from appliance.domain.events import EVENT_TYPES
from appliance.domain.events.requests import RequestReceived, RequestStatusChanged
from tests.support.any_message import batches

CLOCK = wire.Clock(boot="b", mono=5, wall=6)


ACK = wire.Ack(epoch="01234567", lane="p1", upto=3)


@given(batches)
def test_a_batch_survives_the_wire(batch: wire.Batch) -> None:
    again = wire.decode(wire.encode(batch), wire.Batch)
    assert msgspec.json.encode(again) == msgspec.json.encode(batch)


@given(st.binary(max_size=300))
def test_any_bytes_are_a_message_or_a_wire_error(payload: bytes) -> None:
    for message_type in (wire.Batch, wire.Ack, wire.Hello, wire.Conn):
        try:
            wire.decode(payload, message_type)
        except WireError as error:
            assert error.code in {"size", "zlib", "json", "schema"}


def test_long_messages_are_compressed_and_short_ones_are_not() -> None:
    short = wire.encode(ACK)
    long = wire.encode(
        wire.Batch(
            epoch="01234567",
            lane="p1",
            first=1,
            sent=CLOCK,
            events=[wire.WireEvent(y="a", c=CLOCK, d=wire.raw('{"a":1}'))] * 50,
        )
    )
    assert short.startswith(b"{")
    assert long.startswith(b"\x78")
    assert len(long) < 400


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        (b"", "json"),
        (b"{", "json"),
        (b'{"v":1}', "schema"),
        (b'{"v":2,"epoch":"01234567","lane":"p1","upto":3}', "schema"),
        (b'{"v":1,"epoch":"01234567","lane":"p9","upto":3}', "schema"),
        (b'{"v":1,"epoch":"XYZ","lane":"p1","upto":3}', "schema"),
        (b'{"v":1,"epoch":"01234567","lane":"p1","upto":-1}', "schema"),
        (b'{"v":1,"epoch":"01234567","lane":"p1","upto":NaN}', "json"),
        (b'{"v":1,"epoch":"01234567","lane":"p1","upto":1e400}', "schema"),
        (b'{"v":1,"epoch":"\xff\xfe","lane":"p1","upto":1}', "json"),
        (b"[" * 100_000, "size"),
        (b"[" * 60_000, "schema"),
        (b'{"x":' * 9_000 + b"1" + b"}" * 9_000, "json"),
        (b"x" * 300_000, "size"),
        (zlib.compress(b" " * 100_000_000), "size"),
        (zlib.compress(b"{" * 5000)[:-9], "size"),
        (b"\x78\x9cgarbage", "zlib"),
    ],
)
def test_hostile_payloads_get_a_code(payload: bytes, code: str) -> None:
    with pytest.raises(WireError) as caught:
        wire.decode(payload, wire.Ack)
    assert caught.value.code == code


def test_unknown_fields_of_a_newer_sender_are_ignored() -> None:
    payload = wire.encode(ACK)[:-1] + b',"future":{"a":[1]}}'
    assert wire.decode(payload, wire.Ack) == ACK


def test_events_survive_and_unknown_kinds_are_told_apart_from_broken_ones() -> None:
    event = RequestStatusChanged(
        request_id="r", ticket="t", status="diproses", message="é 💡",
        changed_at=datetime(2026, 1, 2, tzinfo=UTC),
    )  # fmt: skip
    assert wire.decode_event(event.KIND, wire.encode_event(event)) == event
    assert wire.decode_event("from.the.future", b"{}") is None
    for broken in (b'{"ticket": 5}', b'{"x":' * 3000 + b"1" + b"}" * 3000, b"\xff"):
        with pytest.raises(WireError) as caught:
            wire.decode_event(RequestReceived.KIND, broken)
        assert caught.value.code == "event"


def test_every_event_is_registered_under_its_kind() -> None:
    for kind, event_type in EVENT_TYPES.items():
        assert kind == event_type.KIND
