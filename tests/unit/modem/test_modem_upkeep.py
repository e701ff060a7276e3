"""Besides messages: reports kept, PINs spared, resets in order, calls ended, credit asked.

SMS checks 15, 20, 21, 22, 33, 39 and 40 (docs/sms-checks.md).
"""

from dataclasses import replace
from datetime import date

import pytest

from modem.events import Account, ModemState, PortLost, PortMissing, Reset, Timing
from modem.procedures.account import read_account
from tests.sim.foreign import Foreign, Habits
from tests.sim.modem import ModemSim
from tests.sim.personalities import PERSONALITIES
from tests.sim.postbox import Postbox
from tests.sim.rig import Rig
from tests.sim.traits import Sim

CITIZEN = "+628123456789"


# Families


@pytest.mark.parametrize("vendor", PERSONALITIES)
def test_every_family_carries_messages_reports_and_survives_its_own_reboot(vendor):
    rig = Rig(ModemSim(vendor=vendor))
    rig.run_until_ready()
    rig.postbox.post(CITIZEN, "Laporan diterima")
    rig.sim.air.inject(CITIZEN, "jalan rusak")
    rig.run_until(lambda: rig.postbox.texts and rig.postbox.reports, limit_s=90)
    rig.sim.reboot()
    rig.sim.air.inject(CITIZEN, "sesudah mulai ulang")
    rig.run_until(lambda: len(rig.postbox.texts) == 2, limit_s=90)
    rig.run_until(lambda: not any(rig.sim.sim.memories.values()), limit_s=90)
    assert rig.sim.audit.deleted_unread == 0


@pytest.mark.parametrize(
    "habits",
    [Habits(), Habits(unsupported=r"AT\+CNMI.*"), Habits(lists_empty=True)],
    ids=["announced", "polled", "free slots listed"],
)
def test_idle_modem_hears_at_most_thirty_commands_a_minute(habits):
    rig = Rig(Foreign(habits=replace(habits, memories=("SM", "ME", "SR"))))
    rig.run_for(120)
    rig.log.clear()
    rig.run_for(1200)
    assert len(rig.log) / 20 <= 30


def test_a_setting_that_is_refused_in_unusual_words_keeps_no_modem_from_serving():
    class Refusing(Foreign):
        def fail(self):
            self.say("TOO MANY PARAMETERS")

    rig = Rig(Refusing(habits=Habits(unsupported=r"AT\+(CSCS|CREG=|CSMS=).*")))
    rig.run_until_ready(limit_s=10)


@pytest.mark.parametrize("answer", ["OK", "ERROR", "+CMS ERROR: 500"])
@pytest.mark.parametrize("no_listing", [False, True])
def test_messages_that_the_sim_does_not_let_go_are_left_there_and_block_nothing(answer, no_listing):
    """SMS check 40: a worn or locked SIM must not be asked for the same without a pause."""
    sim = ModemSim()
    sim.faults.vain_deletes, sim.faults.no_listing = answer, no_listing
    sim.air.inject(CITIZEN, "lama")
    sim.air.inject(CITIZEN, "lama juga")
    rig = Rig(sim)
    rig.run_for(120)
    sim.air.inject(CITIZEN, "baru")
    rig.run_until(lambda: "baru" in rig.postbox.texts)
    rig.run_for(120)
    handed_over = len(rig.postbox.received)
    rig.log.clear()
    rig.run_for(500)
    assert len(rig.log) / 500 * 60 <= 40
    assert len(rig.postbox.received) - handed_over <= 3 * 3
    assert len([text for text in rig.remarks if "does not delete" in text]) == 3
    sim.faults.vain_deletes = ""
    rig.run_until(lambda: not any(sim.sim.memories.values()), limit_s=700)


def test_slow_line_of_9600_baud_is_fast_enough():
    sim = ModemSim()
    sim.faults.baud = 9600
    for number in range(20):
        sim.air.inject(CITIZEN, f"laporan {number} " + "panjang " * 15)
    rig = Rig(sim)
    rig.run_until(lambda: len(rig.postbox.texts) == 20, limit_s=120)
    rig.run_until_ready()
    assert (rig.resets, sim.audit.deleted_unread) == ([], 0)


