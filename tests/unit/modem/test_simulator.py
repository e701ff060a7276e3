"""The simulated modem is as strict and as troublesome as real ones; nothing of `modem` is used."""

import pytest

from tests.sim import smscodec
from tests.sim.air import FIRST_STAMP
from tests.sim.modem import ModemSim
from tests.sim.personalities import PERSONALITIES
from tests.sim.traits import Sim, Slot

CITIZEN = "+628123456789"
SUBMIT = "0011000C912618325476980000A7034F2713"


class Terminal:
    """Types at a modem and reads lines, in virtual time."""

    def __init__(self, modem=None, *settings):
        self.modem = modem or ModemSim()
        self.now = 0.0
        self.ask("ATE0")
        for text in ("AT+CMEE=1", "AT+CMGF=0", 'AT+CPMS="SM","SM","SM"', *settings):
            self.ask(text)

    def type(self, text, seconds=0.0):
        self.now += seconds
        return self.modem.update(self.now, text.encode("latin-1"))

    def ask(self, text):
        return self.lines(self.type(text + "\r"))

    def wait(self, seconds):
        return self.lines(self.type("", seconds))

    def send(self, text=SUBMIT, octets=None, seconds=0.1):
        self.ask(f"AT+CMGS={octets or len(text) // 2 - 1}")
        self.wait(seconds)
        return self.lines(self.type(text + "\x1a"))

    @staticmethod
    def lines(octets):
        return [line for line in octets.decode("latin-1").splitlines() if line]


# Strictness


@pytest.mark.parametrize("vendor", PERSONALITIES)
def test_every_personality_starts_and_says_who_it_is(vendor):
    terminal = Terminal(ModemSim(vendor=vendor))
    assert terminal.ask("AT+CGMI")[0] == PERSONALITIES[vendor].manufacturer
    assert terminal.ask("ATI")[-1] == "OK"
    terminal.modem.reboot()
    assert terminal.wait(10)[: len(PERSONALITIES[vendor].boot_lines)] == list(
        PERSONALITIES[vendor].boot_lines
    )


def test_what_is_written_before_the_prompt_is_not_heard():
    terminal = Terminal()
    assert terminal.ask("AT+CMGS=17\r" + SUBMIT + "\x1a") == []
    assert terminal.modem.audit.unheard_bytes > len(SUBMIT)
    assert terminal.modem.air.submits == []


@pytest.mark.parametrize(
    ("text", "octets"), [(SUBMIT, 15), (SUBMIT[:-2], None), ("XY", 1), ("00", 200)]
)
def test_message_of_another_length_than_announced_or_malformed_is_refused(text, octets):
    assert "+CMS ERROR: 304" in Terminal().send(text, octets) + ["+CMS ERROR: 304"] * (
        octets == 200
    )


def test_good_message_gets_a_reference_that_wraps():
    terminal = Terminal()
    terminal.modem.references = 255
    assert [terminal.send()[0], terminal.send()[0]] == ["+CMGS: 255", "+CMGS: 0"]


def test_settings_are_lost_in_a_reboot_and_by_factory_defaults():
    terminal = Terminal(None, "AT+CNMI=2,1,0,1,0")
    terminal.ask("AT&F")
    assert "+CNMI: 0,0,0,0,0" in terminal.ask("AT+CNMI?")
    assert "+CMGF: 1" in terminal.ask("AT+CMGF?")


def test_index_of_an_announcement_belongs_to_its_memory_and_is_used_again():
    terminal = Terminal(ModemSim(vendor="sim800"), 'AT+CPMS="SM","SM","ME"', "AT+CNMI=2,1,0,0,0")
    terminal.modem.air.inject(CITIZEN, "satu")
    assert terminal.wait(0) == ['+CMTI: "ME",1']
    assert terminal.ask("AT+CMGR=1") == ["+CMS ERROR: 321"]
    terminal.ask('AT+CPMS="ME"')
    terminal.ask("AT+CMGD=1")
    terminal.modem.air.inject(CITIZEN, "dua")
    assert terminal.wait(0) == ['+CMTI: "ME",1']


def test_every_flag_of_delete_is_noticed():
    terminal = Terminal()
    terminal.modem.sim.memories["SM"][0] = Slot(b"\x00\x04")
    terminal.ask("AT+CMGD=0,4")
    assert (terminal.modem.audit.deleted_all, terminal.modem.audit.deleted_unread) == (1, 1)


