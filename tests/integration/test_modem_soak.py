"""Hours of trouble in virtual time: machine against simulated modem, killed too (SMS check 40)."""

from collections import Counter

import pytest

from modem.machine import Machine
from tests.sim.modem import ModemSim
from tests.sim.rig import Rig
from tests.sim.traits import Sim
from tests.support.troubles import calm, schedule

HOUR_S = 3600.0


class VirtualSoak:
    """Plays a schedule on a rig whose postbox keeps what a database would."""

    def __init__(self, vendor):
        self.rig = Rig(ModemSim(sim=Sim(capacity=10), vendor=vendor))
        self.sent, self.posted = [], []

    def play(self, acts):
        begin = self.rig.now
        for act in acts:
            self.rig.run_for(begin + act.at - self.rig.now)
            getattr(self, act.kind)(**act.values)
        self.op("plug")
        self.op("power")
        self.fault(**calm())

    def sms(self, number, text):
        self.sent += self.rig.sim.air.inject(number, text)

    def text(self, number, text):
        self.posted += self.rig.postbox.post(number, text, reference=len(self.posted) % 256)

    def unreadable(self, hex):
        self.sent.append(bytes.fromhex(hex))
        self.rig.sim.air.waiting.append(self.sent[-1])

    def fault(self, **values):
        for name, value in values.items():
            setattr(self.rig.sim.faults, name, value)

    def op(self, op):
        sim = self.rig.sim
        actions = {"reboot": sim.reboot, "forget": sim.forget, "power": sim.power_cycle}
        actions |= {"unplug": self.rig.reopen, "plug": lambda: None}
        actions[op]()

    def kill(self):
        self.rig.crash(Machine())

    def is_settled(self):
        sim = self.rig.sim
        is_empty = not (sim.air.waiting or any(sim.sim.memories.values()))
        return is_empty and self.rig.machine.can_send and not self.rig.postbox.outgoing


@pytest.mark.slow
@pytest.mark.parametrize(
    ("seed", "vendor"), [(1, "sim7600"), (2, "sim800"), (3, "ec25"), (4, "ublox"), (5, "huawei")]
)
def test_after_hours_of_trouble_every_message_is_in_and_no_text_went_twice(seed, vendor):
    soak = VirtualSoak(vendor)
    soak.play(schedule(seed, HOUR_S, pace_s=12.0, trouble_s=40.0))
    soak.rig.run_until(soak.is_settled, limit_s=HOUR_S)
    postbox, air = soak.rig.postbox, soak.rig.sim.air
    told = Counter((item.to, item.text) for item in air.delivered)
    outcomes = Counter(outcome.split()[0] for outcome in postbox.outcomes.values())
    print(f"{seed=} in={len(soak.sent)} {outcomes} reboots={soak.rig.sim.audit.reboots}")
    assert set(postbox.received) >= set(soak.sent)
    assert max(told.values()) == 1
    assert set(postbox.outcomes) == set(soak.posted)
    assert outcomes["sent"] <= len(air.submits) <= outcomes["sent"] + outcomes["uncertain"]
    assert (soak.rig.sim.audit.deleted_unread, soak.rig.sim.audit.deleted_all) == (0, 0)
