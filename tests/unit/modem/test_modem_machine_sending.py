"""The machine sends: each part once, and it says what is not known."""

import pytest

from modem.events import ModemState, Noted, SendRequested
from tests.sim.modem import ModemSim
from tests.sim.rig import Rig
from tests.unit.modem.machines import CITIZEN, slots


def test_part_is_sent_and_its_reference_told(rig):
    (part_id,) = rig.postbox.post(CITIZEN, "Laporan diterima")
    rig.run_until(lambda: rig.postbox.outcomes)
    assert rig.postbox.outcomes == {part_id: "sent 0"}
    assert [delivered.text for delivered in rig.sim.air.delivered] == ["Laporan diterima"]


def test_status_report_reaches_the_mailbox(rig):
    rig.postbox.post(CITIZEN, "Laporan diterima")
    rig.run_until(lambda: rig.postbox.reports)
    assert rig.postbox.reports[0].recipient.number == CITIZEN


def test_stored_status_reports_are_taken_from_the_sim():
    rig = Rig(ModemSim(vendor="HUAWEI"))
    rig.run_until_ready()
    rig.postbox.post(CITIZEN, "Laporan diterima")
    rig.run_until(lambda: rig.postbox.reports and not slots(rig))
    assert "AT+CNMI=2,1,0,2,0" in rig.log


def test_long_text_arrives_whole(rig):
    text = "Laporan {" + "x" * 150 + "} selesai " + "y" * 200
    rig.postbox.post(CITIZEN, text)
    rig.run_until(lambda: rig.sim.air.delivered)
    assert rig.sim.air.delivered[0].text == text
    assert rig.sim.air.delivered[0].parts == 3


@pytest.mark.parametrize(
    ("code", "outcome"),
    [
        (38, "lasting CMS 38"),
        (41, "temporary CMS 41"),
        (28, "stop CMS 28"),
        (304, "permanent CMS 304"),
        (21, "stop CMS 21"),
        (500, "uncertain CMS 500"),
        (999, "uncertain CMS 999"),
    ],
)
def test_refusal_is_classified_by_its_code(code, outcome):
    rig = Rig()
    rig.run_until_ready()
    rig.sim.faults.send_errors = [code]
    rig.postbox.post(CITIZEN, "ya")
    rig.run_until(lambda: rig.postbox.outcomes)
    assert rig.postbox.outcomes == {1: outcome}


def test_send_without_an_answer_is_uncertain_and_never_repeated(rig):
    """SMS check 27."""
    rig.sim.faults.silent_sends = 1
    rig.postbox.post(CITIZEN, "sekali saja")
    rig.run_until(lambda: rig.postbox.outcomes, limit_s=130)
    assert rig.postbox.outcomes == {1: "uncertain no answer"}
    rig.run_until_ready()
    rig.run_for(120)
    assert len(rig.sim.air.delivered) == 1


def test_missing_prompt_means_not_sent(rig):
    rig.sim.faults.no_prompts = 1
    rig.postbox.post(CITIZEN, "ya")
    rig.run_until(lambda: rig.postbox.outcomes)
    assert rig.postbox.outcomes == {1: "temporary no prompt"}
    rig.run_until_ready()


def test_refusal_before_the_prompt_means_not_sent(rig):
    rig.sim.faults.prompt_errors = [500]
    rig.postbox.post(CITIZEN, "ya")
    rig.run_until(lambda: rig.postbox.outcomes)
    assert rig.postbox.outcomes == {1: "temporary CMS 500"}
    assert rig.postbox.noted == []
    rig.run_until_ready(limit_s=1)


def test_modem_that_silently_went_to_text_mode_fails_no_text_and_is_set_up_again(rig):
    rig.sim.forget()
    rig.postbox.post(CITIZEN, "ya")
    rig.run_until(lambda: rig.postbox.outcomes)
    assert rig.postbox.outcomes == {1: "temporary CMS 303"}
    rig.run_until_ready(limit_s=5)
    rig.postbox.post(CITIZEN, "dua")
    rig.run_until(lambda: rig.postbox.outcomes.get(2) == "sent 0")


