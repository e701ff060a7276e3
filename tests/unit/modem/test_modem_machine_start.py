"""The machine begins: what it finds out of a modem and its SIM, and how it sets them up."""

import pytest

from modem.events import Health, ModemState, Received
from tests.sim.modem import ModemSim
from tests.sim.rig import Rig
from tests.sim.traits import Sim
from tests.unit.modem.machines import CITIZEN, is_emptied, slots, without_numbers


def test_start_speaks_pdu_mode_and_asks_for_announcements():
    rig = Rig()
    rig.run_until_ready()
    for text in ("ATE0", "AT+CMEE=1", "AT+CMGF=0", 'AT+CPMS="SM","SM","SM"', "AT+CNMI=2,1,0,2,0"):
        assert text in rig.log
    assert rig.postbox.health[-1] == Health(
        state=ModemState.READY,
        profile="simcom",
        operator="51010",
        is_registered=True,
        signal_dbm=-77,
        used=0,
        total=20,
    )


def test_messages_from_before_the_start_are_taken_from_every_memory():
    rig = Rig()
    rig.sim.air.inject(CITIZEN, "sebelum mulai")
    rig.run_until_ready()
    assert rig.postbox.texts == ["sebelum mulai"]
    assert rig.postbox.places == [("ME", 0)]
    assert not slots(rig, "ME")


def test_stale_prompt_is_left_first():
    sim = ModemSim()
    sim.update(0, b"AT+CMGF=0\rAT+CMGS=20\r")
    rig = Rig(sim)
    rig.run_until_ready()
    assert not sim.air.submits


def test_busy_sim_is_waited_for():
    sim = ModemSim()
    sim.reboot()
    rig = Rig(sim)
    rig.run_until_ready(limit_s=20)


def test_polling_finds_messages_where_announcements_are_refused():
    sim = ModemSim()
    sim.is_cnmi_supported = False
    rig = Rig(sim)
    rig.run_until_ready()
    sim.air.inject(CITIZEN, "tanpa CNMI")
    assert rig.run_until(is_emptied(rig, 1)) <= 11


def test_modem_on_lte_alone_counts_as_registered():
    sim = ModemSim()
    sim.is_lte_only = True
    Rig(sim).run_until_ready()


@pytest.mark.parametrize(
    ("vendor", "profile"),
    [("Quectel", "quectel"), ("HUAWEI", "huawei"), ("Acme", "generic")],
)
def test_profile_is_chosen_by_what_the_modem_says(vendor, profile):
    rig = Rig(ModemSim(vendor=vendor))
    rig.run_until_ready()
    assert rig.postbox.health[-1].profile == profile


@pytest.mark.parametrize("default_cmee", [0, 2])
def test_modem_that_refuses_numeric_errors_is_used_all_the_same(default_cmee):
    sim = without_numbers(default_cmee)
    sim.reboot()
    rig = Rig(sim)
    rig.run_until_ready(limit_s=20)
    sim.air.inject(CITIZEN, "tanpa angka")
    rig.postbox.post(CITIZEN, "ya")
    rig.run_until(lambda: is_emptied(rig, 1)() and rig.postbox.outcomes == {1: "sent 0"})
    assert rig.reopened == 0


@pytest.mark.parametrize(
    ("sim", "state"),
    [({"is_inserted": False}, ModemState.NO_SIM), ({"pin": "1234"}, ModemState.PIN_REQUIRED)],
)
@pytest.mark.parametrize("default_cmee", [0, 2])
def test_errors_in_words_tell_the_state_of_the_sim(sim, state, default_cmee):
    modem = without_numbers(default_cmee, **sim)
    rig = Rig(modem)
    rig.run_until(lambda: rig.postbox.health[-1].state is state, limit_s=90)
    assert modem.audit.reboots == 0
    if state is ModemState.NO_SIM:
        modem.sim.is_inserted = True
        rig.run_until_ready(limit_s=100)


def test_busy_sim_is_recognised_in_words_and_by_a_plain_error():
    for default_cmee in (0, 2):
        sim = without_numbers(default_cmee)
        rig = Rig(sim)
        sim.sms_ready_s = 12.0
        sim.reboot()
        rig.run_until_ready(limit_s=30)
        assert ModemState.NO_SIM not in {health.state for health in rig.postbox.health}


@pytest.mark.parametrize(
    ("code", "outcome"),
    [
        (38, "lasting CMS 38"),
        (28, "stop CMS 28"),
        (21, "stop CMS 21"),
        (500, "uncertain CMS 500"),
    ],
)
def test_refusal_in_words_is_classified_alike(code, outcome):
    rig = Rig(without_numbers(2))
    rig.run_until_ready()
    rig.sim.faults.send_errors = [code]
    rig.postbox.post(CITIZEN, "ya")
    rig.run_until(lambda: rig.postbox.outcomes)
    assert rig.postbox.outcomes == {1: outcome}


def test_configured_pin_unlocks_the_sim():
    rig = Rig(ModemSim(sim=Sim(pin="1234")), pin="1234")
    rig.run_until_ready()


def test_wrong_pin_is_tried_once_however_often_the_modem_restarts():
    rig = Rig(ModemSim(sim=Sim(pin="1234")), pin="9999")
    rig.run_for(100)
    rig.sim.reboot()
    rig.run_for(100)
    assert rig.sim.sim.pin_attempts == 2
    assert rig.postbox.health[-1].state is ModemState.PIN_REQUIRED


def test_last_pin_attempt_is_left_to_people():
    rig = Rig(ModemSim(sim=Sim(pin="1234", pin_attempts=1)), pin="1234")
    rig.run_for(10)
    assert rig.sim.sim.pin_attempts == 1
    assert rig.postbox.health[-1].state is ModemState.PIN_REQUIRED


def test_missing_sim_is_reported_and_found_when_inserted():
    rig = Rig(ModemSim(sim=Sim(is_inserted=False)))
    rig.run_for(60)
    assert rig.postbox.health[-1].state is ModemState.NO_SIM
    assert rig.sim.audit.reboots == 0
    rig.sim.sim.is_inserted = True
    rig.run_until_ready()


@pytest.mark.parametrize(
    ("said", "within_s"),
    [(b"", 60), (b"\r\n+CPIN: NOT INSERTED\r\n", 3), (b"\r\n+CPIN: NOT READY\r\n", 3)],
)
def test_sim_that_is_taken_out_of_a_running_modem_is_no_lost_network(said, within_s):
    rig = Rig(ModemSim())
    rig.run_until_ready()
    rig.sim.sim.is_inserted = False
    rig.feed(Received(said))
    rig.run_until(lambda: rig.postbox.health[-1].state is ModemState.NO_SIM, limit_s=within_s)
    rig.sim.sim.is_inserted = True
    rig.run_until_ready()
    assert rig.sim.audit.reboots == 0
