import os
import pty
import threading

import pytest

from modem.driver import Driver
from modem.events import ModemState, Reset, Timing
from modem.hardware import Hardware
from modem.machine import Machine
from tests.sim.control import ModemControl
from tests.sim.postbox import Postbox
from tests.sim.running import running_modem

CITIZEN = "+628123456789"
TIMING = Timing(
    attention_s=0.1,
    command_s=0.5,
    storage_s=0.5,
    prompt_s=0.5,
    send_s=1.0,
    quiet_s=0.05,
    retry_s=0.1,
    sweep_every_s=1.0,
    inspect_every_s=1.5,
    restart_s=0.3,
    backoff_s=0.2,
)


@pytest.fixture
def modem_sim(tmp_path):
    with running_modem(tmp_path) as control:
        yield control


class Running:
    def __init__(self, device, *, hardware=None, **options):
        self.postbox = Postbox()
        self.stop = threading.Event()
        self.driver = Driver(
            device=str(device),
            machine=Machine(timing=TIMING, **options),
            mailbox=self.postbox,
            hardware=hardware,
        )
        self.thread = threading.Thread(target=self.driver.run, args=(self.stop,))
        self.thread.start()

    @property
    def state(self):
        return self.postbox.health[-1].state if self.postbox.health else None

    def end(self):
        self.stop.set()
        self.thread.join(15)
        assert not self.thread.is_alive()


@pytest.fixture
def running(tmp_path, modem_sim):
    running = Running(tmp_path / "modem")
    wait_for(lambda: running.state is ModemState.READY)
    yield running
    running.end()


def wait_for(condition, limit_s=10.0):
    ModemControl.wait_for(condition, limit_s=limit_s)


def test_a_port_that_never_answers_is_told_in_the_log(caplog):
    modem, port = pty.openpty()
    running = Running(os.ttyname(port))
    try:
        wait_for(lambda: "no modem answers there" in caplog.text)
    finally:
        running.end()
        os.close(modem)
        os.close(port)


def test_message_travels_from_the_air_to_the_mailbox(modem_sim, running):
    modem_sim.sms(CITIZEN, "Lampu mati @{}€ 😀")
    wait_for(lambda: running.postbox.texts == ["Lampu mati @{}€ 😀"])
    wait_for(lambda: modem_sim.audit()["slots"] == {"SM": 0, "ME": 0})


def test_text_travels_from_the_mailbox_to_a_person(modem_sim, running):
    running.postbox.post(CITIZEN, "Laporan diterima. " * 12)
    wait_for(modem_sim.delivered)
    assert modem_sim.delivered() == [{"to": CITIZEN, "text": "Laporan diterima. " * 12, "parts": 2}]
    wait_for(lambda: len(running.postbox.reports) == 2)


def test_many_messages_pass_a_small_sim_without_loss(modem_sim, running):
    """SMS check 9."""
    texts = {f"laporan {number}" for number in range(100)}
    for text in texts:
        modem_sim.sms(CITIZEN, text)
    wait_for(lambda: len(running.postbox.texts) >= 100, 20)
    assert sorted(running.postbox.texts) == sorted(texts)
    assert modem_sim.audit()["deleted_unread"] == 0


def test_unplugged_modem_is_found_again_under_its_new_terminal(modem_sim, running):
    """SMS check 19."""
    modem_sim.call("unplug")
    wait_for(lambda: running.state is ModemState.ABSENT)
    modem_sim.sms(CITIZEN, "sewaktu lepas")
    modem_sim.call("plug")
    wait_for(lambda: running.postbox.texts == ["sewaktu lepas"])


@pytest.mark.slow
def test_hanging_port_is_reopened(modem_sim, running):
    modem_sim.fault(hang="reopen")
    modem_sim.sms(CITIZEN, "sesudah macet")
    wait_for(lambda: running.postbox.texts == ["sesudah macet"], 30)


