import pytest

from modem.events import Health, ModemState, Noted, SendRequested, Timing
from tests.sim import smscodec
from tests.sim.air import FIRST_STAMP
from tests.sim.modem import ModemSim
from tests.sim.rig import Rig
from tests.sim.traits import Sim, Slot

CITIZEN = "+628123456789"


@pytest.fixture(params=[False, True], ids=["whole", "bytewise"])
def rig(request):
    rig = Rig(is_bytewise=request.param)
    rig.run_until_ready()
    return rig


def slots(rig, memory="SM"):
    return rig.sim.sim.memories[memory]


def without_numbers(default_cmee, **sim):
    """A modem that refuses AT+CMEE=1: 0 means bare errors, 2 errors in words."""
    modem = ModemSim(sim=Sim(**sim))
    modem.is_cmee_supported, modem.default_cmee = False, default_cmee
    modem._reset()
    return modem


def is_emptied(rig, count):
    return lambda: len(rig.postbox.texts) >= count and not slots(rig) and rig.machine.can_send


# Start


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


# Receiving


def test_announced_message_is_read_stored_then_deleted(rig):
    rig.log.clear()
    rig.sim.air.inject(CITIZEN, "OKE pak jalan rusak")
    took = rig.run_until(is_emptied(rig, 1))
    assert rig.log == ["AT+CMGR=0", "deliver 0", "AT+CMGD=0"]
    assert rig.postbox.texts == ["OKE pak jalan rusak"]
    assert took < 0.3


def test_message_stays_on_the_sim_while_it_cannot_be_stored(rig):
    """SMS check 38."""
    rig.postbox.is_disk_full = True
    rig.sim.air.inject(CITIZEN, "simpan dulu")
    rig.run_for(25)
    assert len(slots(rig)) == 1
    assert 2 <= rig.postbox.refused_stores <= 4
    rig.postbox.is_disk_full = False
    rig.run_until(is_emptied(rig, 1))
    assert rig.postbox.texts == ["simpan dulu"]


@pytest.mark.parametrize("is_before_start", [False, True])
def test_message_in_another_memory_that_could_not_be_stored_is_tried_again(is_before_start):
    rig = Rig()
    pdu = smscodec.deliver(CITIZEN, smscodec.units_of("di ME"), FIRST_STAMP)
    if not is_before_start:
        rig.run_until_ready()
    rig.postbox.is_disk_full = True
    slots(rig, "ME")[4] = Slot(pdu)
    if not is_before_start:
        rig.sim._say('+CMTI: "ME",4')
    rig.run_for(20)
    rig.postbox.is_disk_full = False
    rig.run_until(lambda: rig.postbox.texts == ["di ME"] and not slots(rig, "ME"), limit_s=15)


def test_lost_announcement_is_made_up_for_within_a_minute(rig):
    """SMS check 14."""
    rig.sim.faults.lost_urcs = True
    rig.sim.air.inject(CITIZEN, "tak diumumkan")
    assert rig.run_until(is_emptied(rig, 1), limit_s=61)


def test_announcement_of_a_message_in_another_memory_is_read_there(rig):
    pdu = smscodec.deliver(CITIZEN, smscodec.units_of("di ME"), FIRST_STAMP)
    rig.sim.sim.memories["ME"][4] = Slot(pdu)
    rig.sim._say('+CMTI: "ME",4')
    rig.run_until(lambda: rig.postbox.texts == ["di ME"] and rig.machine.can_send)
    assert not slots(rig, "ME")
    rig.sim.air.inject(CITIZEN, "di SM")
    rig.run_until(is_emptied(rig, 2))


def test_announcement_without_a_place_causes_a_sweep(rig):
    rig.sim.faults.lost_urcs = True
    rig.sim.air.inject(CITIZEN, "tak tersimpan?")
    rig.turn()
    rig.sim._say("+CMTI: ,-1")
    assert rig.run_until(is_emptied(rig, 1)) < 1


def test_flash_message_that_is_not_stored_is_delivered(rig):
    pdu = smscodec.deliver(CITIZEN, smscodec.units_of("kilat"), FIRST_STAMP, dcs=0x10)
    rig.sim._say(f"+CMT: ,{len(pdu) - 1 - pdu[0]}")
    rig.sim._say("+CREG: 1")
    rig.sim._say(pdu.hex().upper())
    rig.run_until(lambda: rig.postbox.texts == ["kilat"], limit_s=1)
    assert rig.postbox.places[-1] == ("+CMT", None)


@pytest.mark.parametrize("is_known_late", [False, True])
def test_messages_are_read_one_by_one_where_listing_is_refused(is_known_late):
    sim = ModemSim()
    sim.faults.no_listing = not is_known_late
    rig = Rig(sim)
    if is_known_late:
        rig.run_until_ready()
        sim.faults.no_listing = True
        sim.faults.lost_urcs = True
    texts = [f"lama {number}" for number in range(5)]
    for text in texts:
        sim.air.inject(CITIZEN, text)
    rig.run_until(is_emptied(rig, 5), limit_s=70)
    assert sorted(rig.postbox.texts) == texts
    rig.run_for(300)
    assert (sim.audit.deleted_unread, sim.audit.reboots, rig.reopened) == (0, 0, 0)
    assert len(rig.remarks) == 1
    assert "AT+CMGL" in rig.remarks[0]


