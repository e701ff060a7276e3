"""Check 28: envelopes nearly right, both ways; nobody falls over, the next true one is heard.

Each message is a true one in which hypothesis has changed what it likes: values deep in the JSON,
whole fields, or bytes of what goes over the wire.
"""

import json
import zlib
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from appliance.actions.cases import intake
from appliance.domain.cases.service_request import Status
from appliance.store.cases import requests
from appliance.store.city import outbox
from command_center.cases import casework
from tests.builders import a_draft
from tests.support.talk import Talk, talking
from tests.unit.command_center.conftest import empty_city

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]
__all__ = ["empty_city"]

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(["p0", "p1", "p9", "0a1b2c3d", "9" * 400, "\x00", "service_request.received"])
)
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)


def spoilt(data: st.DataObject, payload: bytes) -> bytes:
    """A payload that is not what was sent."""
    if data.draw(st.booleans(), "on the wire"):
        place = data.draw(st.integers(0, len(payload)))
        return payload[:place] + data.draw(st.binary(max_size=6)) + payload[place + 1 :]
    text = zlib.decompress(payload) if payload[:1] == b"\x78" else payload
    changed = json.dumps(with_a_change(data, json.loads(text))).encode("utf-8", "surrogatepass")
    return zlib.compress(changed) if data.draw(st.booleans(), "compressed") else changed


def with_a_change(data: st.DataObject, value: Any) -> Any:
    """The same JSON, different in one place."""
    if isinstance(value, dict) and value and data.draw(st.integers(0, 5), "deeper") > 0:
        key = data.draw(st.sampled_from(sorted(value)), "field")
        if data.draw(st.integers(0, 9), "missing") == 0:
            return {other: value[other] for other in value if other != key}
        return {**value, key: with_a_change(data, value[key])}
    if isinstance(value, list) and value and data.draw(st.integers(0, 5), "deeper") > 0:
        place = data.draw(st.integers(0, len(value) - 1), "place")
        return [*value[:place], with_a_change(data, value[place]), *value[place + 1 :]]
    return data.draw(JSON, "value")


SETTLING_TURNS = 8
REQUEST_ID = "00000000-0000-7000-8000-000000000007"
NEXT_ID = "00000000-0000-7000-8000-000000000008"

FUZZ = settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@FUZZ
@given(data=st.data())
def test_the_city_outlives_whatever_comes_from_a_box(data: st.DataObject) -> None:
    with talking() as talk:
        text = report(talk)
        topic, payload = talk.up[data.draw(st.integers(0, len(talk.up) - 1), "message")]
        talk.carry_up((topic, spoilt(data, payload)))
        check_that_both_still_work(talk, text)


@FUZZ
@given(data=st.data())
def test_the_box_outlives_whatever_comes_from_the_city(data: st.DataObject) -> None:
    with talking() as talk:
        text = report(talk)
        for message in talk.up:
            talk.carry_up(message)
        topic, payload = talk.down[data.draw(st.integers(0, len(talk.down) - 1), "message")]
        talk.carry_down((topic, spoilt(data, payload)))
        check_that_both_still_work(talk, text)


def report(talk: Talk, text: str = "lampu jalan mati di gang 7", id_: str = REQUEST_ID) -> str:
    """A resident reports while the line is fresh; hello and batch are under way."""
    receipt = intake.receive(talk.db, a_draft(text, submission_id=id_), talk.moment())
    assert isinstance(receipt, intake.Receipt)
    talk.turn()
    return text


def check_that_both_still_work(talk: Talk, text: str) -> None:
    """The report arrives, and what an officer makes of it comes back.

    A spoilt event that the city took for the true one is set aside there, and the box, which is
    told so, keeps what the resident said; the next report arrives.
    """
    talk.settle(SETTLING_TURNS)
    held = requests.by_id(talk.db, REQUEST_ID)
    assert held is not None
    assert held.text == text
    if not held.acked:
        assert outbox.rejected(talk.db)
        text = report(talk, "sampah menumpuk di pasar", NEXT_ID)
        talk.settle(SETTLING_TURNS)
    [case] = [case for case in talk.at_city() if case.text == text]
    now = talk.city_time()
    casework.change_status(
        talk.engine, case.request_id, Status.VERIFIED, "Dicek", by="Petugas", now=now
    )
    talk.settle(SETTLING_TURNS)
    at_box = requests.by_id(talk.db, case.request_id)
    assert at_box is not None
    assert (at_box.status, at_box.acked) == (Status.VERIFIED, True)