class PowerKey:
    """A wire to the simulated modem's power."""

    def __init__(self, modem_sim):
        self.modem_sim = modem_sim

    def on(self):
        self.modem_sim.call("power")

    def off(self):
        pass


@pytest.mark.slow
def test_power_key_is_pressed_when_nothing_else_helps(tmp_path, modem_sim):
    device = str(tmp_path / "modem")
    hardware = Hardware(device, power_key=lambda: PowerKey(modem_sim), sleep=lambda _: None)
    running = Running(device, hardware=hardware, has_power_key=True)
    try:
        wait_for(lambda: running.state is ModemState.READY)
        modem_sim.fault(hang="power")
        modem_sim.sms(CITIZEN, "sesudah mati")
        wait_for(lambda: running.postbox.texts == ["sesudah mati"], 60)
        assert dict(running.postbox.health[-1].resets)[Reset.POWER_KEY] == 1
    finally:
        running.end()


def test_modem_that_lists_nothing_is_read_slot_by_slot_and_that_is_said_once(
    modem_sim, running, caplog
):
    modem_sim.fault(no_listing=True, lost_urcs=True)
    for number in range(3):
        modem_sim.sms(CITIZEN, f"diam-diam {number}")
        wait_for(lambda number=number: len(running.postbox.texts) == number + 1)
    assert sum("AT+CMGL" in record.message for record in caplog.records) == 1


def test_rebooted_modem_is_set_up_again(modem_sim, running):
    modem_sim.call("reboot")
    modem_sim.sms(CITIZEN, "sesudah mulai ulang")
    wait_for(lambda: running.postbox.texts == ["sesudah mulai ulang"])


def test_part_on_its_way_gets_its_outcome_before_a_stop(modem_sim, running):
    modem_sim.fault(silent_sends=1)
    running.postbox.post(CITIZEN, "terakhir")
    wait_for(modem_sim.delivered)
    running.end()
    assert running.postbox.outcomes == {1: "uncertain no answer"}


def test_absent_modem_is_awaited(tmp_path):
    """SMS check 19."""
    running = Running(tmp_path / "modem")
    try:
        with running_modem(tmp_path) as control:
            control.sms(CITIZEN, "akhirnya")
            wait_for(lambda: running.postbox.texts == ["akhirnya"])
    finally:
        running.end()


def test_simulated_sim_and_deliveries_survive_a_restart_of_the_simulator(tmp_path):
    keep = ("--state", str(tmp_path / "sim.json"))
    with running_modem(tmp_path, *keep) as control:
        control.sms(CITIZEN, "masih di SIM")
        wait_for(lambda: control.audit()["slots"]["ME"] == 1)
    with running_modem(tmp_path, *keep):
        running = Running(tmp_path / "modem")
        try:
            wait_for(lambda: running.postbox.texts == ["masih di SIM"])
        finally:
            running.end()


def test_control_socket_tells_what_was_wrong(modem_sim):
    with pytest.raises(ValueError, match="unknown op"):
        modem_sim.call("dance")


def test_modem_that_is_silent_at_what_it_does_not_know_serves(tmp_path, modem_sim, caplog):
    """SMS check 36: with no more than messages, a SIM and a network need (27.005)."""
    modem_sim.fault(ignored=r"AT(?!$|E|\+(CMG[FSLRD]|CNMI|CPIN|CSQ|CREG)).+")
    modem_sim.sms(CITIZEN, "sebelum mulai")
    running = Running(tmp_path / "modem")
    try:
        wait_for(lambda: running.state is ModemState.READY, 60)
        modem_sim.sms(CITIZEN, "jalan rusak")
        running.postbox.post(CITIZEN, "Laporan diterima")
        wait_for(lambda: running.postbox.texts == ["sebelum mulai", "jalan rusak"])
        wait_for(modem_sim.delivered)
        assert running.postbox.health[-1].resets == ()
        assert sum("gives no answer" in record.message for record in caplog.records) == 1
    finally:
        running.end()
