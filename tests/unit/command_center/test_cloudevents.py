"""The feed for other systems, read with the CloudEvents project's own library."""

import json
import re
from datetime import datetime, timedelta

import pytest
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent
from flask.testing import FlaskClient
from sqlalchemy import Engine

from appliance.domain.city import wire
from appliance.domain.moment import to_ms
from command_center.staff.roles import Role
from tests.conftest import SITE, START
from tests.support.city_staff import a_center, an_officer
from tests.unit.command_center.city import BOX_EPOCH, a_batch, a_received, store, wire_event


@pytest.fixture
def client(engine: Engine) -> FlaskClient:
    return an_officer(engine, Role.AUDITOR, now=START)


def read(client: FlaskClient, path: str = "/api/events") -> tuple[list[CloudEvent], str]:
    """The events behind a path, each checked by the library, and where to read on."""
    response = client.get(path)
    assert response.status_code == 200
    assert response.content_type == "application/cloudevents-batch+json"
    link = re.fullmatch(r'<(.+)>; rel="next"', response.headers["Link"])
    assert link is not None
    events = [JSONFormat().read(CloudEvent, json.dumps(one)) for one in json.loads(response.data)]
    return events, link[1]


def clocked(wall: datetime | None, source: str) -> wire.Clock:
    return wire.Clock(
        boot="boot-of-tests", mono=1, wall=None if wall is None else to_ms(wall), src=source
    )


def test_an_event_stands_for_itself(engine: Engine, client: FlaskClient) -> None:
    event = a_received(text="lampu jalan mati")
    store(engine, a_batch(wire_event(event)))
    [[found], _] = read(client)
    assert found.get_id() == f"147107-{BOX_EPOCH}-p1-1"
    assert found.get_source() == f"/posko/{SITE}"
    assert found.get_type() == "service_request.received"
    assert found.get_extension("lane") == "p1"
    assert found.get_data() == json.loads(wire.encode_event(event))


def test_a_reader_gets_every_event_once_in_the_order_of_storing(
    engine: Engine, client: FlaskClient
) -> None:
    store(engine, a_batch(*[wire_event(kind="x", data=str(n)) for n in range(1, 6)]))
    seen: list[CloudEvent] = []
    path = "/api/events?limit=2"
    while page := read(client, path)[0]:
        seen += page
        path = read(client, path)[1]
    store(engine, a_batch(wire_event(kind="x", data="6"), first=6))
    seen += read(client, path)[0]
    assert [event.get_data() for event in seen] == [1, 2, 3, 4, 5, 6]
    sequences = [event.get_extension("sequence") for event in seen]
    assert sequences == sorted(set(sequences))


def test_an_event_that_was_set_aside_is_not_told(engine: Engine, client: FlaskClient) -> None:
    store(engine, a_batch(wire_event(data="{}"), wire_event(kind="x", data="2")))
    assert [event.get_data() for event in read(client)[0]] == [2]


@pytest.mark.parametrize(
    ("clock", "told"),
    [
        (clocked(START - timedelta(hours=2), "ntp"), START - timedelta(hours=2)),
        (clocked(START - timedelta(hours=2), "none"), START),
        (clocked(START + timedelta(days=365), "ntp"), START),
        (wire.Clock(boot="b", mono=1, wall=2**53, src="rtc"), START),
        (wire.Clock(boot="b", mono=1, wall=-(2**53), src="rtc"), START),
        (clocked(None, "none"), START),
    ],
)
def test_the_time_is_the_boxs_only_where_its_clock_can_be_trusted(
    engine: Engine, client: FlaskClient, clock: wire.Clock, told: datetime
) -> None:
    store(engine, a_batch(wire_event(kind="x", data="1", clock=clock)))
    assert read(client)[0][0].get_time() == told


@pytest.mark.parametrize("query", ["after=-1", "after=x", "limit=0", "limit=501", "limit=x"])
def test_a_question_that_makes_no_sense_is_told_so(client: FlaskClient, query: str) -> None:
    response = client.get(f"/api/events?{query}")
    assert response.status_code == 400
    assert "after" in response.json["error"]


def test_strangers_read_nothing(engine: Engine) -> None:
    response = a_center(engine).test_client().get("/api/events")
    assert response.location == "/masuk?kembali=/api/events"
