"""The machine takes messages in: stored, then deleted, whatever disturbs it."""

import pytest

from tests.sim import smscodec
from tests.sim.air import FIRST_STAMP
from tests.sim.modem import ModemSim
from tests.sim.rig import Rig
from tests.sim.traits import Sim, Slot
from tests.unit.modem.machines import CITIZEN, is_emptied, slots


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
