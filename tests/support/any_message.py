"""Whatever a box may say, for tests of properties."""

import json

import msgspec
from hypothesis import strategies as st

from appliance.domain.city import wire

clocks = st.builds(
    wire.Clock,
    boot=st.text(st.characters(codec="ascii", categories=["L"]), min_size=1, max_size=8),
    mono=st.integers(0, 2**40),
    wall=st.none() | st.integers(-(2**40), 2**45),
)
raws = st.dictionaries(st.text(max_size=5), st.integers() | st.text(max_size=40), max_size=4).map(
    lambda d: msgspec.Raw(json.dumps(d).encode())
)
events = st.builds(wire.WireEvent, y=st.text(min_size=1, max_size=20), c=clocks, d=raws)
batches = st.builds(
    wire.Batch,
    epoch=st.just("0a1b2c3d"),
    lane=st.sampled_from(["p0", "p1", "p2"]),
    first=st.integers(1, 2**40),
    sent=clocks,
    events=st.lists(events, min_size=1, max_size=5),
)
