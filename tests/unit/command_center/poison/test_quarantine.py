"""An operator reads what was set aside, and tries it again once it can be read or stored."""

import json
from functools import partial

import msgspec
import pytest
from sqlalchemy import Engine

from appliance.domain.city import wire
from command_center.poison import replaying
from command_center.receiving import ingest
from command_center.receiving.applying import Arrival, apply_or_reject
from command_center.receiving.inbound import cut, poison, read
from command_center.store.database import reading
from command_center.store.receiving import asides, quarantine
from command_center.store.receiving.quarantine import Kept, Poison
from tests.conftest import SITE, START
from tests.unit.command_center.city import (
    Run,
    a_batch,
    a_received,
    all_requests,
    break_store,
    change,
    commit,
    mend_store,
    rows,
    store,
    wire_event,
)

UP = "posko/1/1471/147107/up/ev/p1"


def set_aside(engine: Engine, payload: bytes, *, topic: str = UP, code: str = "store") -> Kept:
    """A message that some release could not take."""
    found = poison(cut(topic, payload), SITE, code)
    commit(engine, quarantine.add, found, START)
    return kept(engine)[0]


def kept(engine: Engine) -> list[Kept]:
    with reading(engine) as connection:
        return quarantine.every(connection)


def test_a_batch_is_stored_once_it_can_be_and_again_without_harm(engine: Engine) -> None:
    message = set_aside(engine, wire.encode(a_batch(wire_event(), wire_event())))
    done = replaying.replay(engine, message, START)
    assert done == replaying.Outcome(True, "stored up to 2")
    assert kept(engine) == []
    assert replaying.replay(engine, message, START).is_stored
    assert len(all_requests(engine)) == 2
    assert rows(engine, "SELECT seq FROM events ORDER BY id") == [(1,), (2,)]


def test_what_still_breaks_the_store_stays(engine: Engine) -> None:
    batch = a_batch(wire_event(), wire_event(a_received(text="poison")))
    message = set_aside(engine, wire.encode(batch))
    break_store(engine, "requests", "text")
    assert "still breaks the store" in replaying.replay(engine, message, START).words
    assert kept(engine) == [message]
    assert all_requests(engine) == []


def test_what_is_still_unreadable_stays(engine: Engine) -> None:
    message = set_aside(engine, b'{"v": 1', code="json")
    assert replaying.replay(engine, message, START).words == "still refused: json"
    assert kept(engine) == [message]


def test_a_batch_beyond_a_gap_waits_for_what_is_missing(engine: Engine) -> None:
    message = set_aside(engine, wire.encode(a_batch(first=3)))
    assert "has to send 1" in replaying.replay(engine, message, START).words
    store(engine, a_batch(wire_event(), wire_event()))
    assert replaying.replay(engine, message, START).is_stored


def test_numbers_under_which_other_events_stand_are_refused(engine: Engine) -> None:
    message = set_aside(engine, wire.encode(a_batch()))
    store(engine, a_batch())
    assert "other events" in replaying.replay(engine, message, START).words
    assert len(all_requests(engine)) == 1


def test_of_what_is_no_batch_nothing_is_said_again(engine: Engine) -> None:
    topic = UP.replace("ev/p1", "ack")
    message = set_aside(
        engine, wire.encode(wire.Ack(epoch="0a1b2c3d", lane="p1", upto=1)), topic=topic
    )
    assert "no batch" in replaying.replay(engine, message, START).words


def test_the_newest_are_kept_whole_and_of_others_the_beginning(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quarantine, "WHOLE_KEPT", 2)
    for _ in range(3):
        set_aside(engine, b"x" * 60_000)
    assert [(one.is_cut, len(one.payload)) for one in kept(engine)] == [
        (False, 60_000),
        (False, 60_000),
        (True, 512),
    ]
    assert "only its beginning" in replaying.replay(engine, kept(engine)[2], START).words


def test_unknown_kinds_and_newer_fields_are_kept_whole(engine: Engine) -> None:
    """A box of a later release: what it says more is there for the day the city knows it."""
    event = wire_event(kind="mesh.heard", data='{"node": 7, "of": "later"}')
    newer = json.loads(msgspec.json.encode(a_batch(event, wire_event())))
    newer |= {"hint": "of a later release"}
    newer["events"][1]["d"]["mood"] = "patient"
    text = json.dumps(newer).encode()
    found = read(cut(UP, text))
    assert not isinstance(found, Poison)
    assert found is not None
    assert isinstance(found.message, wire.Batch)
    ack = store(engine, found.message)
    assert (ack.upto, ack.reject) == (2, [])
    stored = rows(engine, "SELECT outcome, payload FROM events ORDER BY id")
    assert [outcome for outcome, _ in stored] == ["unknown_kind", "applied"]
    assert json.loads(str(stored[0][1])) == {"node": 7, "of": "later"}
    assert json.loads(str(stored[1][1]))["mood"] == "patient"


