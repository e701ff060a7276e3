"""Trouble without end against the real `posko-modem`; afterwards every message is accounted for.

SMS checks 11, 27 and 40 under random faults.

`make soak` plays ten minutes; SOAK_S and POSKO_SEED choose otherwise.
"""

import os
import time
from collections import Counter

import pytest

from appliance.store.sms import texts
from tests.sim.running import running_modem
from tests.support.sms_daemons import Posko
from tests.support.troubles import DOUBTFUL, calm, schedule

SOAK_S = float(os.environ.get("SOAK_S", "80"))
SEED = int(os.environ.get("POSKO_SEED", "20261128"))
SETTLE_S = 240.0


class Soak:
    """Plays a schedule and remembers what must come of it."""

    def __init__(self, folder, modem_sim):
        self.modem, self.daemon = modem_sim, Posko(folder / "posko", folder / "modem")
        self.sent, self.noise = [], []
        self.reasons_for_doubt = 0

    def play(self, acts):
        self.daemon.start()
        begin = time.monotonic()
        for act in acts:
            time.sleep(max(0.0, begin + act.at - time.monotonic()))
            getattr(self, act.kind)(**act.values)
        self.modem.call("plug")
        self.modem.call("power")
        self.modem.fault(**calm())

    def sms(self, number, text):
        self.sent.append(text)
        self.modem.sms(number, text)

    def text(self, number, text):
        self.daemon.send(number, text)

    def unreadable(self, hex):
        self.noise.append(bytes.fromhex(hex))
        self.modem.call("pdu", hex=hex)

    def fault(self, **values):
        self.reasons_for_doubt += len(DOUBTFUL & values.keys())
        self.modem.fault(**values)

    def op(self, op):
        self.reasons_for_doubt += 1
        self.modem.call(op)

    def kill(self):
        self.reasons_for_doubt += 1
        self.daemon.kill()
        self.daemon.start()

    def is_settled(self):
        audit = self.modem.audit()
        is_empty = not audit["waiting"] and not any(audit["slots"].values())
        is_sent = not self.states() & {"queued", "sending"}
        return is_empty and is_sent and len(self.daemon.received()) >= len(self.sent)

    def quarantined(self):
        rows = self.daemon.db.execute(
            "SELECT tpdu FROM sms_parts WHERE state = 'quarantined' ORDER BY id"
        )
        return [row["tpdu"] for row in rows]

    def states(self):
        return {text.state for text in texts.every(self.daemon.db)}


@pytest.fixture
def soak(tmp_path):
    with running_modem(tmp_path) as modem_sim:
        soak = Soak(tmp_path, modem_sim)
        yield soak
        soak.daemon.stop()


@pytest.mark.slow
@pytest.mark.timeout(SOAK_S + SETTLE_S + 60)
def test_after_all_trouble_what_the_network_saw_is_what_the_database_says(soak):
    print(f"POSKO_SEED={SEED} SOAK_S={SOAK_S:.0f}")
    soak.play(schedule(SEED, SOAK_S, pace_s=0.5, trouble_s=2.0))
    soak.modem.wait_for(soak.is_settled, limit_s=SETTLE_S)
    told = Counter((item["to"], item["text"]) for item in soak.modem.delivered())
    written = {
        (text.address or text.recipient, text.body): text.state
        for text in texts.every(soak.daemon.db)
    }
    states = Counter(written.values())
    print(f"in={len(soak.sent)} out={states} doubt={soak.reasons_for_doubt} {soak.modem.audit()}")

    assert Counter(soak.daemon.received()) == Counter(soak.sent)
    assert max(told.values()) == 1
    assert {text for text, state in written.items() if state in {"sent", "delivered"}} <= set(told)
    assert {text for text, state in written.items() if state in {"failed", "expired"}} == set()
    assert set(told) <= set(written)
    assert states["uncertain"] <= soak.reasons_for_doubt
    assert soak.quarantined() == soak.noise
    audit = soak.modem.audit()
    assert (audit["deleted_unread"], audit["deleted_all"]) == (0, 0)