def test_reboot_before_the_prompt_means_not_sent(rig):
    rig.sim.faults.prompt_delay_s = 4
    rig.postbox.post(CITIZEN, "ya")
    rig.run_until(lambda: rig.log[-1].startswith("AT+CMGS"))
    rig.sim.reboot()
    rig.run_until(lambda: rig.postbox.outcomes, limit_s=2)
    assert rig.postbox.outcomes == {1: "temporary no prompt"}
    assert rig.postbox.noted == []


def test_sending_is_noted_at_the_prompt_and_before_the_message_is_written(rig):
    rig.postbox.post(CITIZEN, "ya")
    rig.run_until(lambda: rig.postbox.outcomes)
    at = rig.log.index("noted 1")
    assert rig.log[at - 1].startswith("AT+CMGS=")
    assert rig.log[at + 1].endswith("\x1a")


def test_message_is_not_written_when_sending_cannot_be_noted(rig):
    rig.postbox.is_disk_full = True
    rig.postbox.post(CITIZEN, "ya")
    rig.run_until(lambda: rig.postbox.outcomes)
    assert rig.postbox.outcomes == {1: "temporary not stored"}
    assert rig.sim.air.submits == []
    rig.run_until_ready(limit_s=1)
    rig.postbox.is_disk_full = False
    rig.postbox.post(CITIZEN, "dua")
    rig.run_until(lambda: rig.postbox.outcomes.get(2) == "sent 0")
    assert {health.state for health in rig.postbox.health} <= {
        ModemState.STARTING,
        ModemState.READY,
    }


def test_prompt_that_cannot_be_left_is_recovered_from(rig):
    rig.postbox.is_disk_full = True
    rig.postbox.post(CITIZEN, "ya")
    rig.sim.faults.lost_finals = 1
    rig.run_until(lambda: rig.postbox.outcomes)
    assert rig.postbox.outcomes == {1: "temporary not stored"}
    rig.run_until_ready()
    assert rig.sim.air.submits == []


def test_note_of_a_send_that_is_over_writes_nothing(rig):
    rig.log.clear()
    rig.feed(Noted(7, is_noted=True))
    rig.feed(Noted(7, is_noted=False))
    assert rig.log == []


def test_reboot_while_sending_leaves_the_part_uncertain(rig):
    """SMS check 18."""
    rig.sim.faults.silent_sends = 1
    rig.postbox.post(CITIZEN, "ya")
    rig.run_until(lambda: rig.sim.air.submits)
    rig.sim.reboot()
    rig.run_until(lambda: rig.postbox.outcomes, limit_s=2)
    assert rig.postbox.outcomes == {1: "uncertain no answer"}
    rig.run_until_ready(limit_s=30)


def test_lost_final_after_the_reference_is_a_success(rig):
    rig.postbox.post(CITIZEN, "ya")
    rig.sim.faults.lost_finals = 1
    rig.run_until(lambda: rig.postbox.outcomes, limit_s=15)
    assert rig.postbox.outcomes == {1: "sent 0"}


def test_nothing_is_claimed_without_a_network(rig):
    rig.sim.set_network(False)
    rig.run_until(lambda: not rig.machine.can_send)
    rig.postbox.post(CITIZEN, "nanti")
    rig.run_for(90)
    assert rig.postbox.outgoing
    assert rig.postbox.health[-1].state is ModemState.NO_NETWORK
    rig.sim.set_network(True)
    rig.run_until(lambda: rig.postbox.outcomes == {1: "sent 0"})


def test_sending_at_the_wrong_moment_is_a_mistake_of_the_caller():
    rig = Rig()
    rig.postbox.post(CITIZEN, "ya")
    with pytest.raises(RuntimeError):
        rig.feed(SendRequested(rig.postbox.outgoing[0]))
