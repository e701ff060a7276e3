"""docs/asyncapi.yaml against the official parser and against the code (check 33)."""

import json
import subprocess
from datetime import UTC
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import ValidationError

from appliance.domain.blobs import BLOB_MAX_BYTES, CHUNK_MAX_BYTES
from appliance.domain.city import wire
from appliance.domain.city.remote_command import Outcome
from appliance.domain.city.topics import Leaf
from appliance.domain.events import Event
from appliance.domain.events.box import BoxAlarm, BoxHeartbeat, RenewalAsked
from appliance.domain.events.files import (
    DocumentPublished,
    DocumentSettled,
    DocumentWithdrawn,
    PhotoAttached,
    PhotoLost,
    PhotoSettled,
    SoftwarePublished,
    SoftwareWithdrawn,
)
from appliance.domain.events.orders import CommandIssued, CommandResult, TablePublished
from appliance.domain.events.texts import TextSettled
from appliance.domain.events.wifi import WifiSessionClosed
from appliance.domain.public.publishing import EXTENSIONS
from appliance.domain.wifi.sessions import Ending
from tests.support import asyncapi
from tests.support.any_message import batches, clocks
from tests.support.programs import needs

CHECKER = Path(__file__).parents[1] / "asyncapi"
epochs = st.text("0123456789abcdef", min_size=8, max_size=8)
cursors = st.integers(0, 2**53)
acks = st.builds(
    wire.Ack,
    epoch=epochs,
    lane=st.sampled_from(["p0", "p1", "p2"]),
    upto=cursors,
    want=st.none() | st.integers(1, 2**53),
    reject=st.lists(st.builds(wire.Reject, seq=st.integers(1, 9), code=st.just("event"))),
    window=st.none() | st.integers(0, 1_000_000),
    now=st.none() | st.integers(0, 2**45),
    session=st.none() | epochs,
    renew=st.booleans(),
)
hellos = st.builds(
    wire.Hello,
    versions=st.just([1]),
    epoch=epochs,
    lanes=st.dictionaries(
        st.sampled_from(["p0", "p1", "p2"]),
        st.tuples(cursors, cursors, cursors)
        .map(sorted)
        .map(lambda n: wire.LaneRange(first=n[0], acked=n[1], last=n[2])),
    ),
    clock=clocks,
    down=st.none() | st.builds(wire.DownCursor, epoch=epochs, seq=cursors),
    session=st.none() | epochs,
    features=st.just(["zlib"]),
)
welcomes = st.builds(
    wire.Welcome,
    epoch=epochs,
    blocks=st.lists(st.integers(0, 99), max_size=9),
    now=cursors,
    session=st.none() | epochs,
)
names = st.text("0123456789abcdef", min_size=64, max_size=64)
wants = st.builds(
    wire.Want,
    sha256=names,
    first=st.integers(0, BLOB_MAX_BYTES - 1),
    size=st.integers(1, CHUNK_MAX_BYTES),
)
conns = st.builds(wire.Conn, on=st.booleans(), boot=st.just("b"), n=cursors, sw=st.just("0.1.0"))


@given(batches | acks | hellos | welcomes | conns | wants)
def test_every_message_the_code_can_send_fits_the_document(message: msgspec.Struct) -> None:
    asyncapi.check_as(type(message).__name__, json.loads(msgspec.json.encode(message)))


words = st.text("abc_", min_size=1, max_size=40).map(lambda word: "x" + word[1:])
some_rows = st.dictionaries(words, st.text(max_size=30), max_size=16)
times = st.datetimes(timezones=st.just(UTC))
orders = st.builds(
    CommandIssued,
    command_id=st.text("aZ9_-", min_size=1, max_size=64),
    name=words,
    args=some_rows,
    issued_at=times,
    expires_s=st.integers(1, 366 * 86_400),
)
results = st.builds(
    CommandResult,
    command_id=st.just("c"),
    outcome=st.sampled_from(Outcome),
    detail=st.text(max_size=99),
    at=times,
)
tables = st.builds(
    TablePublished,
    name=words,
    version=st.integers(1, 2**53),
    rows=st.lists(some_rows, max_size=9),
)