def test_highest_slot_is_read_where_listing_is_refused():
    sim = ModemSim(sim=Sim(first_index=1, capacity=3))
    sim.faults.no_listing = True
    for number in range(3):
        sim.air.inject(CITIZEN, f"lama {number}")
    rig = Rig(sim)
    rig.run_until(is_emptied(rig, 3), limit_s=30)


def test_full_sim_is_emptied_and_the_network_hands_over_the_rest():
    """SMS checks 8 and 10: each slot that is freed is filled anew at once."""
    rig = Rig(ModemSim(sim=Sim(capacity=10)))
    texts = [f"laporan {number}" for number in range(60)]
    for text in texts:
        rig.sim.air.inject(CITIZEN, text)
    rig.run_until(is_emptied(rig, 60))
    assert sorted(rig.postbox.texts) == sorted(texts)
    assert (rig.sim.audit.deleted_unread, rig.sim.audit.deleted_all) == (0, 0)


def test_parts_of_incomplete_messages_occupy_no_slots():
    """SMS check 7: five of them on ten slots, then another message."""
    rig = Rig(ModemSim(sim=Sim(capacity=10)))
    rig.run_until_ready()
    for reference in range(5):
        rig.sim.air.inject(CITIZEN, "panjang " * 50, reference=reference, order=[0, 1])
    rig.sim.air.inject(CITIZEN, "sesudahnya")
    assert rig.run_until(is_emptied(rig, 11)) < 2


def test_message_that_arrives_between_listing_and_deleting_is_kept(rig):
    """SMS check 10, with the slot that was just freed used again."""
    rig.sim.faults.lost_urcs = True
    rig.sim.air.inject(CITIZEN, "lama")
    rig.run_until(lambda: rig.log[-1] == "AT+CMGD=0", limit_s=65)
    rig.sim.air.inject(CITIZEN, "baru")
    rig.run_until(is_emptied(rig, 2), limit_s=65)
    assert rig.postbox.texts == ["lama", "baru"]
    assert rig.sim.audit.deleted_unread == 0


@pytest.mark.parametrize("fault", ["urc_inside", "garbage"])
def test_disturbed_answers_lose_and_repeat_nothing(rig, fault):
    """SMS checks 16 and 17."""
    setattr(rig.sim.faults, fault, True)
    for number in range(5):
        rig.sim.air.inject(CITIZEN, f"laporan {number}")
    rig.run_until(is_emptied(rig, 5), limit_s=15)
    assert rig.postbox.texts == [f"laporan {number}" for number in range(5)]


@pytest.mark.parametrize("fault", ["lost_finals", "doubled_finals"])
def test_lost_or_doubled_final_is_recovered_within_15_seconds(rig, fault):
    """SMS check 17."""
    setattr(rig.sim.faults, fault, 1)
    for number in range(3):
        rig.sim.air.inject(CITIZEN, f"laporan {number}")
    rig.run_until(is_emptied(rig, 3), limit_s=15)
    assert set(rig.postbox.texts) == {f"laporan {number}" for number in range(3)}
    assert rig.sim.audit.deleted_unread == 0


def test_undecodable_pdu_is_handed_over_and_blocks_nothing(rig):
    rig.sim.air.waiting.append(b"\x00\x04\xff\x91" + bytes(20))
    rig.sim.air.inject(CITIZEN, "sesudahnya")
    rig.run_until(is_emptied(rig, 1))
    assert len(rig.postbox.received) == 2


def test_slot_whose_message_is_not_shown_is_never_deleted(rig):
    rig.sim.faults.are_pdus_hidden = True
    rig.sim.air.inject(CITIZEN, "nanti terbaca")
    rig.run_for(150)
    assert [command for command in rig.log if "CMGD" in command] == []
    rig.sim.faults.are_pdus_hidden = False
    rig.sim.air.inject(CITIZEN, "lain")
    rig.run_until(is_emptied(rig, 2), limit_s=130)
    assert set(rig.postbox.texts) == {"nanti terbaca", "lain"}


def test_slot_whose_message_is_not_shown_holds_up_nobody(rig):
    rig.sim.faults.are_pdus_hidden = True
    rig.sim.air.inject(CITIZEN, "nanti terbaca")
    rig.run_for(60)
    rig.log.clear()
    rig.run_for(60)
    assert len(rig.log) <= 40
    (part_id,) = rig.postbox.post(CITIZEN, "Laporan diterima")
    rig.run_until(lambda: rig.postbox.outcomes, limit_s=10)
    assert part_id in rig.postbox.outcomes


def test_lost_delete_frees_the_slot_later(rig):
    """SMS check 12."""
    rig.sim.faults.lost_deletes = 1
    rig.sim.air.inject(CITIZEN, "satu kali")
    rig.run_until(is_emptied(rig, 1), limit_s=30)


def test_unknown_line_when_idle_changes_nothing(rig):
    rig.log.clear()
    rig.sim._say("+FOOBAR: 1")
    rig.run_for(1)
    assert rig.log == []
    assert rig.machine.can_send


# Sending


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


# Recovery


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
