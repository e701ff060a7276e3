"""Modems that differ from the book, and from our own simulator, carry messages all the same.

SMS check 36 (docs/sms-checks.md).
"""

import pytest

from modem.events import ModemState
from tests.sim.foreign import Foreign, Habits
from tests.sim.rig import Rig

CITIZEN = "+628123456789"
HABITS = {
    "by the book": Habits(),
    "line feeds only": Habits(end="\n", prompt="\n> "),
    "blank lines": Habits(blank_lines=2),
    "no space after the colon": Habits(colon=":"),
    "space after the comma": Habits(comma=", "),
    "echo that stays": Habits(is_echo_stuck=True),
    "escape is an error": Habits(is_escape_an_error=True),
    "numeric answers": Habits(is_verbose_off=True),
    "no alpha field": Habits(has_alpha=False),
    "no service centre": Habits(has_sca=False),
    "lower-case hex": Habits(is_hex_lower=True),
    "prompt without a space": Habits(prompt=">"),
    "prompt on a line of its own": Habits(prompt="\r\n>\r\n"),
    "late prompt": Habits(prompt_delay_s=8),
    "references that do not wrap": Habits(counts_on=True),
    "one memory": Habits(most_memories=1),
    "two memories": Habits(most_memories=2),
    "only the memory MT": Habits(memories=("MT",)),
    "no CPMS": Habits(unsupported=r"AT\+CPMS.*"),
    "no CNMI": Habits(unsupported=r"AT\+CNMI.*"),
    "no list of CNMI": Habits(unsupported=r"AT\+CNMI=\?"),
    "CNMI that cannot be asked": Habits(unsupported=r"AT\+CNMI\?"),
    "no network commands": Habits(unsupported=r"AT\+(CREG|CEREG|CSQ).*"),
    "no SIM commands": Habits(unsupported=r"AT\+(CPIN|CCID|CIMI).*"),
    "CMGF that cannot be asked": Habits(unsupported=r"AT\+CMGF\?"),
    "OK to whatever it does not know": Habits(
        nods=r"AT\+(CPMS|CNMI|CREG|CEREG|CSQ|CPIN|CCID|CIMI|CSMS).*"
    ),
    "nothing but the least": Habits(
        unsupported=r"AT(I|E0|V1|Q0|\+(CGMI|CMEE|CPIN|CCID|CIMI|CSCS|CREG|CEREG|CSQ|CSMS|CNMI).*)"
    ),
}


@pytest.fixture(params=HABITS, ids=list(HABITS))
def rig(request):
    return Rig(Foreign(habits=HABITS[request.param]))


def test_messages_pass_both_ways_whatever_the_habits(rig):
    rig.sim.air.inject(CITIZEN, "sebelum mulai")
    rig.run_until_ready(limit_s=15)
    rig.sim.air.inject(CITIZEN, "jalan rusak")
    rig.postbox.post(CITIZEN, "Laporan diterima")
    rig.run_until(lambda: len(rig.postbox.texts) == 2 and rig.postbox.outcomes, limit_s=30)
    assert rig.postbox.outcomes[1].startswith("sent")
    rig.run_for(300)
    assert sorted(rig.postbox.texts) == ["jalan rusak", "sebelum mulai"]
    assert not any(rig.sim.slots.values())
    assert (rig.reopened, rig.postbox.health[-1].restarts) == (0, 0)
    assert sum(text.startswith("AT+CMGF=0") for text in rig.sim.audit.commands) <= 2


WRONG_LENGTHS = [
    {"counts_sca": True},
    *({"sca_octets": octets} for octets in (0, 5, 8, 12, 255)),
    *({"miscounts": octets} for octets in (-1, 1, 8)),
]


@pytest.mark.parametrize("habit", WRONG_LENGTHS, ids=str)
@pytest.mark.parametrize("text", ["panjang aneh", "jalan rusak 🚧 di jl Durian"])
def test_wrong_lengths_around_a_message_are_understood_after_a_second_look(habit, text):
    """SMS check 34: what can be read is not put aside."""
    rig = Rig(Foreign(habits=Habits(**habit)))
    rig.run_until_ready()
    rig.sim.air.inject(CITIZEN, text)
    rig.run_until(lambda: rig.postbox.texts == [text], limit_s=60)
    rig.run_until(lambda: not any(rig.sim.slots.values()))