def test_long_listing_over_a_slow_line_is_waited_for():
    """SMS check 39: a memory of 110 long messages takes three quarters of a minute to tell."""
    sim = ModemSim(sim=Sim(capacity=110))
    for number in range(110):
        sim.air.inject(CITIZEN, f"laporan {number} " + "panjang " * 17)
    sim.update(0.0)
    sim.faults.baud = 9600
    rig = Rig(sim)
    rig.run_until(lambda: len(rig.postbox.texts) == 110, limit_s=120)
    assert (rig.resets, sim.audit.deleted_unread) == ([], 0)


# Status reports


@pytest.mark.parametrize("memories", [("SM",), ("SM", "SR")])
def test_report_that_came_while_nobody_listened_is_taken_at_the_next_start(memories):
    habits = Habits(memories=memories)
    rig = Rig(Foreign(habits=habits))
    rig.run_until_ready()
    rig.sim.land = lambda: None
    rig.postbox.post(CITIZEN, "Laporan diterima")
    rig.run_until(lambda: rig.postbox.outcomes)
    del rig.sim.land
    rig.sim.update(rig.now)
    later = Rig(rig.sim)
    later.run_until(lambda: later.postbox.reports, limit_s=30)
    later.run_until(lambda: not any(rig.sim.slots.values()))


def test_reports_are_shown_where_they_cannot_be_stored_and_acknowledged_once_committed():
    habits = Habits(
        routing_ranges="+CNMI: (0-3),(0-3),(0-3),(0,1),(0,1)",
        routing_limits=("0123", "0123", "0123", "01", "01"),
    )
    rig = Rig(Foreign(habits=habits))
    rig.run_until_ready()
    rig.postbox.post(CITIZEN, "Laporan diterima")
    rig.run_until(lambda: rig.postbox.reports)
    rig.run_until(lambda: rig.sim.unacknowledged is None and not rig.sim.air.waiting)
    assert rig.log.count("AT+CNMA") == 1


# Messages that are shown and not stored


def flash_rig(**habits):
    rig = Rig(Foreign(habits=Habits(is_flash_shown=True, **habits)))
    rig.run_until_ready()
    return rig


def test_flash_message_is_acknowledged_after_the_commit():
    rig = flash_rig()
    rig.sim.air.inject(CITIZEN, "kilat", dcs=0x10)
    rig.run_until(lambda: rig.postbox.texts)
    assert rig.log.index("deliver None") < rig.log.index("AT+CNMA")
    assert rig.sim.routing[1] == 1


def test_message_that_cannot_be_stored_is_not_acknowledged_and_announcements_come_back():
    rig = flash_rig()
    rig.postbox.is_disk_full = True
    rig.sim.air.inject(CITIZEN, "kilat", dcs=0x10)
    rig.run_until(lambda: rig.sim.routing[1] == 0, limit_s=20)
    assert "AT+CNMA" not in rig.log
    rig.postbox.is_disk_full = False
    rig.run_until(lambda: rig.postbox.texts and rig.sim.routing[1] == 1, limit_s=70)


def test_acknowledgement_is_not_taken_for_that_of_the_next_message_which_is_not_committed():
    """+CNMA names no message: a modem that gave the first one up takes it for the second."""

    class SecondIsRefused(Postbox):
        def receive(self, pdu, **place):
            self.is_disk_full = len(self.received) == 1 and not self.refused_stores
            super().receive(pdu, **place)

    rig = Rig(Foreign(habits=Habits(is_flash_shown=True)), postbox=SecondIsRefused())
    rig.run_until_ready()
    for text in ("satu", "dua"):
        rig.sim.show_at_once(*rig.sim.air.inject(CITIZEN, text, dcs=0x10), is_report=False)
    rig.run_until(lambda: "dua" in rig.postbox.texts, limit_s=120)
    assert rig.postbox.refused_stores == 1


@pytest.mark.parametrize("ranges", ["+CNMI: (0-2),(0,2),(0),(0,1),(0)", "+CNMI:"])
def test_modem_that_announces_nothing_is_told_to_store_what_it_would_show(ranges):
    """What a modem shows while nobody listens is lost where it knows no acknowledgement."""
    habits = Habits(
        routing_ranges=ranges,
        routing_limits=("012", "02", "0", "01", "0"),
        routing_default=(1, 2, 0, 1, 0),
        unsupported=r"AT\+CSMS=1",
    )
    rig = Rig(Foreign(habits=habits))
    rig.run_until_ready()
    rig.sim.air.inject(CITIZEN, "sewaktu tidak ada yang mendengar")
    rig.sim.update(rig.now)
    later = Rig(rig.sim)
    later.run_until(lambda: later.postbox.texts)
    rig.sim.air.inject(CITIZEN, "sewaktu berjalan")
    later.run_until(lambda: len(later.postbox.texts) == 2, limit_s=11)
    later.run_for(600)
    later.log.clear()
    later.run_for(1200)
    assert len(later.log) / 20 <= 30
    assert any("announces no messages" in text for text in rig.remarks)