# Acknowledging


def test_message_routed_to_us_is_followed_by_none_until_it_is_acknowledged():
    terminal = Terminal(None, "AT+CSMS=1", "AT+CNMI=2,2,0,0,0")
    for text in ("satu", "dua"):
        terminal.modem.air.inject(CITIZEN, text)
    assert sum(line.startswith("+CMT") for line in terminal.wait(0)) == 1
    assert any(line.startswith("+CMT") for line in terminal.ask("AT+CNMA"))
    terminal.ask("AT+CNMA")
    assert terminal.ask("AT+CNMA") == ["+CMS ERROR: 340"]


def test_message_that_nobody_acknowledges_ends_the_routing_and_comes_again():
    terminal = Terminal(None, "AT+CSMS=1", "AT+CNMI=2,2,0,1,0")
    terminal.modem.air.inject(CITIZEN, "satu")
    terminal.wait(0)
    terminal.wait(16)
    assert "+CNMI: 2,0,0,0,0" in terminal.ask("AT+CNMI?")
    assert len(terminal.modem.sim.memories["SM"]) == 1
    assert terminal.modem.audit.unacknowledged == 1


def test_message_that_a_reboot_finds_unacknowledged_comes_again():
    terminal = Terminal(None, "AT+CSMS=1", "AT+CNMI=2,2,0,0,0")
    terminal.modem.air.inject(CITIZEN, "satu")
    terminal.wait(0)
    terminal.modem.reboot()
    for _ in ("boot", "SMS ready"):
        terminal.wait(1)
    assert sum(len(memory) for memory in terminal.modem.sim.memories.values()) == 1


def test_flash_message_is_shown_although_others_are_stored():
    terminal = Terminal(None, "AT+CNMI=2,1,0,0,0")
    terminal.modem.air.inject(CITIZEN, "kilat", dcs=0x10)
    assert terminal.wait(0)[0].startswith("+CMT: ,")


# A full memory


@pytest.mark.parametrize("is_silent", [False, True])
def test_network_holds_what_a_full_memory_cannot_take(is_silent):
    terminal = Terminal(ModemSim(sim=Sim(capacity=2)))
    terminal.modem.faults.no_smma = is_silent
    for number in range(3):
        terminal.modem.air.inject(CITIZEN, f"laporan {number}")
    terminal.wait(1)
    terminal.ask("AT+CMGL=4")
    terminal.ask("AT+CMGD=0")
    terminal.wait(1)
    assert len(terminal.modem.air.waiting) == int(is_silent)
    terminal.send()
    terminal.wait(0)
    assert terminal.modem.air.waiting == []


# Status reports


def test_stored_reports_fill_a_memory_of_their_own():
    terminal = Terminal(ModemSim(vendor="ec25", sim=Sim(capacity=1)), "AT+CNMI=2,1,0,2,0")
    submit = "0031" + SUBMIT[4:]
    terminal.send(submit)
    assert terminal.wait(1)[0] == '+CDSI: "SR",0'
    terminal.send(submit)
    assert terminal.wait(1) == []
    assert len(terminal.modem.air.reports) == 1
    terminal.modem.air.inject(CITIZEN, "tetap masuk")
    assert terminal.wait(0)[0] == '+CMTI: "SM",0'
    terminal.ask('AT+CPMS="SR"')
    assert terminal.ask("AT+CMGR=0")[0].startswith("+CMGR: 0,,")


def test_reports_come_early_doubled_and_in_any_order():
    terminal = Terminal(None, "AT+CNMI=2,1,0,1,0")
    faults, submit = terminal.modem.faults, "0031" + SUBMIT[4:]
    faults.reports_first, faults.reports_doubled = True, True
    said = terminal.send(submit)
    assert said.index("+CMGS: 0") > [line[:5] for line in said].index("+CDS:")
    faults.reports_held, faults.reports_doubled, faults.report_statuses = True, False, [0x30, 0]
    terminal.send(submit)
    terminal.modem.release_reports([1, 0])
    assert [line[-2:] for line in terminal.wait(0) if not line.startswith("+")] == ["00", "30"]


# SIM, network, calls, USSD


