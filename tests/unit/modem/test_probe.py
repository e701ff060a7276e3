import pytest

from modem.events import Timing
from modem.procedures.probing import Level
from modem.session import look_over
from tests.sim.foreign import Foreign, Habits
from tests.sim.modem import ModemSim
from tests.sim.personalities import PERSONALITIES
from tests.sim.traits import Sim

TIMING = Timing(sms_ready_s=10)


class PortOf:
    """A port whose other end is a simulated modem, with a clock that its reads drive."""

    in_waiting = 0

    def __init__(self, sim):
        self.sim, self.now, self.written = sim, 1000.0, b""

    def clock(self):
        return self.now

    def write(self, data):
        self.written += data

    def read(self, _):
        self.now += 0.05
        written, self.written = self.written, b""
        return self.sim.update(self.now, written)


def probe(sim):
    port = PortOf(sim)
    return {f.check: f for f in look_over(port, timing=TIMING, clock=port.clock)}


def wrong(findings):
    return {check for check, finding in findings.items() if finding.level is Level.FAIL}


@pytest.mark.parametrize("vendor", PERSONALITIES)
def test_every_family_is_found_fit(vendor):
    findings = probe(ModemSim(vendor=vendor))
    assert wrong(findings) == set()
    assert len(findings) == 14


def test_probe_reads_sends_and_deletes_nothing_and_enters_no_pin():
    sim = ModemSim(sim=Sim(pin="1234"))
    findings = probe(sim)
    assert wrong(findings) == {"SIM"}
    assert "PIN" in findings["SIM"].change
    assert sim.sim.pin_attempts == 3
    ready = ModemSim()
    ready.air.inject("+628123456789", "tetap di sini")
    probe(ready)
    assert sum(len(slots) for slots in ready.sim.memories.values()) == 1
    assert not any("CMGD" in text or "CMGS" in text for text in ready.audit.commands)


def test_silent_port_is_told_as_the_wrong_one():
    silent = Foreign()
    silent.update = lambda now, data=b"": b""
    findings = probe(silent)
    assert list(findings) == ["answers"]
    assert "ttyUSB" in findings["answers"].change


def test_missing_sim_ends_the_probe_with_what_to_do():
    findings = probe(ModemSim(sim=Sim(is_inserted=False)))
    assert "insert" in findings["SIM"].change
    assert "storage" not in findings


def test_lost_network_and_weak_signal_are_told():
    sim = ModemSim()
    sim.faults.no_network = True
    assert "antenna" in probe(sim)["network"].change


def test_missing_number_of_the_sms_centre_is_a_failure():
    assert wrong(probe(ModemSim(sim=Sim(service_centre="")))) == {"SMS centre"}


def test_what_an_unknown_modem_lacks_is_warned_of():
    bare = Habits(unsupported=r"AT\+(CNMI|CSMS|CSQ|CREG|CIMI|CSCA|CMEE).*")
    findings = probe(Foreign(habits=bare))
    assert wrong(findings) == set()
    warned = {check for check, finding in findings.items() if finding.level is Level.WARN}
    assert warned >= {"modem", "error codes", "announcements", "status reports", "signal"}
    assert all(finding.change for finding in findings.values() if finding.level is Level.WARN)


def test_text_mode_alone_is_not_enough():
    assert "PDU mode" in wrong(probe(Foreign(habits=Habits(unsupported=r"AT\+CMGF=0"))))
