"""Property: whatever the network does to batches, the city ends with exactly what was sent."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from appliance.domain.city import wire
from command_center.receiving import ingest
from command_center.receiving.applying import Arrival
from command_center.store import database
from tests.conftest import SITE, START
from tests.unit.command_center.city import a_batch, rows, store, wire_event

SENT = 12


@dataclass(frozen=True)
class Crossing:
    """One batch on its way: its range, and whether the city dies before it commits."""

    first: int
    count: int
    is_killed: bool


crossings = st.lists(
    st.builds(
        Crossing,
        first=st.integers(1, SENT),
        count=st.integers(1, 5),
        is_killed=st.booleans(),
    ),
    max_size=25,
)


class Killed(Exception):
    """The city's process died."""


@contextmanager
def a_city(empty: Path) -> Iterator[Engine]:
    with tempfile.TemporaryDirectory() as folder:
        engine = database.connect(f"sqlite:///{shutil.copy(empty, folder)}")
        yield engine
        engine.dispose()


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(network=crossings)
def test_loss_repetition_disorder_and_kills_end_with_each_event_once(
    empty_city: Path, network: list[Crossing]
) -> None:
    events = [wire_event() for _ in range(SENT)]
    acked = 0
    with a_city(empty_city) as engine:
        for crossing in network:
            some = events[crossing.first - 1 : crossing.first - 1 + crossing.count]
            try:
                ack = _cross(engine, crossing, a_batch(*some, first=crossing.first))
            except Killed:
                continue
            assert ack.upto >= acked, "an acknowledgement was taken back"
            acked = ack.upto
            assert _stored(engine) == list(range(1, acked + 1)), "acknowledged is not stored"
        while acked < SENT:  # the box sends on from what is acknowledged
            acked = store(engine, a_batch(*events[acked : acked + 5], first=acked + 1)).upto
        assert _stored(engine) == list(range(1, SENT + 1))
        assert rows(engine, "SELECT COUNT(*) FROM requests") == [(SENT,)]
        kept = [row[0] for row in rows(engine, "SELECT payload FROM events ORDER BY seq")]
        assert kept == [bytes(event.d).decode() for event in events]


def _cross(engine: Engine, crossing: Crossing, batch: wire.Batch) -> wire.Ack:
    if not crossing.is_killed:
        return store(engine, batch)
    with database.writing(engine) as connection:
        ingest.store(connection, Arrival(site=SITE, batch=batch), START)
        raise Killed


def _stored(engine: Engine) -> list[object]:
    return [row[0] for row in rows(engine, "SELECT seq FROM events ORDER BY seq")]