def test_acknowledgement_does_not_wait_for_the_end_of_a_long_sweep():
    sim = Foreign(habits=Habits(is_flash_shown=True), capacity=100)
    for number in range(100):
        sim.air.inject(CITIZEN, f"laporan {number}")
    rig = Rig(sim)
    rig.run_until(lambda: len(rig.postbox.received) == 5)
    sim.air.waiting.insert(0, sim.air.inject(CITIZEN, "kilat", dcs=0x10)[0])
    sim.air.waiting.pop()
    rig.run_until(lambda: "AT+CNMA" in rig.log)
    assert len(rig.postbox.received) < 20
    rig.run_until(lambda: len(rig.postbox.texts) == 101, limit_s=60)


# The PIN


def test_wrong_pin_is_never_tried_twice_whatever_restarts():
    postbox, now = Postbox(), 1000
    sim = ModemSim(sim=Sim(pin="1234"))
    for _ in range(3):
        rig = Rig(sim, pin="9999", postbox=postbox, now=now)
        rig.run_for(70)
        now = rig.now
        sim.reboot()
    assert sim.sim.pin_attempts == 2
    assert postbox.health[-1].state is ModemState.PIN_REQUIRED


def test_right_pin_is_entered_again_after_every_power_cut():
    postbox = Postbox()
    sim = ModemSim(sim=Sim(pin="1234"))
    for _ in range(3):
        Rig(sim, pin="1234", postbox=postbox).run_until_ready()
        sim.power_cycle()
    assert sim.sim.pin_attempts == 3


def test_right_pin_whose_answer_was_lost_with_the_process_is_not_given_up():
    postbox = Postbox()
    sim = ModemSim(sim=Sim(pin="1234"))
    rig = Rig(sim, pin="1234", postbox=postbox)
    rig.run_until(lambda: any(text.startswith('AT+CPIN="') for text in rig.log))
    sim.update(rig.now, b'AT+CPIN="1234"\r')
    Rig(sim, pin="1234", postbox=postbox).run_until_ready()
    sim.power_cycle()
    Rig(sim, pin="1234", postbox=postbox).run_until_ready()


def test_pin_that_cannot_be_noted_is_not_tried():
    rig = Rig(ModemSim(sim=Sim(pin="1234")), pin="1234")
    rig.postbox.is_disk_full = True
    rig.run_for(60)
    assert not any(text.startswith('AT+CPIN="') for text in rig.log)
    rig.postbox.is_disk_full = False
    rig.run_until_ready(limit_s=40)


def test_pin_is_tried_at_another_sim():
    postbox = Postbox()
    for iccid in ("8962100000000000001", "8962100000000000002"):
        rig = Rig(Foreign(habits=Habits(iccid=iccid), pin="1234"), pin="9999", postbox=postbox)
        rig.run_for(40)
        assert rig.sim.pin_attempts == 2


@pytest.mark.parametrize("vendor", sorted(set(PERSONALITIES) - {"m95"}))
def test_last_attempt_that_a_family_tells_of_is_left_to_people(vendor):
    """The simulated M95 tells none."""
    rig = Rig(ModemSim(vendor=vendor, sim=Sim(pin="1234", pin_attempts=1)), pin="9999")
    rig.run_for(40)
    assert rig.sim.sim.pin_attempts == 1


def test_blocked_sim_is_reported_and_left_alone():
    rig = Rig(ModemSim(sim=Sim(pin="1234", pin_attempts=0)), pin="1234")
    rig.run_for(120)
    assert [health.state for health in rig.postbox.health] == [
        ModemState.STARTING,
        ModemState.PUK_REQUIRED,
    ], "a look whether it still is so is no news"
    assert (rig.sim.sim.pin_attempts, rig.resets) == (0, [])


def test_sim_that_stays_busy_is_told_as_one_that_does_not_serve():
    sim = ModemSim()
    rig = Rig(sim)
    sim.sms_ready_s = 10_000.0
    sim.reboot()
    rig.run_until(lambda: rig.postbox.health[-1].state is ModemState.NO_SIM, limit_s=120)
    assert rig.resets == []


