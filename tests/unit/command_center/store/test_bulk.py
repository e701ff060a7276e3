"""Many rows at once: what an outage leaves is stored whole, in order, each value in its column."""

import json

import pytest
from msgspec.structs import asdict
from sqlalchemy import Engine
from sqlalchemy.dialects import postgresql

from command_center.store.bulk import ROWS_PER_STATEMENT, _statement
from command_center.store.schema.fleet import box_boots
from tests.unit.command_center.city import (
    a_batch,
    a_received,
    all_requests,
    rows,
    store,
    wire_event,
)

NAMES = ("text", "category", "agency", "location", "created_at")


@pytest.mark.parametrize("count", [1, 7, 8, 50, ROWS_PER_STATEMENT, 2 * ROWS_PER_STATEMENT + 13])
def test_a_batch_of_any_size_is_stored_in_order(engine: Engine, count: int) -> None:
    told = [a_received(text=f"lampu {n}", location=f"gang {n}") for n in range(count)]
    store(engine, a_batch(*map(wire_event, told)))
    kept = {request.request_id: request for request in all_requests(engine)}
    assert len(kept) == count
    for event in told:
        known = asdict(event)
        assert [getattr(kept[event.request_id], name) for name in NAMES] == [
            known[name] for name in NAMES
        ]
    stored = rows(engine, "SELECT seq, payload FROM events ORDER BY id")
    assert [(seq, json.loads(str(payload))["text"]) for seq, payload in stored] == [
        (seq, event.text) for seq, event in enumerate(told, start=1)
    ]


def test_requests_that_are_known_are_stored_once_and_the_new_ones_beside_them(
    engine: Engine,
) -> None:
    told = [wire_event(a_received()) for _ in range(ROWS_PER_STATEMENT + 5)]
    store(engine, a_batch(*told[3:8]))
    again = store(engine, a_batch(*told, epoch="ffffffff"))
    assert (again.upto, again.reject) == (len(told), [])
    assert len(all_requests(engine)) == len(told)


def test_a_server_that_wants_names_gets_one_for_each_value() -> None:
    sql, names = _statement(box_boots, ("site", "boot"), 2, postgresql.dialect())
    assert names == ["site_0", "boot_0", "site_1", "boot_1"]
    assert "VALUES (%(site_0)s" in sql