def test_the_command_lists_shows_tries_again_and_drops(engine: Engine, run: Run) -> None:
    good = set_aside(engine, wire.encode(a_batch(wire_event(a_received(text="lampu mati")))))
    bad = set_aside(engine, b"\x1b[2J{", code="json")
    code, out, _ = run("quarantine", "list")
    assert code == 0
    assert "lampu" not in out
    listed = json.loads(run("quarantine", "list", "--json")[1])
    assert [one["id"] for one in listed] == [bad.id, good.id]
    assert "lampu mati" in run("quarantine", "show", str(good.id))[1]
    shown = run("quarantine", "show", str(bad.id))[1]
    assert "\x1b" not in shown
    assert "\\x1b[2J" in shown
    code, out, _ = run("quarantine", "replay", "all")
    assert (code, out.splitlines()[-1]) == (0, "1 of 2 stored")
    assert run("quarantine", "drop", str(bad.id))[1] == "1 dropped\n"
    assert kept(engine) == []
    assert len(all_requests(engine)) == 1
    code, _, err = run("quarantine", "show", "99")
    assert code == 1
    assert "quarantine list" in err


def test_a_message_of_a_box_that_was_revoked_stays(engine: Engine) -> None:
    message = set_aside(engine, wire.encode(a_batch()), code="revoked")
    change(engine, "INSERT INTO barred_boxes (site, epoch, at) VALUES ('14.71.07', '', 0)")
    assert replaying.replay(engine, message, START).words == "still refused: revoked"


def outcomes(engine: Engine) -> list[str]:
    return [str(outcome) for (outcome,) in rows(engine, "SELECT outcome FROM events ORDER BY id")]


def test_an_event_that_broke_the_store_is_done_once_it_can_be(engine: Engine, run: Run) -> None:
    break_store(engine, "requests", "text")
    batch = a_batch(wire_event(a_received(text="poison")), wire_event())
    arrival = Arrival(site=SITE, batch=batch)
    commit(engine, partial(ingest.store, apply=apply_or_reject), arrival, START)
    [told] = json.loads(run("quarantine", "list", "--json")[1])
    assert (told["code"], told["kind"], told["seq"]) == ("store", "service_request.received", 1)
    assert "poison" not in run("quarantine", "list")[1]
    assert "poison" in run("quarantine", "show", told["id"])[1]
    assert "still refused: store" in run("quarantine", "replay", told["id"])[1]
    assert "still refused: store" in run("quarantine", "replay", "all")[1]
    assert outcomes(engine) == ["rejected", "applied"]
    mend_store(engine, "requests")
    code, out, _ = run("quarantine", "replay", "all")
    assert (code, out.splitlines()[-1]) == (0, "1 of 1 stored")
    assert outcomes(engine) == ["applied", "applied"]
    assert {case.text for case in all_requests(engine)} >= {"poison"}
    assert "no 'e1'" in run("quarantine", "replay", told["id"])[2]


def test_an_event_of_a_kind_still_unknown_stays_and_is_not_dropped(
    engine: Engine, run: Run
) -> None:
    store(engine, a_batch(wire_event(kind="mesh.heard", data='{"node": 7}')))
    [told] = json.loads(run("quarantine", "list", "--json")[1])
    assert told["code"] == "unknown"
    assert "does not know mesh.heard" in run("quarantine", "replay", "all")[1]
    code, _, error = run("quarantine", "drop", told["id"])
    assert (code, "stays" in error) == (1, True)
    assert run("quarantine", "drop", "all")[1] == "0 dropped\n"
    assert outcomes(engine) == ["unknown_kind"]


def test_what_may_have_changed_since_is_not_done_again(engine: Engine, run: Run) -> None:
    """An old consent or heartbeat must not stand over a newer one."""
    store(engine, a_batch(wire_event(kind="box.heartbeat", data='{"at": 7}')))
    assert outcomes(engine) == ["rejected"]
    assert "may stand by now" in run("quarantine", "replay", "e1")[1]
    assert outcomes(engine) == ["rejected"]


def test_all_that_is_aside_is_tried_again_not_only_what_is_listed(
    engine: Engine, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asides, "LISTED", 2)
    store(engine, a_batch(*(wire_event(kind="mesh.heard", data="{}") for _ in range(5))))
    assert "only the newest 2" in run("quarantine", "list")[1]
    assert run("quarantine", "replay", "all")[1].splitlines()[-1] == "0 of 5 stored"
    assert "mesh.heard" in run("quarantine", "show", "e1")[1]
