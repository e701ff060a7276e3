"""A modem by another hand: a bare loop over command lines, with the habits of odd firmware.

It shares no code with `tests.sim.modem`, and knows only what an SMS channel cannot do without.
Each field of `Habits` was seen in a modem or in somebody's simulator.
"""

import itertools
import re
from dataclasses import dataclass, field

from tests.sim import smscodec
from tests.sim.air import FIRST_STAMP, Air
from tests.sim.traits import Audit, Faults


@dataclass
class Habits:
    """How it differs from the book."""

    end: str = "\r\n"
    blank_lines: int = 0
    colon: str = ": "
    comma: str = ","
    is_echo_stuck: bool = False
    is_escape_an_error: bool = False
    is_verbose_off: bool = False
    has_alpha: bool = True
    has_sca: bool = True
    counts_sca: bool = False
    sca_octets: int | None = None
    """The length octet of the service centre's address, where it is wrong."""
    miscounts: int = 0
    """How much too long a PDU is said to be."""
    is_hex_lower: bool = False
    lists_empty: bool = False
    """Listings show a free slot, too, with a length of 0 and an empty line."""
    answer_delay_s: float = 0.0
    """How long each command line takes, one after another."""
    slow: str = r"$^"
    slow_s: float = 0.0
    """Commands that take so much longer."""
    is_deaf_while_busy: bool = False
    """What it is told before it has answered is not heard."""
    prompt: str = "\r\n> "
    prompt_delay_s: float = 0.0
    counts_on: bool = False
    """The reference it tells of a message sent does not wrap at 255, as that in reports does."""
    unsupported: str = r"$^"
    nods: str = r"$^"
    """Commands that it does not know and answers by OK, as it would any other."""
    ignored: str = r"$^"
    """Commands that it does not know and does not answer at all."""
    memories: tuple[str, ...] = ("SM",)
    most_memories: int = 3
    routing_limits: tuple[str, ...] = ("0123", "0123", "0123", "012", "01")
    routing_ranges: str = "+CNMI: (0-3),(0-3),(0-3),(0-2),(0,1)"
    routing_default: tuple[int, ...] = (0, 0, 0, 0, 0)
    is_flash_shown: bool = False
    acknowledge_s: float = 15.0
    is_stuck_when_full: bool = False
    ussd: tuple[str, ...] = ()
    imsi: str = "510100000000001"
    iccid: str = "8962100000000000001"


