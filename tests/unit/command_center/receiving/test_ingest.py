import logging
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine

from appliance.domain.city import wire
from appliance.domain.city.topics import Lane
from appliance.domain.events.requests import RequestStatusChanged
from appliance.domain.ids import SiteCode
from command_center.cases import dating
from command_center.receiving import applying, ingest
from command_center.store.cases import case_history
from command_center.store.database import reading, writing
from command_center.store.receiving import streams
from tests.conftest import SITE, START
from tests.unit.command_center.city import (
    BOX_EPOCH,
    CLOCK,
    a_batch,
    a_received,
    all_requests,
    request,
    rows,
    store,
    stream_upto,
    wire_event,
)

NEIGHBOUR = SiteCode("14.71.01")


def test_a_batch_is_acknowledged_up_to_its_last_event(engine: Engine) -> None:
    ack = store(engine, a_batch(wire_event(), wire_event(), wire_event()))
    assert (ack.epoch, ack.lane, ack.upto, ack.want) == (BOX_EPOCH, "p1", 3, None)


def test_the_ack_tells_the_citys_time(engine: Engine) -> None:
    assert store(engine, a_batch()).now == int(START.timestamp() * 1000)


def test_a_known_event_becomes_a_request_with_its_history(engine: Engine) -> None:
    event = a_received(text="jalan berlubang", reporter_name="Siti", location="jl Melati")
    store(engine, a_batch(wire_event(event)))
    stored = request(engine, event.request_id)
    assert (stored.site, stored.ticket, stored.text) == (SITE, event.ticket, "jalan berlubang")
    assert (stored.name, stored.location, stored.status) == ("Siti", "jl Melati", "diterima")
    with reading(engine) as connection:
        assert [entry.status for entry in case_history.of_request(connection, stored)] == [
            "diterima"
        ]


def test_a_repeated_batch_changes_nothing_and_is_counted(engine: Engine) -> None:
    batch = a_batch(wire_event(), wire_event())
    store(engine, batch)
    assert store(engine, batch).upto == 2
    assert len(all_requests(engine)) == 2
    with reading(engine) as connection:
        assert [state.duplicates for state in streams.states(connection)] == [2]


def test_of_an_overlapping_batch_only_the_new_part_is_stored(engine: Engine) -> None:
    first, second, third = wire_event(), wire_event(), wire_event()
    store(engine, a_batch(first, second))
    assert store(engine, a_batch(second, third, first=2)).upto == 3
    assert len(all_requests(engine)) == 3


def test_a_gap_is_refused_and_asked_for(engine: Engine) -> None:
    store(engine, a_batch())
    ack = store(engine, a_batch(first=4))
    assert (ack.upto, ack.want) == (1, 2)
    assert len(all_requests(engine)) == 1


def test_lanes_do_not_wait_for_each_other(engine: Engine) -> None:
    assert store(engine, a_batch(first=5)).want == 1
    assert store(engine, a_batch(lane=Lane.URGENT)).upto == 1


def test_sites_do_not_share_a_stream(engine: Engine) -> None:
    store(engine, a_batch())
    assert store(engine, a_batch(), site=NEIGHBOUR).upto == 1
    assert len(all_requests(engine)) == 2


def test_a_fresh_database_on_the_box_is_a_new_stream_from_one(engine: Engine) -> None:
    store(engine, a_batch(wire_event(), wire_event()))
    ack = store(engine, a_batch(epoch="ffffffff"))
    assert (ack.epoch, ack.upto) == ("ffffffff", 1)
    assert len(all_requests(engine)) == 3


def test_a_request_that_a_new_epoch_reports_again_is_not_doubled(engine: Engine) -> None:
    event = wire_event()
    store(engine, a_batch(event))
    ack = store(engine, a_batch(event, epoch="ffffffff"))
    assert (ack.upto, ack.reject) == (1, [])
    assert len(all_requests(engine)) == 1


def test_an_unknown_kind_is_kept_raw(engine: Engine) -> None:
    data = '{"x": [1, 2.50, "ü"], "n": null}'
    ack = store(engine, a_batch(wire_event(kind="mesh.heard", data=data)))
    assert (ack.upto, ack.reject) == (1, [])
    kept = rows(engine, "SELECT kind, payload, outcome FROM events")
    assert kept == [("mesh.heard", data, "unknown_kind")]


def test_an_event_that_only_travels_down_does_nothing_at_the_city(engine: Engine) -> None:
    down = RequestStatusChanged(
        request_id="r", ticket="t", status="selesai", message="", changed_at=START
    )
    data = wire.encode_event(down).decode()
    store(engine, a_batch(wire_event(kind=down.KIND, data=data)))
    assert rows(engine, "SELECT outcome FROM events") == [("unknown_kind",)]


def _text(**changes: object) -> str:
    return wire.encode_event(a_received(**changes)).decode()


