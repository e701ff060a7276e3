"""docs/asyncapi.yaml against the official parser and against the code (sync.md check 33)."""

import json
import subprocess
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.domain import wire
from appliance.domain.topics import Leaf
from tests.support import asyncapi
from tests.support.programs import needs
from tests.unit.domain.test_wire import batches, clocks

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
    wire.Welcome, epoch=epochs, blocks=st.lists(st.integers(0, 99), max_size=9), now=cursors
)
conns = st.builds(wire.Conn, on=st.booleans(), boot=st.just("b"), n=cursors, sw=st.just("0.1.0"))


@given(batches | acks | hellos | welcomes | conns)
def test_every_message_the_code_can_send_fits_the_document(message: msgspec.Struct) -> None:
    asyncapi.check_as(type(message).__name__, json.loads(msgspec.json.encode(message)))


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
    assert "valid: 7 channels" in result.stdout