counts = st.dictionaries(words, st.integers(0, 2**40), max_size=3)
heartbeats = st.builds(
    BoxHeartbeat,
    at=times,
    backlog=counts,
    oldest_unacked_s=cursors,
    disk_free_bytes=cursors,
    texts=counts,
    photos=counts,
    acked_at=st.none() | times,
    resends=cursors,
    rejects=cursors,
    clock_source=st.just("ntp"),
    acked_last_minute=cursors,
)
versions = st.from_regex(r"\A[0-9][A-Za-z0-9.+~-]{0,39}\Z")
sizes = st.integers(1, BLOB_MAX_BYTES)
settled = st.sampled_from(["stored", "failed"])
files = st.one_of(
    st.builds(
        PhotoAttached,
        request_id=words,
        sha256=names,
        size_bytes=sizes,
        media_type=st.sampled_from(["image/jpeg", "image/png", "image/webp"]),
    ),
    st.builds(
        TextSettled,
        request_id=words,
        text_id=st.integers(0, 2**53),
        purpose=words,
        recipient=words,
        at=times,
        error=words,
    ),
    st.builds(
        WifiSessionClosed,
        session_id=words,
        zone=words,
        device=words,
        terms_version=words,
        opened_at=times,
        seconds=st.integers(0, 366 * 86_400),
        up_bytes=cursors,
        down_bytes=cursors,
        ended=st.sampled_from([ending.value for ending in Ending]),
    ),
    st.builds(
        BoxAlarm,
        part=st.from_regex(r"\A[a-z0-9][a-z0-9@._-]{0,63}\Z"),
        detail=st.text(max_size=200),
        at=times,
    ),
    st.builds(PhotoLost, request_id=words),
    st.builds(PhotoSettled, request_id=words, outcome=settled),
    st.builds(
        DocumentPublished,
        document_id=words,
        title=st.text(min_size=1, max_size=200),
        sha256=names,
        size_bytes=sizes,
        media_type=st.sampled_from(list(EXTENSIONS)),
        published_at=times,
    ),
    st.builds(DocumentWithdrawn, document_id=words),
    st.builds(DocumentSettled, document_id=words, outcome=settled),
    st.builds(
        SoftwarePublished,
        version=versions,
        sha256=names,
        size_bytes=st.integers(1, 64 * 1024 * 1024),
        published_at=times,
        not_before=st.none() | times,
    ),
    st.builds(SoftwareWithdrawn, version=versions),
    st.builds(RenewalAsked, csr=st.text(min_size=1, max_size=99)),
)


@given(orders | results | tables | files | heartbeats)
def test_commands_tables_files_and_heartbeats_fit_the_document(event: Event) -> None:
    data = wire.encode_event(event)
    assert wire.decode_event(event.KIND, data) == event
    asyncapi.check_as(
        "Event", {"y": event.KIND, "c": {"boot": "b", "mono": 1}, "d": json.loads(data)}
    )


@pytest.mark.parametrize(
    "kind",
    [
        "command.issued",
        "command.result",
        "table.published",
        BoxHeartbeat.KIND,
        BoxAlarm.KIND,
        PhotoAttached.KIND,
        TextSettled.KIND,
        WifiSessionClosed.KIND,
        PhotoLost.KIND,
        PhotoSettled.KIND,
        DocumentPublished.KIND,
        DocumentWithdrawn.KIND,
        DocumentSettled.KIND,
        SoftwarePublished.KIND,
        SoftwareWithdrawn.KIND,
        RenewalAsked.KIND,
    ],
)
def test_the_document_refuses_an_event_without_its_fields(kind: str) -> None:
    with pytest.raises(ValidationError):
        asyncapi.check_as("Event", {"y": kind, "c": {"boot": "b", "mono": 1}, "d": {}})


def test_every_leaf_has_a_channel() -> None:
    assert set(asyncapi.addresses()) == set(Leaf)


@pytest.mark.slow
def test_the_official_parser_accepts_the_document() -> None:
    npm, node = needs("npm"), needs("node")
    if not (CHECKER / "node_modules").exists():
        subprocess.run(
            [npm, "install", "--no-audit", "--no-fund", "--no-save", "--ignore-scripts"],
            cwd=CHECKER,
            check=True,
            timeout=100,
        )
    result = subprocess.run(
        [node, "check.mjs", str(asyncapi.DOCUMENT)],
        check=False,
        cwd=CHECKER,
        capture_output=True,
        text=True,
    )
    assert result.returncode == 0, result.stderr
    assert "valid: 11 channels" in result.stdout
