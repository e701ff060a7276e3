"""Check 25: today's code against the messages of earlier releases, and of later ones.

`tests/wire/VERSION/LEAF/NAME.json` are payloads as released, never to be edited: each goes to the
topic that its folder names. What a later release may say is the same with fields and kinds that we
do not know.
"""

import json
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from appliance.actions.cases import intake
from appliance.domain.cases.service_request import Status
from appliance.domain.city import topics, wire
from appliance.domain.city.topics import Lane, Leaf
from appliance.domain.events import EVENT_TYPES
from appliance.domain.privacy import sealing
from appliance.domain.staff.action import Act, Action, Wish
from appliance.store.cases import requests
from appliance.store.city import city_tables, outbox
from appliance.store.database import transaction
from appliance.store.officials import official_replies
from appliance.store.staff import staff_actions
from command_center import report
from command_center.sending import commanding
from command_center.store.database import reading
from command_center.store.handling import notices
from command_center.store.handling.notices import Notice
from tests.builders import PHONE, a_draft
from tests.conftest import SITE, START
from tests.support import asyncapi
from tests.support.talk import Message, Talk, talking
from tests.unit.command_center.city import commit, rows

WIRE = Path(__file__).parents[1] / "wire"


def in_order(path: Path) -> tuple[Path, int, str]:
    """By the number before a name."""
    number = path.name.partition("-")[0]
    return path.parent, int(number) if number.isdigit() else 0, path.name


FILES = sorted(WIRE.rglob("*.json"), key=in_order)
SEALED = [path for path in FILES if b"posko-seal/" in path.read_bytes()]
SESSION = 0x5E55107A
"""The run of the box to which the released messages from the city are addressed."""
REQUEST_ID = "00000000-0000-7000-8000-000000000001"
REPLY_ID = "00000000-0000-7000-8000-000000000010"
ACTION = Action(
    id="00000000-0000-7000-8000-0000000000a1",
    wish=Wish(act=Act.DISPOSE, changes={"agency": "DISHUB"}),
    by="rina",
    at=START,
)
NOTICE = Notice(
    notice_id="00000000-0000-7000-8000-0000000000b1",
    request_id=REQUEST_ID,
    step="terlambat",
    about="late",
    of_agency="DISHUB",
    agency="DISHUB",
    rank=1,
    due_on=START.date(),
    created_at=START,
    tried=(SITE,),
)
COMMAND_ID = "00000000-0000-7000-8000-0000000c0de1"
READ_AS: dict[Leaf, type[msgspec.Struct]] = {
    Leaf.UP_EVENTS: wire.Batch,
    Leaf.UP_HELLO: wire.Hello,
    Leaf.UP_ACK: wire.Ack,
    Leaf.UP_WANT: wire.Want,
    Leaf.DOWN_EVENTS: wire.Batch,
    Leaf.DOWN_HELLO: wire.Welcome,
    Leaf.DOWN_ACK: wire.Ack,
    Leaf.DOWN_WANT: wire.Want,
    Leaf.STATE_CONN: wire.Conn,
}
KEYED_BY_DATA = {"args", "rows", "backlog", "texts", "gauges", "photos", "seen"}
"""Maps without fields of their own, so that a new field cannot come there."""

Release = Callable[[bytes], bytes]


def topic_of(path: Path) -> str:
    version, *leaf = path.relative_to(WIRE).parent.parts
    return "/".join(["posko", version, "1471", "147107", *leaf])


def of_today(payload: bytes) -> bytes:
    return payload


def of_tomorrow(payload: bytes) -> bytes:
    message = grown(json.loads(payload))
    message["versions"] = [1, 2]
    return json.dumps(message).encode()


def grown(value: Any) -> Any:
    """The same with an unknown field in every object; between the known, not only at the end."""
    match value:
        case dict():
            lanes = value.keys() <= {"p0", "p1", "p2"}
            kept = {k: v if k in KEYED_BY_DATA else grown(v) for k, v in value.items()}
            return kept if lanes else {"future": {"x": [1, None]}, **kept, "later": 2.5}
        case list():
            return [grown(one) for one in value]
    return value


