"""Messages that a modem shows and does not keep (+CMT, acknowledged by +CNMA), and kill -9.

Whatever step the daemon dies before, what the network holds as arrived is committed, and the rest
comes again: SMS checks 11 and 15. POSKO_STRIDE=1 takes every step.
"""

import os
import shutil

import pytest

from appliance.domain.ids import SiteCode
from appliance.store import migrate
from tests.sim.foreign import Foreign, Habits
from tests.sim.modem import ModemSim
from tests.support.sms_lives import Line, SmsLives

STRIDE = int(os.environ.get("POSKO_STRIDE", "17"))
FLASH = 0x10
REPORTS = {f"+62812345678{n}": f"Lampu jalan mati di jl Rajawali {n}" for n in range(3)}
# One comes while the daemon starts, one as it begins to answer, one among the reports on that.
ARRIVE_AFTER_S = (0.4, 0.61, 0.73)
# The modem waits 15 s for an acknowledgement.
DEAD_S = (0.1, 20.0)


class Own(ModemSim):
    """Reports of delivery are shown as well; there is no room to store them."""

    def __init__(self):
        super().__init__(vendor="sim800")

    def stored(self):
        return [slot.pdu for memory in self.sim.memories.values() for slot in memory.values()]


class Other(Foreign):
    def __init__(self):
        super().__init__(
            Habits(
                is_flash_shown=True,
                routing_ranges="+CNMI: (0-3),(0-3),(0-3),(0,1),(0,1)",
                routing_limits=("0123", "0123", "0123", "01", "01"),
            )
        )

    def stored(self):
        return [pdu for memory in self.slots.values() for pdu in memory.values()]


class Village:
    """Three residents, a network, a box, and a modem that was set up before."""

    def __init__(self, path, modem):
        self.modem, self.line, self.sent = modem, Line(modem), []
        self.box = SmsLives(path, self.line)
        self.box.live(lambda: "AT+CPMS?" in modem.audit.commands)
        for after_s, (sender, text) in zip(ARRIVE_AFTER_S, REPORTS.items(), strict=True):
            self.line.plan(after_s, lambda sender=sender, text=text: self.send(sender, text))

    def send(self, sender, text):
        self.sent += self.modem.air.inject(sender, text, dcs=FLASH)

    def lost(self):
        """What the network is rid of and the box does not have."""
        committed = {tpdu for (tpdu,) in self.box.query("SELECT tpdu FROM sms_parts")}
        return set(self.sent) - committed - {*self.modem.air.waiting, *self.modem.stored()}

    def is_over(self):
        if self.lost():
            return True
        air = self.modem.air
        if self.line.planned or air.waiting or air.reports or self.modem.stored():
            return False
        answered = self.box.query(
            "SELECT count(*) FROM texts WHERE state NOT IN ('queued', 'sending')"
        )
        return answered == [(len(REPORTS),)]


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    path = tmp_path_factory.mktemp("template") / "posko.db"
    migrate.ensure(path, SiteCode("14.71.07"), lambda: "00000001")
    return path


@pytest.mark.parametrize("modem", [Own, Other])
def test_nothing_is_lost_or_doubled_whatever_step_the_daemon_dies_before(tmp_path, template, modem):
    step, is_killed = 1, True
    while is_killed:
        path = tmp_path / str(step) / "posko.db"
        path.parent.mkdir()
        shutil.copy(template, path)
        village = Village(path, modem())
        is_killed = village.box.die(step, village.is_over)
        assert not village.lost(), f"killed before step {step}"
        village.line.pass_time(DEAD_S[step % 2])
        village.box.live(village.is_over)
        assert not village.lost(), f"killed before step {step}, then restarted"
        taken = village.box.query("SELECT sender, body, outcome FROM sms_inbox ORDER BY sender")
        assert taken == [(sender, text, "request") for sender, text in REPORTS.items()], step
        village.box.close()
        step += STRIDE
    assert step > 500, "as many moments to die"