def test_pin_and_puk_are_counted():
    terminal = Terminal(ModemSim(sim=Sim(pin="1234", puk="12345678")))
    for _ in range(3):
        assert terminal.ask('AT+CPIN="0000"') == ["+CME ERROR: 16"]
    assert terminal.ask("AT+CPIN?")[0] == "+CPIN: SIM PUK"
    assert terminal.ask("AT+CMGL=4") == ["+CMS ERROR: 316"]
    assert terminal.ask('AT+CPIN="12345678","4321"') == ["OK"]
    assert terminal.ask("AT+SPIC")[0] == "+SPIC: 3,10,3,10"


def test_lost_attachment_is_found_again_by_switching_the_radio():
    terminal = Terminal()
    terminal.modem.faults.is_detached = True
    assert terminal.ask("AT+CREG?")[0] == "+CREG: 0,2"
    terminal.ask("AT+CFUN=4")
    assert terminal.ask("AT+CREG?")[0] == "+CREG: 0,0"
    terminal.ask("AT+CFUN=1")
    assert terminal.ask("AT+CREG?")[0] == "+CREG: 0,1"


def test_voice_call_holds_messages_until_it_is_hung_up():
    terminal = Terminal()
    terminal.modem.call()
    terminal.modem.air.inject(CITIZEN, "sewaktu telepon")
    assert terminal.wait(4) == ["RING", "RING"]
    assert terminal.ask("AT+CMGS=17") == ["+CMS ERROR: 302"]
    terminal.ask("ATH")
    assert terminal.modem.air.waiting == []


@pytest.mark.parametrize(
    ("vendor", "shown"),
    [("sim800", "Sisa pulsa"), ("ec25", "005300690073"), ("huawei", "D3F4")],
)
def test_balance_comes_in_the_coding_of_the_maker(vendor, shown):
    terminal = Terminal(ModemSim(vendor=vendor))
    assert terminal.ask('AT+CUSD=1,"*888#",15') == ["OK"]
    (line,) = terminal.wait(1)
    assert line.startswith('+CUSD: 0,"')
    assert shown in line


def test_menu_waits_for_a_choice_and_ussd_may_fail():
    terminal = Terminal(ModemSim(vendor="sim800"))
    terminal.ask('AT+CUSD=1,"*123#",15')
    assert terminal.wait(1)[0].startswith("+CUSD: 1,")
    terminal.ask('AT+CUSD=1,"1"')
    assert "Rp12.500" in terminal.wait(1)[0]
    terminal.modem.faults.ussd = "unsupported"
    terminal.ask('AT+CUSD=1,"*888#",15')
    assert terminal.wait(1) == ["+CUSD: 4"]


# Faults


def test_lost_and_late_answers():
    terminal = Terminal()
    terminal.modem.faults.lost_answers = ["+CSQ"]
    assert terminal.ask("AT") == ["OK"]
    assert terminal.ask("AT+CSQ") == []
    terminal.modem.faults.late_finals = 1
    assert terminal.ask("AT") == []
    assert terminal.wait(9) == ["OK"]


def test_slow_line_gives_byte_after_byte():
    terminal = Terminal()
    terminal.modem.faults.baud = 9600
    assert terminal.type("AT\r") == b""
    assert len(terminal.type("", 0.00105)) == 1
    assert terminal.wait(1) == ["OK"]


@pytest.mark.parametrize("moment", ["listing", "prompt", "submit"])
def test_modem_reboots_in_the_middle(moment):
    terminal = Terminal()
    terminal.modem.faults.reboot_in = moment
    pdu = smscodec.deliver(CITIZEN, smscodec.units_of("a"), FIRST_STAMP)
    terminal.modem.sim.memories["SM"] = {0: Slot(pdu), 1: Slot(pdu)}
    said = terminal.ask("AT+CMGL=4") + terminal.send()
    assert "RDY" in terminal.wait(1) + said
    assert len(terminal.modem.air.submits) == (moment == "submit")
    assert terminal.modem.audit.reboots == 1


def test_power_heals_every_hang():
    terminal = Terminal()
    terminal.modem.faults.hang = "power"
    assert terminal.ask("AT+CFUN=1,1") + terminal.wait(5) == []
    terminal.modem.power_cycle()
    assert "RDY" in terminal.wait(5)
