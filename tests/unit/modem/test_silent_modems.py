"""Modems that give no answer to a command that they do not know serve; those that hang are reset.

SMS checks 20 and 36 (docs/sms-checks.md).
"""

import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modem.events import ModemState, PortLost, PortMissing, PortOpened, Timing
from tests.sim.foreign import Foreign, Habits
from tests.sim.modem import ModemSim
from tests.sim.rig import Rig

CITIZEN = "+628123456789"
LEAST = ("CMGF", "CMGS", "CMGL", "CMGR", "CMGD", "CNMI", "CPIN", "CSQ", "CREG")


def all_but(*known):
    """A pattern of every command but AT, ATE and these (27.005, 27.007)."""
    return rf"AT(?!$|E|\+({'|'.join(known)})).+"


def without(*names):
    return all_but(*(name for name in LEAST if name not in names))


HABITS = {
    "the least": Habits(ignored=all_but(*LEAST)),
    "without announcements": Habits(ignored=without("CNMI")),
    "without announcements, shown unasked": Habits(
        ignored=without("CNMI"), routing_default=(2, 2, 0, 0, 0)
    ),
    "without SIM and network": Habits(ignored=without("CPIN", "CSQ", "CREG")),
    "without any of these": Habits(ignored=without("CNMI", "CPIN", "CSQ", "CREG")),
    "no reading of one message": Habits(ignored=without("CMGR")),
    "no listing": Habits(ignored=all_but("CPMS", *(n for n in LEAST if n != "CMGL"))),
    "orders alone": Habits(ignored=r"AT\+\w+(=\?|(?<!CPIN)\?)|AT\+(CEREG|CSQ).*"),
    "one thing": Habits(ignored=r"AT\+CSCS.*"),
    "an echo that stays": Habits(ignored=all_but(*LEAST), is_echo_stuck=True),
    "escape is no letter": Habits(ignored="\x1b.*|" + all_but(*LEAST), is_escape_an_error=True),
    "a second for each answer": Habits(ignored=all_but(*LEAST), answer_delay_s=1.2),
}


@pytest.mark.parametrize("habits", HABITS.values(), ids=list(HABITS))
def test_messages_pass_both_ways_at_a_modem_that_is_silent_at_what_it_does_not_know(habits):
    rig = Rig(Foreign(habits=habits))
    rig.sim.air.inject(CITIZEN, "sebelum mulai")
    limit_s = 120 + 200 * habits.answer_delay_s
    rig.run_until_ready(limit_s=limit_s)
    rig.sim.air.inject(CITIZEN, "jalan rusak")
    rig.postbox.post(CITIZEN, "Laporan diterima")
    rig.run_until(lambda: len(rig.postbox.texts) == 2 and rig.postbox.outcomes, limit_s=60)
    assert rig.postbox.outcomes[1].startswith("sent")
    rig.run_for(700)
    assert sorted(rig.postbox.texts) == ["jalan rusak", "sebelum mulai"]
    assert not any(rig.sim.slots.values())
    assert rig.postbox.health[-1].state is ModemState.READY
    assert (rig.resets, rig.postbox.health[-1].resets) == ([], ())
    asked = [text for text in rig.sim.audit.commands if re.fullmatch(habits.ignored, text)]
    assert all(asked.count(text) <= 2 for text in asked)


@pytest.mark.parametrize("names", [(), ("CNMI",), ("CPIN", "CNMI", "CSQ", "CREG"), ("CMGR",)])
@pytest.mark.parametrize("vendor", ["sim7600", "mc75i"])
def test_a_modem_that_begins_in_text_mode_and_lists_by_words_there_serves_too(vendor, names):
    rig = Rig(ModemSim(vendor=vendor))
    rig.sim.faults.ignored = without(*names)
    rig.sim.air.inject(CITIZEN, "sebelum mulai")
    rig.run_until_ready(limit_s=120)
    rig.sim.air.inject(CITIZEN, "jalan rusak")
    rig.run_until(lambda: len(rig.postbox.texts) == 2)
    assert (rig.resets, rig.postbox.health[-1].resets) == ([], ())


def test_what_is_refused_for_its_silence_is_asked_anew_when_the_modem_starts_anew():
    rig = Rig(ModemSim())
    rig.sim.faults.ignored = r"AT\+CNMI=.*"
    rig.run_until_ready(limit_s=120)
    rig.sim.faults.ignored = ""
    rig.sim.reboot()
    rig.run_until(lambda: not rig.machine.can_send)
    rig.run_until_ready()
    assert rig.sim._cnmi[1] == 1