# Resets


def dead(has_power_key=False, **options):
    rig = Rig(has_power_key=has_power_key, **options)
    rig.run_until_ready()
    rig.sim.update = lambda now, data=b"": b""
    rig.sim.power_cycle = rig.sim.reopened = lambda: None
    return rig


def test_ladder_is_climbed_in_order():
    rig = dead(has_power_key=True)
    rig.run_for(200)
    assert rig.resets[:3] == [Reset.REOPEN, Reset.USB, Reset.POWER_KEY]
    assert rig.log.index("AT+CFUN=1,1") < len(rig.log)


def test_without_a_wire_to_it_the_power_key_is_left_out():
    rig = dead()
    rig.run_for(600)
    assert Reset.POWER_KEY not in rig.resets


def test_resets_are_bounded_counted_and_go_on_counting_after_a_restart():
    rig = dead(has_power_key=True, resets={Reset.USB: 5})
    rig.run_for(24 * 3600)
    counts = dict(rig.postbox.health[-1].resets)
    assert counts[Reset.USB] == 5 + rig.resets.count(Reset.USB)
    assert rig.resets.count(Reset.USB) <= 10
    assert rig.resets.count(Reset.POWER_KEY) <= 60
    assert counts[Reset.RESTART] <= 25


def test_hang_that_only_the_power_key_heals_is_healed():
    rig = Rig(has_power_key=True)
    rig.run_until_ready()
    rig.sim.faults.hang = "power"
    rig.run_until(lambda: Reset.POWER_KEY in rig.resets, limit_s=400)
    rig.run_until_ready()


def test_device_that_stays_away_is_brought_back_by_bus_and_power():
    rig = Rig(has_power_key=True)
    rig.feed(PortLost())
    asked = []
    rig._perform = lambda effect: asked.append(effect) or []
    for _ in range(600):
        rig.now += 1
        rig.feed(PortMissing())
    resets = [effect.reset for effect in asked if hasattr(effect, "reset")]
    assert resets[:2] == [Reset.USB, Reset.POWER_KEY]
    assert len(resets) <= 5


def test_network_that_stays_away_is_joined_anew_now_and_then():
    rig = Rig()
    rig.run_until_ready()
    rig.sim.faults.is_detached = True
    rig.run_until(lambda: rig.postbox.health[-1].state is ModemState.NO_NETWORK, limit_s=70)
    rig.run_until_ready(limit_s=900)
    assert dict(rig.postbox.health[-1].resets) == {Reset.REATTACH: 1}
    rig.sim.faults.no_network = True
    rig.run_for(3 * 3600)
    assert dict(rig.postbox.health[-1].resets)[Reset.REATTACH] <= 3


def test_modem_that_forgets_to_ask_for_more_after_it_was_full_is_reminded():
    sim = ModemSim(sim=Sim(capacity=5))
    sim.faults.no_smma = True
    for number in range(12):
        sim.air.inject(CITIZEN, f"laporan {number}")
    rig = Rig(sim)
    rig.run_until(lambda: len(rig.postbox.texts) == 12, limit_s=900)
    assert rig.log.count("AT+CFUN=4") >= 1


# Calls and credit


def test_call_is_hung_up_and_messages_go_on():
    rig = Rig(Foreign())
    rig.run_until_ready()
    rig.sim.say("RING")
    rig.run_until(lambda: "AT+CHUP" in rig.log)
    rig.sim.air.inject(CITIZEN, "sesudah telepon")
    rig.run_until(lambda: rig.postbox.texts == ["sesudah telepon"])


TOLD = "Sisa pulsa Anda Rp43.000. Aktif s.d. 10/03/2027."