@pytest.mark.parametrize("service", [r"$^", r"AT\+CSMS=1"], ids=["acknowledged", "shown once"])
@pytest.mark.parametrize("habit", WRONG_LENGTHS, ids=str)
def test_wrong_lengths_around_a_message_that_is_only_shown_lose_nothing(habit, service):
    """SMS check 34: there is no second look at what is in no slot."""
    rig = Rig(Foreign(habits=Habits(is_flash_shown=True, unsupported=service, **habit)))
    rig.run_until_ready()
    rig.sim.air.inject(CITIZEN, "jalan rusak di jl Durian", dcs=0x10)
    rig.run_until(lambda: rig.postbox.texts and not rig.sim.air.waiting)
    rig.sim.air.inject(CITIZEN, "sudah diperbaiki")
    rig.run_until(lambda: rig.postbox.texts[-1] == "sudah diperbaiki")
    assert rig.postbox.texts == ["jalan rusak di jl Durian", "sudah diperbaiki"]


def test_a_shown_message_that_cannot_be_read_is_kept_and_holds_up_nobody():
    rig = Rig(Foreign(habits=Habits(is_flash_shown=True, miscounts=3)))
    rig.run_until_ready()
    flash = rig.sim.air.inject(CITIZEN, "jalan rusak", dcs=0x10)[0]
    rig.sim.air.waiting[0] = flash[:-3]
    rig.sim.air.inject(CITIZEN, "lampu mati")
    rig.run_until(lambda: "lampu mati" in rig.postbox.texts, limit_s=120)
    assert flash[:-3].hex().upper().encode() in rig.postbox.received


@pytest.mark.parametrize("delay_s", [0.9, 1.2, 2.0, 3.5, 4.5])
def test_a_modem_that_takes_its_time_for_each_answer_is_served(delay_s):
    """SMS check 39: its answers to the first questions come when others have been asked."""
    rig = Rig(Foreign(habits=Habits(answer_delay_s=delay_s)))
    rig.sim.air.inject(CITIZEN, "jalan rusak")
    rig.postbox.post(CITIZEN, "Laporan diterima")
    rig.run_until(lambda: rig.postbox.texts and rig.postbox.outcomes, limit_s=60 + 40 * delay_s)
    assert rig.postbox.outcomes[1].startswith("sent")
    assert rig.resets == []


def test_a_modem_that_neither_lists_nor_reads_is_told():
    rig = Rig(Foreign(habits=Habits(unsupported=r"AT\+CMG[LR]=.*")))
    rig.run_until_ready()
    rig.sim.air.inject(CITIZEN, "jalan rusak")
    rig.run_until(lambda: any("use another modem" in text for text in rig.remarks), limit_s=60)


@pytest.mark.parametrize("unasked", ["", r"|AT\+CMGF\?"], ids=["told", "seen in a message"])
def test_a_modem_of_text_mode_alone_is_told_and_looked_at_now_and_then(unasked):
    """SMS check 40: what cannot be helped must not be asked for without a pause."""
    rig = Rig(Foreign(habits=Habits(unsupported=r"AT\+CMGF=0" + unasked)))
    rig.sim.air.inject(CITIZEN, "mode teks")
    rig.run_until(lambda: rig.postbox.health[-1].state is ModemState.TEXT_MODE)
    heard = len(rig.sim.audit.commands)
    rig.run_for(300)
    assert rig.postbox.health[-1].state is ModemState.TEXT_MODE
    assert len(rig.sim.audit.commands) - heard <= 5 * 60
    assert rig.resets == []
    rig.sim.habits = Habits()
    rig.run_until(lambda: rig.postbox.texts == ["mode teks"], limit_s=60)


def test_text_mode_is_noticed_by_the_shape_of_an_answer():
    rig = Rig(Foreign())
    rig.run_until_ready()
    rig.sim.text_mode = 1
    rig.sim.air.inject(CITIZEN, "mode teks")
    rig.run_until(lambda: rig.postbox.texts == ["mode teks"], limit_s=10)