@pytest.mark.parametrize(
    "data",
    [
        pytest.param("{}", id="fields missing"),
        pytest.param("[]", id="not an object"),
        pytest.param('{"a":' * 3000 + "1" + "}" * 3000, id="nested deep"),
        pytest.param(_text(ticket="07123459"), id="ticket with a wrong check digit"),
        pytest.param(_text(text=" \n "), id="empty text"),
        pytest.param(_text(text="x" * 4001), id="endless text"),
        pytest.param(_text(request_id="../../etc"), id="no identifier"),
        pytest.param(_text(created_at=START.replace(tzinfo=None)), id="time without a zone"),
        pytest.param(_text(category="x" * 41), id="category is no word"),
        pytest.param(_text().replace("Rajawali", "\\ud800"), id="lone surrogate"),
    ],
)
def test_an_event_that_does_not_fit_is_set_aside_and_its_followers_flow(
    engine: Engine, data: str
) -> None:
    after = a_received()
    ack = store(engine, a_batch(wire_event(data=data), wire_event(after)))
    assert (ack.upto, [(r.seq, r.code) for r in ack.reject]) == (2, [(1, "event")])
    assert [r.request_id for r in all_requests(engine)] == [after.request_id]
    assert rows(engine, "SELECT payload FROM events WHERE outcome = 'rejected'") == [(data,)]


def test_bytes_that_are_no_text_are_set_aside(engine: Engine) -> None:
    raw = wire.encode(a_batch(wire_event(data='{"a": "A"}'))).replace(b'"A"', b'"\xff"')
    ack = store(engine, wire.decode(raw, wire.Batch))
    assert [reject.seq for reject in ack.reject] == [1]


def test_a_reject_is_told_again_when_its_ack_was_lost(engine: Engine) -> None:
    batch = a_batch(wire_event(data="{}"))
    store(engine, batch)
    assert [reject.seq for reject in store(engine, batch).reject] == [1]


def test_nobody_takes_over_another_sites_request(engine: Engine) -> None:
    event = wire_event()
    store(engine, a_batch(event))
    ack = store(engine, a_batch(event), site=NEIGHBOUR)
    assert [reject.seq for reject in ack.reject] == [1]
    assert [r.site for r in all_requests(engine)] == [SITE]


def test_trimmings_are_cut_rather_than_losing_the_complaint(engine: Engine) -> None:
    event = a_received(reporter_name="N" * 500, location="L\0" * 300, reporter_phone="+62" * 50)
    assert store(engine, a_batch(wire_event(event))).reject == []
    stored = request(engine, event.request_id)
    assert [len(v or "") for v in (stored.name, stored.location, stored.phone)] == [80, 200, 20]


def test_a_failure_inside_the_transaction_leaves_nothing_behind(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a kill between receive and commit: nothing acknowledged, all of it taken the next time."""
    batch = a_batch(wire_event(), wire_event())

    def die(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(streams, "advance", die)
        with pytest.raises(KeyboardInterrupt):
            store(engine, batch)
    assert rows(engine, "SELECT seq FROM events UNION ALL SELECT upto FROM streams") == []
    assert all_requests(engine) == []
    assert store(engine, batch).upto == 2


def test_neighbouring_batches_share_a_transaction_and_each_gets_its_ack(engine: Engine) -> None:
    arrivals = [
        applying.Arrival(site=SITE, batch=a_batch()),
        applying.Arrival(site=NEIGHBOUR, batch=a_batch()),
        applying.Arrival(site=SITE, batch=a_batch(first=2)),
        applying.Arrival(site=SITE, batch=a_batch(first=9)),
    ]
    with writing(engine) as connection:
        acks = [ingest.store(connection, arrival, START) for arrival in arrivals]
    assert [(ack.upto, ack.want) for ack in acks] == [(1, None), (1, None), (2, None), (2, 3)]


def test_the_age_of_an_event_counts_where_the_box_has_no_clock(engine: Engine) -> None:
    boot = datetime(1970, 1, 1, tzinfo=UTC)
    clock = wire.Clock(boot=CLOCK.boot, mono=CLOCK.mono - 60_000, src="none")
    event = a_received(created_at=boot)
    store(engine, a_batch(wire_event(event, clock=clock)))
    stored = request(engine, event.request_id)
    assert (stored.created_at, stored.occurred_at) == (boot, START - timedelta(minutes=1))
    assert stored.time_quality == dating.Quality.COUNTED


def test_a_batch_counts_as_news_of_its_box(engine: Engine) -> None:
    store(engine, a_batch())
    assert rows(engine, "SELECT site, last_seen_at FROM boxes") == [
        (str(SITE), int(START.timestamp() * 1000))
    ]


def test_logs_name_the_site_and_code_but_never_the_content(
    engine: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    store(engine, a_batch(wire_event(data='{"text": "rahasia sekali", "phone": "+62811"}')))
    assert str(SITE) in caplog.text
    assert "event" in caplog.text
    assert "rahasia sekali" not in caplog.text
    assert "+62811" not in caplog.text
    assert stream_upto(engine) == 1