def messages(direction: str, release: Release) -> Iterator[Message]:
    """What one end of that release says, in its order."""
    for path in FILES:
        if path.relative_to(WIRE).parts[1] == direction:
            yield topic_of(path), release(path.read_bytes())


def released(path: str) -> Any:
    return json.loads((WIRE / path).read_bytes())


@pytest.fixture
def talk(monkeypatch: pytest.MonkeyPatch) -> Iterator[Talk]:
    monkeypatch.setattr(random, "getrandbits", lambda _: SESSION)
    with talking() as made:
        yield made


def holds(today: Any, then: Any) -> bool:
    """Whether all that was said then is said today, with the same meaning."""
    if isinstance(then, dict):
        return all(key in today and holds(today[key], value) for key, value in then.items())
    if isinstance(then, list):
        return len(today) == len(then) and all(map(holds, today, then))
    return bool(today == then)


def test_every_message_and_every_kind_of_event_has_been_frozen() -> None:
    assert {topics.parse(topic_of(path)).leaf for path in FILES} == set(READ_AS)
    kinds = {path.stem.split("-", 1)[1] for path in FILES if "ev" in path.parts}
    assert kinds == set(EVENT_TYPES)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(WIRE)))
def test_a_released_message_is_read_and_nothing_of_it_is_lost(path: Path) -> None:
    then, leaf = json.loads(path.read_bytes()), topics.parse(topic_of(path)).leaf
    read = wire.decode(path.read_bytes(), READ_AS[leaf])
    assert holds(json.loads(msgspec.json.encode(read)), then)
    asyncapi.check(topic_of(path), path.read_bytes())
    for event in then.get("events", []):
        known = wire.decode_event(event["y"], json.dumps(event["d"]).encode())
        assert known is not None
        assert holds(json.loads(wire.encode_event(known)), event["d"])


@pytest.mark.parametrize("release", [of_today, of_tomorrow])
def test_a_box_of_another_release_talks_to_todays_city(talk: Talk, release: Release) -> None:
    commanding.issue(
        talk.engine, [SITE], "report", {}, now=START, new_id=lambda: COMMAND_ID, expires_s=3600
    )
    for message in messages("up", release):
        if b"official_notice" in message[1]:
            commit(talk.engine, notices.add, NOTICE)
        talk.carry_up(message)
    kept = rows(talk.engine, "SELECT lane, seq, kind, payload, outcome FROM events ORDER BY 1, 2")
    told = [json.loads(payload) for topic, payload in messages("up", release) if "/ev/" in topic]
    assert [(lane, seq, kind, json.loads(str(raw))) for lane, seq, kind, raw, _ in kept] == [
        (batch["lane"], batch["from"], event["y"], event["d"])
        for batch in told
        for event in batch["events"]
    ]
    assert {outcome for *_, outcome in kept} == {"applied"}
    case = next(case for case in talk.at_city() if case.request_id == REQUEST_ID)
    then = released("1/up/ev/p1/1-service_request.received.json")["events"][0]["d"]
    assert (case.request_id, case.text, case.phone) == (
        REQUEST_ID,
        then["text"],
        then["reporter_phone"],
    )
    assert rows(talk.engine, "SELECT state FROM photos") == [("lost",)]
    with reading(talk.engine) as connection:
        [box] = report.status_record(connection)["boxes"]
    assert (box["heartbeat"]["resends"], box["is_online"]) == (2, True)
    acks = [wire.decode(body, wire.Ack) for topic, body in talk.said if topic.endswith("/ack")]
    assert {ack.lane: ack.upto for ack in acks} == {"p0": 4, "p1": 12, "p2": 5}
    assert [ack.reject for ack in acks if ack.reject] == []


@pytest.mark.parametrize("path", SEALED, ids=lambda path: path.stem)
def test_what_was_sealed_by_a_released_box_is_opened_today(path: Path) -> None:
    secret = bytes(range(32))
    [event] = released(str(path.relative_to(WIRE)))["events"]
    content, _ = sealing.unseal(sealing.parse(event["d"]["sealed"]), secret)
    assert (content.request_id, bool(content.text)) == (event["d"]["request_id"], True)


