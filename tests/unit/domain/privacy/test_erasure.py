"""What is left of an event without its person."""

import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.domain.city import wire
from appliance.domain.events import EVENT_TYPES
from appliance.domain.events.requests import FollowedUp, RequestReceived
from appliance.domain.privacy import erasure
from tests.unit.command_center.city import a_received


@pytest.mark.parametrize("kind", [kind for kind in EVENT_TYPES if kind.startswith("service_req")])
def test_every_field_of_an_event_about_a_request_is_either_personal_or_kept(kind: str) -> None:
    """A new field must be put into one of the two before it may travel."""
    for field in msgspec.structs.fields(EVENT_TYPES[kind]):
        assert (field.name in erasure.PERSONAL) != (field.name in erasure.KEPT), field.name


def test_what_is_left_of_a_request_is_still_one() -> None:
    event = a_received(reporter_name="Siti", location="depan masjid", kelurahan="14.71.07.1001")
    left = wire.decode_event(
        event.KIND, erasure.redacted(event.KIND, wire.encode_event(event).decode()).encode()
    )
    assert isinstance(left, RequestReceived)
    assert left == msgspec.structs.replace(
        event, text=erasure.ERASED_TEXT, reporter_phone=None, reporter_name=None, location=None
    )


def test_words_of_other_events_are_empty() -> None:
    told = erasure.redacted(FollowedUp.KIND, '{"request_id":"a","text":"hp saya","wish":"tambah"}')
    assert json.loads(told) == {"request_id": "a", "text": "", "wish": "tambah"}


@given(st.text())
def test_erasing_twice_is_erasing_once_whatever_came(payload: str) -> None:
    once = erasure.redacted("some.kind", payload)
    assert erasure.redacted("some.kind", once) == once


@pytest.mark.parametrize("payload", ["", "[]", "{}", '{"request_id": 3}', "null"])
def test_what_is_about_no_request_has_no_subject(payload: str) -> None:
    assert erasure.subject(payload) == ""
