"""The machine gets a modem back that has rebooted, hangs or is dead."""

from modem.events import ModemState, Timing
from tests.sim.modem import ModemSim
from tests.sim.rig import Rig
from tests.unit.modem.machines import CITIZEN, is_emptied


def test_announced_reboot_leads_to_a_new_start(rig):
    rig.sim.reboot()
    rig.run_until(lambda: not rig.machine.can_send)
    rig.run_until_ready(limit_s=30)
    rig.sim.air.inject(CITIZEN, "sesudah mulai ulang")
    assert rig.run_until(is_emptied(rig, 1)) < 1


def test_unnoticed_reboot_is_found_by_inspection(rig):
    rig.sim._reset()
    rig.sim.air.inject(CITIZEN, "tanpa pengumuman")
    rig.run_until(is_emptied(rig, 1), limit_s=65)
    assert rig.sim._cmgf == 0
    assert rig.sim._cnmi[1] == 1


def test_reboot_in_the_middle_of_a_listing_loses_nothing():
    """SMS check 18."""
    sim = ModemSim()
    for number in range(10):
        sim.air.inject(CITIZEN, f"laporan {number}")
    rig = Rig(sim)
    rig.run_until(lambda: len(rig.postbox.received) >= 3)
    sim.reboot()
    rig.run_until(is_emptied(rig, 10), limit_s=30)
    assert set(rig.postbox.texts) == {f"laporan {number}" for number in range(10)}
    assert sim.audit.deleted_unread == 0


def test_hang_is_healed_by_restarting_the_firmware(rig):
    rig.sim.faults.hang = "restart"
    rig.run_until(lambda: rig.sim.audit.reboots == 1, limit_s=120)
    rig.run_until_ready()
    assert rig.reopened == 0
    assert rig.postbox.health[-1].restarts == 1


def test_hang_of_the_port_is_healed_by_reopening_within_a_minute(rig):
    """A restart that the port did not pass on is not waited for."""
    rig.run_until_ready()
    rig.sim.faults.hang = "reopen"
    rig.run_until(lambda: rig.reopened == 1, limit_s=59)
    rig.run_until(lambda: rig.machine.can_send, limit_s=10)


def test_dead_modem_is_restarted_and_reopened_at_a_bounded_rate(rig):
    rig.sim.faults.hang = "for ever"
    rig.sim.update = lambda now, data=b"": b""
    rig.run_for(3600)
    assert sum("AT+CFUN" in line for line in rig.log) <= 13
    assert 10 <= rig.reopened <= 70
    assert rig.postbox.health[-1].state is not ModemState.READY


def test_idle_modem_hears_at_most_thirty_commands_a_minute(rig):
    rig.run_for(60)
    rig.log.clear()
    rig.run_for(300)
    assert len(rig.log) / 5 <= 30


def test_shorter_patience_is_a_setting():
    rig = Rig(timing=Timing(send_s=3))
    rig.run_until_ready()
    rig.sim.faults.silent_sends = 1
    rig.postbox.post(CITIZEN, "ya")
    assert rig.run_until(lambda: rig.postbox.outcomes) < 4