@dataclass
class Foreign:
    """The same face as `ModemSim`, as far as `Rig` looks at it."""

    habits: Habits = field(default_factory=Habits)
    capacity: int = 10
    pin: str = ""
    pin_attempts: int = 3

    def __post_init__(self) -> None:
        self.air, self.faults, self.audit = Air(), Faults(), Audit()
        self.slots = {name: {} for name in self.habits.memories}
        self.is_unlocked = not self.pin
        self.references = itertools.count(2 * 256 + 200)
        self.later: list[tuple[float, bytes]] = []
        self.unacknowledged: tuple[bytes, float] | None = None
        self.is_stuck = False
        self.now = self.free_at = 0.0
        self.power_on()

    def power_on(self) -> None:
        """Every setting is back to its default."""
        self.text_mode, self.routing, self.service = 1, list(self.habits.routing_default), 0
        self.memory = [self.habits.memories[0]] * 3
        self.is_verbose = not self.habits.is_verbose_off
        self.is_echoing = True
        self.line, self.out, self.octets = "", "", None

    @property
    def call_at(self) -> float | None:
        return min((at for at, _ in self.later), default=None)

    def reopened(self) -> None:
        """Nothing hangs here."""

    def update(self, now: float, data: bytes = b"") -> bytes:
        self.now = now
        due = [said for at, said in self.later if at <= now]
        self.later = [entry for entry in self.later if entry[0] > now]
        self.out += "".join(said.decode("latin-1") for said in due)
        for sign in data.decode("latin-1"):
            self.hear(sign)
        self.expire()
        self.land()
        out, self.out = self.out.encode("latin-1"), ""
        return out

    # Talking

    def say(self, line: str) -> None:
        habits = self.habits
        line = re.sub(r"^([+^][A-Z]+): ", rf"\1{habits.colon}", line).replace(",", habits.comma)
        self.out += habits.end * (1 + habits.blank_lines) + line + habits.end

    def done(self) -> None:
        self.say("OK" if self.is_verbose else "0")

    def fail(self) -> None:
        self.say("ERROR" if self.is_verbose else "4")

    # Hearing

    def hear(self, sign: str) -> None:
        if self.is_echoing:
            self.out += sign
        if self.octets is not None and sign in "\x1a\x1b":
            text, octets, self.line, self.octets = self.line, self.octets, "", None
            self.submit(text, octets) if sign == "\x1a" else self.done()
        elif sign == "\x1b" and not self.habits.is_escape_an_error:
            self.line = ""
        elif sign == "\r" and self.octets is None:
            line, self.line = self.line, ""
            self.take_time(line)
        elif sign != "\n":
            self.line += sign

    def take_time(self, line: str) -> None:
        habits, is_busy = self.habits, self.free_at > self.now
        if habits.is_deaf_while_busy and is_busy:
            return
        if re.fullmatch(habits.ignored, line):
            self.audit.commands.append(line)
            return
        delay_s = habits.answer_delay_s
        if re.fullmatch(habits.slow, line):
            delay_s += habits.slow_s
        if not delay_s and not is_busy:
            self.obey(line)
            return
        out, self.out = self.out, ""
        self.obey(line)
        said, self.out = self.out, out
        self.free_at = max(self.free_at, self.now) + delay_s
        self.later.append((self.free_at, said.encode("latin-1")))

    def obey(self, line: str) -> None:
        self.audit.commands.append(line)
        if not line.startswith("AT") or re.fullmatch(self.habits.unsupported, line):
            self.fail()
            return
        if re.fullmatch(self.habits.nods, line):
            self.done()
            return
        name = re.match(r"AT[+^&]?([A-Z]*)", line)[1].lower() or "at"
        method = getattr(self, f"do_{name}", None)
        if method is None:
            self.fail()
        else:
            method(line)

    def do_at(self, line: str) -> None:
        self.done()

    do_cmee = do_cscs = do_at

    def do_e(self, line: str) -> None:
        if self.habits.is_echo_stuck:
            self.fail()
        else:
            self.is_echoing = False
            self.done()

    def do_q(self, line: str) -> None:
        self.is_verbose = self.is_verbose or "V1" in line
        self.done()

    do_v = do_q

    def do_i(self, line: str) -> None:
        self.say("ACME GSM")
        self.done()

    def do_cpin(self, line: str) -> None:
        if line == "AT+CPIN?":
            locked = "SIM PIN" if self.pin_attempts else "SIM PUK"
            self.say(f"+CPIN: {'READY' if self.is_unlocked else locked}")
            self.done()
        elif line == f'AT+CPIN="{self.pin}"':
            self.is_unlocked, self.pin_attempts = True, 3
            self.done()
        else:
            self.pin_attempts -= 1
            self.fail()

    def do_ccid(self, line: str) -> None:
        self.say(self.habits.iccid)
        self.done()

    def do_cimi(self, line: str) -> None:
        self.say(self.habits.imsi)
        self.done()

    def do_creg(self, line: str) -> None:
        if line.endswith("?"):
            self.say("+CREG: 0,1")
        self.done()

    def do_csq(self, line: str) -> None:
        self.say("+CSQ: 20,99")
        self.done()

    def do_cfun(self, line: str) -> None:
        self.is_stuck = False
        self.done()

    def do_chup(self, line: str) -> None:
        self.done()

    def do_cusd(self, line: str) -> None:
        self.done()
        answers = self.habits.ussd
        self.later += [
            (self.now + 1 + n, f"\r\n{said}\r\n".encode()) for n, said in enumerate(answers)
        ]

    # Messages

    def do_cmgf(self, line: str) -> None:
        if line.endswith("?"):
            self.say(f"+CMGF: {self.text_mode}")
        else:
            self.text_mode = int(line[-1])
        self.done()

    def do_csms(self, line: str) -> None:
        self.service = int(line[-1])
        self.say("+CSMS: 1,1,1")
        self.done()

    def do_cpms(self, line: str) -> None:
        if line == "AT+CPMS=?":
            names = ",".join(f'"{name}"' for name in self.habits.memories)
            self.say("+CPMS: " + ",".join([f"({names})"] * self.habits.most_memories))
            self.done()
            return
        if line != "AT+CPMS?":
            names = re.findall(r'"(\w+)"', line)
            if len(names) > self.habits.most_memories or not set(names) <= set(self.slots):
                self.fail()
                return
            self.memory[: len(names)] = names
            if len(names) == self.habits.most_memories:
                self.memory[len(names) :] = names[-1:] * (3 - len(names))
        shown = self.memory[: self.habits.most_memories]
        named = line == "AT+CPMS?"
        parts = [
            (f'"{n}",' if named else "") + f"{len(self.slots[n])},{self.capacity}" for n in shown
        ]
        self.say("+CPMS: " + ",".join(parts))
        self.done()

    def do_cnmi(self, line: str) -> None:
        if line == "AT+CNMI=?":
            self.say(self.habits.routing_ranges)
        elif line == "AT+CNMI?":
            self.say("+CNMI: " + ",".join(str(value) for value in self.routing))
        else:
            values = line.split("=")[1].split(",")
            limits = self.habits.routing_limits
            if any(value not in limit for value, limit in zip(values, limits, strict=True)):
                self.fail()
                return
            self.routing = [int(value) for value in values]
        self.done()

    def do_cmgl(self, line: str) -> None:
        for index, pdu in sorted(self.slots[self.memory[0]].items()):
            self.show(f"+CMGL: {index},1", pdu)
        if self.habits.lists_empty:
            self.say(f"+CMGL: {self.capacity},0,,0")
            self.say("")
        self.done()

    def do_cmgr(self, line: str) -> None:
        pdu = self.slots[self.memory[0]].get(int(line.split("=")[1]))
        if pdu is not None:
            self.show("+CMGR: 1", pdu)
        self.done()

    def do_cmgd(self, line: str) -> None:
        if self.slots[self.memory[0]].pop(int(line.split("=")[1]), None) is None:
            self.fail()
            return
        self.done()

    def show(self, header: str, pdu: bytes) -> None:
        if self.text_mode:
            self.say(header[:-1] + '"REC READ","+62812",,"26/11/21,09:00:00+28"')
            self.say("isi pesan")
            return
        self.say(f"{header},{'' if not self.habits.has_alpha else ','}{self.length(pdu)}")
        self.say(self.hex(pdu))

    def length(self, pdu: bytes) -> int:
        octets = len(pdu) if self.habits.counts_sca else len(pdu) - 1 - pdu[0]
        return octets + self.habits.miscounts

    def hex(self, pdu: bytes) -> str:
        if not self.habits.has_sca:
            pdu = b"\0" + pdu[1 + pdu[0] :]
        if self.habits.sca_octets is not None:
            pdu = bytes([self.habits.sca_octets]) + pdu[1:]
        return pdu.hex() if self.habits.is_hex_lower else pdu.hex().upper()

    def do_cmgs(self, line: str) -> None:
        self.octets = int(line.split("=")[1])
        if self.habits.prompt_delay_s:
            self.later.append((self.now + self.habits.prompt_delay_s, self.habits.prompt.encode()))
        else:
            self.out += self.habits.prompt

    def submit(self, text: str, octets: int) -> None:
        pdu = bytes.fromhex(text)
        assert len(pdu) == 1 + octets
        submit = self.air.accept(pdu[1:])
        counted = next(self.references)
        reference = counted % 256
        self.say(f"+CMGS: {counted if self.habits.counts_on else reference}")
        self.done()
        self.is_stuck = False
        if submit.wants_report:
            self.air.waiting.append(
                smscodec.status_report(submit.number, reference, 0, FIRST_STAMP)
            )

    # Receiving

    def land(self) -> None:
        if not self.is_unlocked or self.unacknowledged:
            return
        while self.air.waiting and self.route(self.air.waiting[0]):
            self.air.waiting.pop(0)

    def route(self, pdu: bytes) -> bool:
        is_report = pdu[1 + pdu[0]] & 3 == 2
        way = self.routing[3] if is_report else self.routing[1]
        is_flash = self.habits.is_flash_shown and not is_report and class_of(pdu) == 0
        if is_report and way == 0:
            return True
        if way == (1 if is_report else 2) or is_flash:
            return self.show_at_once(pdu, is_report=is_report)
        name = "SR" if is_report and "SR" in self.slots else self.memory[2]
        slots = self.slots[name]
        if len(slots) >= self.capacity:
            self.is_stuck = self.habits.is_stuck_when_full
        if self.is_stuck or len(slots) >= self.capacity:
            return False
        index = next(index for index in range(1, 1000) if index not in slots)
        slots[index] = pdu
        if way:
            self.say(f'{"+CDSI" if is_report else "+CMTI"}: "{name}",{index}')
        return True

    def show_at_once(self, pdu: bytes, *, is_report: bool) -> bool:
        self.say(f"{'+CDS: ' if is_report else '+CMT: ,'}{self.length(pdu)}")
        self.say(self.hex(pdu))
        if not self.service:
            return True
        self.unacknowledged = (pdu, self.now + self.habits.acknowledge_s)
        return False

    def do_cnma(self, line: str) -> None:
        if self.unacknowledged is None:
            self.say("+CMS ERROR: 340")
            return
        self.air.waiting.remove(self.unacknowledged[0])
        self.unacknowledged = None
        self.done()

    def expire(self) -> None:
        """Without an acknowledgement mt and ds go to 0 (27.005 3.4.4); the network tries anew."""
        if self.unacknowledged and self.now >= self.unacknowledged[1]:
            self.unacknowledged = None
            self.routing[1] = self.routing[3] = 0


def class_of(pdu: bytes) -> int | None:
    """The class of a DELIVER by its coding scheme (23.038 4), None without one."""
    at = 1 + pdu[0]
    scheme = pdu[at + 4 + (pdu[at + 1] + 1) // 2]
    return scheme & 3 if scheme & 0x10 else None