@pytest.mark.parametrize("release", [of_today, of_tomorrow])
def test_a_city_of_another_release_talks_to_todays_box(talk: Talk, release: Release) -> None:
    taken = intake.receive(talk.db, a_draft(submission_id=REQUEST_ID), talk.moment())
    assert isinstance(taken, intake.Receipt)
    with transaction(talk.db):
        official_replies.add(
            talk.db, REPLY_ID, REQUEST_ID, phone=PHONE, status="diproses", at=START
        )
        staff_actions.add(talk.db, REQUEST_ID, ACTION)
    talk.turn()
    talk.up.clear()
    for topic, payload in messages("down", release):
        if "renew" not in json.loads(payload):
            talk.carry_down((topic, payload))
            talk.turn()
    kept = talk.db.execute("SELECT seq, kind, payload, outcome FROM inbox ORDER BY seq").fetchall()
    told = [json.loads(payload) for topic, payload in messages("down", release) if "/ev" in topic]
    assert [(row["seq"], row["kind"], json.loads(row["payload"])) for row in kept] == [
        (batch["from"], event["y"], event["d"]) for batch in told for event in batch["events"]
    ]
    assert {row["outcome"] for row in kept} == {"applied"}
    [request] = requests.every(talk.db)
    assert request.status is Status.IN_PROGRESS
    assert (request.category, request.agency) == ("pohon_taman", "DLHK")
    told_up = [row for row in outbox.every(talk.db) if row.lane is Lane.COMPLAINTS]
    assert [(row.kind, row.reject_code) for row in told_up] == [
        ("service_request.received", "event"),
        ("service_request.erased", None),
    ]
    assert outbox.lanes(talk.db)[Lane.COMPLAINTS].acked_seq == 1
    assert city_tables.versions(talk.db) == {"announcements": 1}
    assert talk.db.execute("SELECT name FROM commands").fetchone()["name"] == "report"
    said = [wire.decode(body, wire.Ack) for topic, body in talk.up if topic.endswith("/up/ack")]
    assert [(ack.upto, ack.reject) for ack in said] == [(seq, []) for seq in range(1, 13)]


def test_a_city_of_another_release_may_end_the_epoch(talk: Talk) -> None:
    talk.carry_down(
        (topic_of(WIRE / "1/down/ack/x"), (WIRE / "1/down/ack/3-renew.json").read_bytes())
    )
    assert talk.db.execute("SELECT epoch FROM box").fetchone()["epoch"] == f"{SESSION:08x}"


def of_a_new_kind(path: str) -> Message:
    """A released batch with an event of a kind that only a later release knows."""
    batch = released(path)
    batch["events"][0] |= {"y": "service_request.rated", "d": {"stars": 5, "why": {"x": [None]}}}
    return topic_of(WIRE / path), json.dumps(batch).encode()


def test_an_event_of_an_unknown_kind_is_kept_raw_and_the_next_applied(talk: Talk) -> None:
    """Both ways."""
    for path in ("up/ev/p1/1-service_request.received", "down/ev/1-service_request.status_changed"):
        name = f"1/{path}.json"
        successor = released(name)
        successor["from"] = 2
        carry = talk.carry_up if path.startswith("up") else talk.carry_down
        carry(of_a_new_kind(name))
        carry((topic_of(WIRE / name), json.dumps(successor).encode()))
        if path.startswith("up"):
            taken = intake.receive(talk.db, a_draft(submission_id=REQUEST_ID), talk.moment())
            assert isinstance(taken, intake.Receipt)
    asked = "SELECT outcome, payload FROM {} ORDER BY seq"
    at_city = rows(talk.engine, asked.format("events"))
    at_box = [tuple(row) for row in talk.db.execute(asked.format("inbox"))]
    for kept in (at_city, at_box):
        assert [outcome for outcome, _ in kept] == ["unknown_kind", "applied"]
        assert json.loads(str(kept[0][1])) == {"stars": 5, "why": {"x": [None]}}