def test_an_answer_that_got_lost_is_no_refusal():
    rig = Rig(ModemSim())
    lost = 'E0 I +CIMI +CPMS=? +CPMS=" +CSMS +CNMI=? +CNMI=2 +CREG? +CSQ'
    rig.sim.faults.lost_answers = lost.split()
    rig.run_until_ready(limit_s=180)
    assert rig.sim.faults.lost_answers == []
    assert (rig.sim._cnmi, rig.remarks, rig.resets) == ([2, 1, 0, 2, 0], [], [])
    assert rig.postbox.health[-1].operator == "51010"


@pytest.mark.parametrize("delay_s", [0.9, 1.2, 2.0, 3.5, 4.5])
def test_a_modem_that_takes_its_time_is_not_called_silent(delay_s):
    rig = Rig(Foreign(habits=Habits(answer_delay_s=delay_s)))
    rig.run_until_ready(limit_s=60 + 40 * delay_s)
    assert (rig.remarks, rig.resets) == ([], [])


@pytest.mark.parametrize("name", ["CPMS=.+", "CPIN", "CNMI=[?]", "CNMI[?]", "CREG[?]", "CSQ"])
def test_an_answer_that_comes_after_its_time_is_the_one_that_was_asked_for(name):
    habits = Habits(slow=rf"AT\+{name}.*", slow_s=9)
    rig = Rig(Foreign(habits=habits))
    rig.run_until_ready(limit_s=200)
    rig.sim.air.inject(CITIZEN, "jalan rusak")
    rig.run_until(lambda: rig.postbox.texts, limit_s=60)
    rig.run_for(300)
    assert rig.postbox.health[-1].signal_dbm == -73
    assert (rig.sim.routing, rig.remarks, rig.resets) == ([2, 1, 0, 2, 0], [], [])


# Modems that hang


def restarts(rig):
    return [text for text in rig.log if text.startswith("AT+CFUN")]


def test_a_modem_that_answers_nothing_but_at_is_reset_rung_by_rung():
    rig = Rig(Foreign(habits=Habits(ignored=r"AT.+")))
    rig.run_until(lambda: len(rig.resets) >= 2, limit_s=900)
    assert restarts(rig)
    rig.sim.habits = Habits()
    rig.run_until_ready(limit_s=120)


@pytest.mark.parametrize("hung", ["CREG|CEREG|CSQ", "CPMS|CMGL", "CNMI", "C.*"])
def test_a_modem_that_no_longer_answers_what_it_did_is_reset(hung):
    rig = Rig(Foreign())
    rig.run_until_ready()
    rig.sim.habits = Habits(ignored=rf"AT\+({hung}).*")
    rig.run_until(lambda: rig.resets, limit_s=300)
    assert restarts(rig)


@pytest.mark.parametrize("habits", [Habits(), HABITS["the least"]], ids=["able", "silent"])
def test_a_modem_that_answers_nothing_any_more_is_reset(habits):
    rig = Rig(Foreign(habits=habits))
    rig.run_until_ready(limit_s=120)
    rig.sim.habits = Habits(ignored=r"[\s\S]*")
    rig.run_until(lambda: rig.resets, limit_s=120)
    assert restarts(rig)
    rig.sim.habits = habits
    rig.run_until_ready(limit_s=180)


def test_another_modem_that_is_silent_at_what_the_first_one_knew_serves():
    rig = Rig(Foreign())
    rig.run_until_ready()
    rig.feed(PortLost())
    rig.feed(PortMissing())
    rig.sim = Foreign(habits=HABITS["the least"])
    rig.feed(PortOpened())
    rig.run_until_ready(limit_s=120)
    assert rig.resets == []


# What must not be said twice


def test_a_pin_without_an_answer_is_not_entered_again():
    rig = Rig(Foreign(pin="1234", habits=Habits(ignored='AT\\+CPIN=".*')), pin="1234")
    rig.run_for(600)
    assert sum(text.startswith('AT+CPIN="') for text in rig.sim.audit.commands) == 1


def test_an_operator_who_is_asked_in_vain_is_not_asked_again():
    timing = Timing(balance_every_s=300)
    sim = Foreign(habits=Habits(ignored=r"AT\+CUSD.*"))
    rig = Rig(sim, timing=timing, balance_code="*888#")
    rig.run_until(lambda: any("CUSD=1" in text for text in rig.log), limit_s=120)
    rig.run_for(1500)
    assert sum("CUSD=1" in text for text in rig.log) == 1
    assert (rig.resets, rig.machine.can_send) == ([], True)


