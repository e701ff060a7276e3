"""Whatever bytes come at whatever moment, nothing raises, and a healthy modem is ready again.

SMS check 17 (docs/sms-checks.md).
"""

from hypothesis import given, settings
from hypothesis import strategies as st

from modem.events import PortLost, PortMissing, PortOpened, Received, Tick
from tests.sim.foreign import Foreign, Habits
from tests.sim.rig import Rig

CITIZEN = "+628123456789"
names = st.sampled_from(
    ["+CMTI", "+CDSI", "+CMT", "+CDS", "+CMGL", "+CMGR", "+CMGS", "+CREG", "+CUSD", "+CPIN", "^X"]
)
values = st.lists(
    st.one_of(
        st.integers(-1, 70000).map(str),
        st.sampled_from(['"SM"', '""', "", "(0-9", '"', "READY", "0" * 40, "\xff"]),
    ),
    max_size=7,
).map(",".join)
lines = st.one_of(
    st.tuples(names, values).map(lambda pair: f"\r\n{pair[0]}: {pair[1]}\r\n".encode("latin-1")),
    st.sampled_from(
        [b"OK", b"ERROR", b"> ", b"RING", b"RDY", b"NO CARRIER", b"+CME ERROR: SIM busy", b"0"]
    ).map(lambda line: b"\r\n" + line + b"\r\n"),
    st.binary(max_size=400),
    st.binary(min_size=1, max_size=200).map(lambda octets: octets.hex().encode() + b"\r\n"),
)
moments = st.sampled_from([0.0, 0.01, 0.2, 3.0, 20.0])


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(lines, moments), max_size=25))
def test_any_bytes_at_any_moment_leave_a_machine_that_serves(noise):
    rig = Rig(Foreign())
    for data, seconds in noise:
        rig.feed(Received(data))
        rig.run_for(seconds)
    rig.sim.air.inject(CITIZEN, "akhirnya")
    rig.run_until(lambda: "akhirnya" in rig.postbox.texts and rig.machine.can_send, limit_s=900)


@settings(deadline=None, max_examples=60)
@given(
    st.lists(
        st.one_of(
            lines.map(Received),
            st.sampled_from([Tick(), PortLost(), PortOpened(), PortMissing()]),
        ),
        max_size=40,
    ),
    st.sampled_from([0.01, 1.0, 300.0]),
)
def test_any_events_in_any_order_raise_nothing(events, pause_s):
    rig = Rig(Foreign(habits=Habits(is_echo_stuck=True)))
    for event in events:
        rig.now += pause_s
        rig.feed(event)
