"""Whatever a modem does for a while, afterwards nothing is lost, sent twice or stuck."""

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.sim.modem import ModemSim
from tests.sim.rig import Rig
from tests.sim.traits import Faults, Sim

CITIZEN = "+628123456789"

noise = st.one_of(
    st.binary(min_size=1, max_size=20),
    st.sampled_from(
        [
            b"\r\nOK\r\n",
            b"\r\nERROR\r\n",
            b"\r\n+CMS ERROR: 500\r\n",
            b"\r\n> ",
            b"\r\n+CMGR: 0,,24\r\n",
            b'\r\n+CMTI: "SM",3\r\n',
            b"\r\n+CREG: 2\r\n+CREG: 1\r\n",
            b"\r\n+CMT: ,24\r\n",
            b"\r\n+CPIN: READY\r\n",
            b"\r\nRING\r\n",
        ]
    ).map(bytes),
)
actions = st.one_of(
    st.tuples(st.just("sms"), st.none()),
    st.tuples(st.just("post"), st.none()),
    st.tuples(st.just("reboot"), st.none()),
    st.tuples(st.just("noise"), noise),
    st.tuples(st.sampled_from(["urc_inside", "garbage", "lost_urcs"]), st.booleans()),
    st.tuples(
        st.sampled_from(
            ["lost_finals", "doubled_finals", "silent_sends", "no_prompts", "lost_deletes"]
        ),
        st.just(1),
    ),
    st.tuples(st.just("hang"), st.sampled_from(["restart", "reopen"])),
    st.tuples(st.just("send_errors"), st.sampled_from([[38], [500], [21], [304]]).map(list)),
    st.tuples(st.just("prompt_errors"), st.sampled_from([[38], [500], [304]]).map(list)),
    st.tuples(st.just("prompt_delay_s"), st.sampled_from([0.0, 0.1, 6.0])),
    st.tuples(st.just("send_delay_s"), st.sampled_from([0.0, 0.1, 2.0])),
    st.tuples(st.just("disk_full"), st.booleans()),
)


class Story:
    def __init__(self, *, is_bytewise):
        self.rig = Rig(ModemSim(sim=Sim(capacity=5)), is_bytewise=is_bytewise)
        self.sent, self.posted = [], []

    def do(self, name, value):
        sim = self.rig.sim
        if name == "sms":
            self.sent.append(f"laporan {len(self.sent)}")
            sim.air.inject(CITIZEN, self.sent[-1])
        elif name == "post":
            self.posted.append(f"jawaban {len(self.posted)}")
            self.rig.postbox.post(CITIZEN, self.posted[-1])
        elif name == "reboot":
            sim.reboot()
        elif name == "noise":
            sim._out += value
        elif name == "disk_full":
            self.rig.postbox.is_disk_full = value
        else:
            setattr(sim.faults, name, value)

    def is_settled(self):
        rig, sim = self.rig, self.rig.sim
        slots = any(sim.sim.memories.values())
        return rig.machine.can_send and not (slots or sim.air.waiting or rig.postbox.outgoing)


@settings(deadline=None, max_examples=100)
@given(
    story=st.lists(st.tuples(actions, st.sampled_from([0, 0.01, 0.02, 0.05, 0.3, 3])), max_size=12),
    is_bytewise=st.booleans(),
)
def test_after_any_faults_every_message_is_in_and_every_part_has_one_outcome(story, is_bytewise):
    """SMS check 17."""
    teller = Story(is_bytewise=is_bytewise)
    for (name, value), seconds in story:
        teller.do(name, value)
        teller.rig.run_for(seconds)
    hang = teller.rig.sim.faults.hang
    teller.rig.sim.faults = Faults(hang=hang)
    teller.rig.postbox.is_disk_full = False
    teller.rig.run_until(teller.is_settled, limit_s=900)
    postbox, air = teller.rig.postbox, teller.rig.sim.air
    assert set(postbox.texts) == set(teller.sent)
    assert set(postbox.outcomes) == set(range(1, len(teller.posted) + 1))
    received = [delivered.text for delivered in air.delivered]
    assert len(received) == len(set(received))
    # What was not noted was certainly not sent, and what may have been sent was noted before.
    for number, text in enumerate(teller.posted, 1):
        assert number in postbox.noted or text not in received
        assert number in postbox.noted or not postbox.outcomes[number].startswith(("sent", "unc"))
    sent = [text for number, text in enumerate(teller.posted, 1) if _is_sent(postbox, number)]
    assert set(sent) <= set(received)
    assert teller.rig.sim.audit.deleted_unread == 0


def _is_sent(postbox, number):
    return postbox.outcomes[number].startswith("sent")