def test_a_delete_without_an_answer_is_not_repeated_before_its_slot_was_listed():
    rig = Rig(Foreign())
    rig.run_until_ready()
    rig.sim.air.inject(CITIZEN, "jalan rusak")
    rig.sim.habits = Habits(ignored=r"AT\+CMGD.*")
    rig.run_for(60)
    asked = [text for text in rig.log if re.match(r"AT\+CMG[DLR]", text)]
    deleted = [at for at, text in enumerate(asked) if text.startswith("AT+CMGD")]
    assert len(deleted) > 1
    assert all(not asked[at - 1].startswith("AT+CMGD") for at in deleted)


def test_a_text_that_the_modem_does_not_ask_for_is_said_once():
    rig = Rig(Foreign())
    rig.run_until_ready()
    rig.sim.habits = Habits(ignored=r"AT\+CMGS.*")
    rig.postbox.post(CITIZEN, "ya")
    rig.run_until(lambda: rig.postbox.outcomes, limit_s=60)
    assert sum(text.startswith("AT+CMGS") for text in rig.log) == 1
    assert rig.postbox.outcomes[1] == "temporary no prompt"


@pytest.mark.parametrize("ignored", [r"AT\+CNMA|AT", r"AT\+CNMA"], ids=["hangs", "silent"])
def test_an_acknowledgement_without_an_answer_keeps_no_text_from_being_sent(ignored):
    """It comes between a text that was handed to the machine and its AT+CMGS."""
    habits = Habits(is_flash_shown=True, slow=r"AT\+CUSD=2", slow_s=2)
    rig = Rig(Foreign(habits=habits), balance_code="*888#")
    rig.run_until(lambda: any("CUSD=1" in text for text in rig.log), limit_s=120)
    rig.run_for(1)
    rig.postbox.post(CITIZEN, "satu")
    rig.run_until(lambda: "AT+CUSD=2" in rig.log)
    rig.sim.habits = replace(habits, ignored=ignored)
    rig.sim.air.inject(CITIZEN, "kilat", dcs=0x10)
    rig.run_until(lambda: "AT+CNMA" in rig.log)
    assert not any("CMGS" in text for text in rig.log)
    rig.run_for(60)
    rig.sim.habits = habits
    rig.postbox.post(CITIZEN, "dua")
    rig.run_until(lambda: rig.postbox.outcomes.get(2, "").startswith("sent"), limit_s=300)
    assert 1 in rig.postbox.outcomes


def test_messages_that_are_shown_while_a_silent_modem_starts_do_not_hold_up_its_start():
    habits = HABITS["without announcements, shown unasked"]
    rig = Rig(Foreign(habits=habits))
    for number in range(9):
        rig.sim.air.inject(CITIZEN, f"laporan {number}")
        rig.run_for(10)
    rig.run_until_ready(limit_s=60)
    assert len(rig.postbox.texts) == 9


# Any modem

OPTIONAL = """
    E|V|Q I|[+]CGMI [+]CMEE [+]CPIN [+]CIMI [+]CSCS [+]CREG [+]CEREG [+]CSQ [+]CSMS [+]CNMA
    [+]CPMS=[?] [+]CPMS[?] [+]CPMS=.[SM] [+]CNMI=[?] [+]CNMI=[0-9] [+]CNMI[?] [+]CMGF[?] [+]CMGR
"""


@settings(deadline=None, max_examples=40)
@given(
    ignored=st.sets(st.sampled_from(OPTIONAL.split())),
    slow=st.sets(st.sampled_from(OPTIONAL.split()), max_size=3),
    slow_s=st.sampled_from([0.5, 1.5, 3.0]),
    delay_s=st.sampled_from([0.0, 0.0, 0.4, 1.5]),
    is_deaf=st.booleans(),
)
def test_any_silence_and_any_slowness_together_serve_without_a_reset(
    ignored, slow, slow_s, delay_s, is_deaf
):
    ignored, slow = (rf"AT({'|'.join(sorted(those)) or '$^'}).*" for those in (ignored, slow))
    habits = Habits(ignored=ignored, slow=slow, slow_s=slow_s, answer_delay_s=delay_s)
    habits.is_deaf_while_busy = is_deaf
    rig = Rig(Foreign(habits=habits))
    rig.sim.air.inject(CITIZEN, "sebelum mulai")
    rig.run_until_ready(limit_s=900)
    # What the modem took, and only that, is what we believe of it.
    configuration = rig.machine._configuration
    assert configuration.routing in {None, tuple(rig.sim.routing)}
    assert configuration.is_acknowledging == bool(rig.sim.service)
    rig.sim.air.inject(CITIZEN, "jalan rusak")
    rig.postbox.post(CITIZEN, "Laporan diterima")
    rig.run_until(lambda: len(rig.postbox.texts) == 2 and rig.postbox.outcomes, limit_s=200)
    assert rig.postbox.outcomes[1].startswith("sent")
    assert rig.resets == []