def packed(text):
    """Septets packed into octets, by plain arithmetic."""
    number = sum(ord(char) << 7 * place for place, char in enumerate(text))
    return number.to_bytes((7 * len(text) + 7) // 8, "little").hex().upper()


@pytest.mark.parametrize(
    ("text", "account"),
    [
        (TOLD, Account(balance_rp=43_000, valid_until=date(2027, 3, 10))),
        (
            TOLD.encode("utf-16-be").hex().upper(),
            Account(balance_rp=43_000, valid_until=date(2027, 3, 10)),
        ),
        (packed(TOLD), Account(balance_rp=43_000, valid_until=date(2027, 3, 10))),
        (TOLD.encode().hex(), Account(balance_rp=43_000, valid_until=date(2027, 3, 10))),
        (
            "Pulsa: Rp 7.500 berlaku sd 05-01-27, masa tenggang s.d. 04-02-27",
            Account(balance_rp=7_500, valid_until=date(2027, 2, 4)),
        ),
        ("Saldo 12500 s/d 31.12.2026", Account(balance_rp=12_500, valid_until=date(2026, 12, 31))),
        ("Pulsa Rp0 s.d. 99/99/2026", Account(balance_rp=0)),
        ("1. Paket 2. Info", Account()),
        ("", Account()),
    ],
)
def test_credit_and_last_day_are_read_from_what_operators_say(text, account):
    assert read_account(text) == account


TIMING = Timing(calm_s=5, ussd_s=20)


def test_credit_is_asked_at_a_quiet_moment_by_the_code_of_the_operator():
    rig = Rig(Foreign(habits=Habits(ussd=(f'+CUSD: 0,"{TOLD}",15',))), timing=TIMING)
    rig.run_until(lambda: rig.postbox.health[-1:] and rig.postbox.health[-1].account != Account())
    assert rig.postbox.health[-1].account.balance_rp == 43_000
    assert rig.log.count('AT+CUSD=1,"*888#",15') == 1


def test_menu_is_left_and_silence_is_borne():
    menu = Rig(Foreign(habits=Habits(ussd=('+CUSD: 1,"1.Pulsa 2.Paket",15',))), timing=TIMING)
    menu.run_until(lambda: "AT+CUSD=2" in menu.log, limit_s=40)
    silent = Rig(Foreign(), timing=TIMING, balance_code="*999#")
    silent.run_until(lambda: "AT+CUSD=2" in silent.log, limit_s=60)
    assert 'AT+CUSD=1,"*999#",15' in silent.log
    silent.run_for(300)
    assert (silent.resets, silent.machine.can_send) == ([], True)


@pytest.mark.parametrize("dcs", [None, 0x10], ids=["stored", "shown"])
def test_message_does_not_wait_until_an_operator_that_stays_silent_is_given_up(dcs):
    rig = Rig(Foreign(habits=Habits(is_flash_shown=True)), timing=TIMING)
    rig.run_until(lambda: 'AT+CUSD=1,"*888#",15' in rig.log, limit_s=40)
    rig.sim.air.inject(CITIZEN, "jalan rusak", dcs=dcs)
    rig.run_until(lambda: not rig.sim.air.waiting and not any(rig.sim.slots.values()), limit_s=2)
    assert rig.postbox.texts == ["jalan rusak"]
    rig.run_until(lambda: rig.machine.can_send, limit_s=2)
    assert "AT+CUSD=2" in rig.log


def test_text_does_not_wait_until_an_operator_that_stays_silent_is_given_up():
    rig = Rig(Foreign(), timing=TIMING)
    rig.run_until(lambda: 'AT+CUSD=1,"*888#",15' in rig.log, limit_s=40)
    rig.postbox.post(CITIZEN, "Laporan diterima")
    rig.run_until(lambda: rig.postbox.outcomes, limit_s=2)
    assert rig.log.index("AT+CUSD=2") < rig.log.index("noted 1")
    rig.run_until(lambda: rig.postbox.reports)


def test_text_that_waited_for_the_end_of_ussd_has_an_outcome_where_the_modem_falls_silent():
    rig = Rig(ModemSim(), timing=TIMING)
    rig.sim.faults.ussd = "silent"
    rig.run_until(lambda: 'AT+CUSD=1,"*888#",15' in rig.log, limit_s=40)
    rig.run_until(lambda: rig.machine.can_send)
    rig.sim.faults.hang = "restart"
    rig.postbox.post(CITIZEN, "Laporan diterima")
    rig.run_until(lambda: rig.postbox.outcomes, limit_s=30)
    assert rig.postbox.outcomes == {1: "temporary no prompt"}
    assert not rig.postbox.noted


def test_credit_is_not_asked_while_texts_are_waiting():
    rig = Rig(Foreign(), timing=TIMING)
    rig.run_until_ready()
    rig.sim.habits.prompt_delay_s = 0.5
    for number in range(40):
        rig.postbox.post(CITIZEN, f"Laporan {number}")
    rig.run_until(lambda: len(rig.postbox.outcomes) == 40, limit_s=120)
    assert not any("CUSD" in text for text in rig.log)
