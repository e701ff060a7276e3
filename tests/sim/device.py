"""The part of a simulated modem that any modem has: talking, starting, SIM lock and network."""

import re
from collections.abc import Callable

from tests.sim.air import Air
from tests.sim.traits import Audit, Faults, Sim

BOOT_S = 0.2
SMS_READY_S = 0.1

# How +CMEE=2 words them (27.005 3.2.5, 27.007 9.2).
ERROR_TEXTS = {
    10: "SIM not inserted",
    11: "SIM PIN required",
    14: "SIM busy",
    16: "incorrect password",
    21: "Short message transfer rejected",
    28: "Unidentified subscriber",
    38: "Network out of order",
    302: "operation not allowed",
    303: "operation not supported",
    304: "invalid PDU mode parameter",
    310: "SIM not inserted",
    311: "SIM PIN required",
    314: "SIM busy",
    321: "invalid memory index",
    331: "no network service",
    500: "unknown error",
}

PLAIN_COMMANDS = (
    (r"", "_at"),
    (r"E([01])", "_at_echo"),
    (r"[VQ][01]", "_at"),
    (r"I", "_at_identity"),
    (r"\+CGMI", "_at_manufacturer"),
    (r"\+CGSN", "_at_serial"),
    (r"\+CMEE=([012])", "_at_cmee"),
    (r"\+CFUN=1,1", "_at_restart"),
    (r"\+CPIN\?", "_at_pin_state"),
    (r'\+CPIN="(\d+)"', "_at_pin"),
    (r"\+SPIC", "_at_pin_counter"),
    (r'\+CSCS="(?:GSM|IRA)"', "_at_cscs"),
    (r"\+CREG\?", "_at_registration"),
    (r"\+CEREG\?", "_at_lte_registration"),
    (r"\+CREG=([012])", "_at_creg"),
    (r"\+CSQ", "_at_signal"),
)


class SerialDevice:
    """`update` takes time and bytes and returns bytes; `call_at` says when to call without any."""

    commands = PLAIN_COMMANDS
    is_cmee_supported = True
    default_cmee = 0
    sms_ready_s = SMS_READY_S

    def __init__(self, *, sim: Sim | None = None, vendor: str = "SIMCOM_Ltd") -> None:
        self.sim = sim or Sim()
        self.air = Air()
        self.faults = Faults()
        self.audit = Audit()
        self.vendor = vendor
        self.is_lte_only = False
        self._out = bytearray()
        self._schedule: list[tuple[float, Callable[[], None]]] = []
        self._now = 0.0
        self._booted_at: float | None = None
        self._is_sms_ready = True
        self._is_unlocked = not self.sim.pin
        self._reset()

    def _reset(self) -> None:
        self._line = bytearray()
        self._prompt: int | None = None
        self._is_deaf = False
        self._echo, self._cmee, self._creg = True, self.default_cmee, 0

    @property
    def call_at(self) -> float | None:
        """The earliest moment at which something happens by itself."""
        return min((at for at, _ in self._schedule), default=None)

    def update(self, now: float, data: bytes = b"") -> bytes:
        """Advance to `now`, take `data`, return what the modem says."""
        self._now = now
        while (at := self.call_at) is not None and at <= now:
            due = min(self._schedule, key=lambda entry: entry[0])
            self._schedule.remove(due)
            due[1]()
        for byte in data:
            self._take(byte)
        self._land()
        out, self._out = bytes(self._out), bytearray()
        return out

    def _take_payload(self, byte: int) -> None:
        """Take a byte that follows a prompt."""
        raise NotImplementedError

    def _land(self) -> None:
        """Let what waits in the air arrive."""
        raise NotImplementedError

    def _after(self, seconds: float, action: Callable[[], None]) -> None:
        self._schedule.append((self._now + seconds, action))

    # Faults with a moment of their own

    def reboot(self) -> None:
        """Lose every setting; come back with boot lines."""
        self._reset()
        self._schedule.clear()
        self._is_unlocked = not self.sim.pin
        self._is_sms_ready = False
        self.audit.reboots += 1
        self.faults.hang = "" if self.faults.hang == "restart" else self.faults.hang
        self._booted_at = self._now + BOOT_S
        self._after(BOOT_S, self._boot)

    def _boot(self) -> None:
        self._booted_at = None
        self._say("RDY")
        self._say("+CFUN: 1")
        self._after(self.sms_ready_s, self._get_ready)

    def _get_ready(self) -> None:
        self._is_sms_ready = True
        if self._is_unlocked and self.sim.is_inserted:
            self._say("+CPIN: READY")
        self._say("SMS DONE")

    def reopened(self) -> None:
        """The port was closed and opened: heals a hang of the USB side."""
        if self.faults.hang == "reopen":
            self.faults.hang = ""

    # Talking

    def _say(self, line: str) -> None:
        if self.faults.hang:
            return
        if self.faults.garbage:
            self._out += b"\xff\x00\x80"
        self._out += b"\r\n" + line.encode("latin-1") + b"\r\n"

    def _final(self, line: str = "OK") -> None:
        if self.faults.lost_finals:
            self.faults.lost_finals -= 1
            return
        self._say(line)
        if self.faults.doubled_finals:
            self.faults.doubled_finals -= 1
            self._say(line)

    def _cms(self, code: int) -> None:
        self._error("+CMS", code)

    def _cme(self, code: int) -> None:
        self._error("+CME", code)

    def _error(self, family: str, code: int) -> None:
        if not self._cmee:
            self._final("ERROR")
            return
        shown = ERROR_TEXTS.get(code, "unknown error") if self._cmee == 2 else code
        self._final(f"{family} ERROR: {shown}")

    # Hearing

    def _take(self, byte: int) -> None:
        if self.faults.hang == "reopen" or self._booted_at is not None:
            return
        if self._is_deaf:
            return
        if self._prompt is not None:
            self._take_payload(byte)
            return
        if self._echo:
            self._out.append(byte)
        if byte == 0x1B:
            self._line.clear()
        elif byte == 0x0D:
            line, self._line = self._line.decode("latin-1").strip(), bytearray()
            if line:
                self._execute(line)
        elif byte != 0x0A:
            self._line.append(byte)

    def _execute(self, line: str) -> None:
        if self.faults.hang == "restart":
            if line.upper() == "AT+CFUN=1,1":
                self.reboot()
            return
        self.audit.commands.append(line)
        if not line.upper().startswith("AT"):
            self._final("ERROR")
            return
        body = line[2:]
        for pattern, method in self.commands:
            if match := re.fullmatch(pattern, body):
                getattr(self, method)(*match.groups())
                return
        self._final("ERROR")

    # Plain commands

    def _at(self) -> None:
        self._final()

    def _at_echo(self, value: str) -> None:
        self._echo = value == "1"
        self._final()

    def _at_identity(self) -> None:
        self._say(f"Manufacturer: {self.vendor}")
        self._say("Model: SIMULATED")
        self._final()

    def _at_manufacturer(self) -> None:
        self._say(self.vendor)
        self._final()

    def _at_serial(self) -> None:
        self._say("867322000000001")
        self._final()

    def _at_cmee(self, value: str) -> None:
        if not self.is_cmee_supported:
            self._final("ERROR")
            return
        self._cmee = int(value)
        self._final()

    def _at_restart(self) -> None:
        self._final()
        self.reboot()

    def _at_pin_state(self) -> None:
        if not self.sim.is_inserted:
            self._cme(10)
            return
        if self.sim.pin_attempts == 0:
            state = "SIM PUK"
        else:
            state = "READY" if self._is_unlocked else "SIM PIN"
        self._say(f"+CPIN: {state}")
        self._final()

    def _at_pin(self, pin: str) -> None:
        if pin == self.sim.pin and self.sim.pin_attempts:
            self._is_unlocked, self.sim.pin_attempts = True, 3
            self._final()
            return
        self.sim.pin_attempts = max(0, self.sim.pin_attempts - 1)
        self._cme(16)

    def _at_pin_counter(self) -> None:
        self._say(f"+SPIC: {self.sim.pin_attempts},3,10,10")
        self._final()

    def _at_cscs(self) -> None:
        self._final()

    def _at_registration(self) -> None:
        stat = 2 if self.faults.no_network or self.is_lte_only else 1
        self._say(f"+CREG: {self._creg},{stat}")
        self._final()

    def _at_lte_registration(self) -> None:
        self._say("+CEREG: 0,1" if self.is_lte_only else "+CEREG: 0,0")
        self._final()

    def _at_creg(self, value: str) -> None:
        self._creg = int(value)
        self._final()

    def set_network(self, is_up: bool) -> None:
        """Lose or find the network; a +CREG line tells of it if it was asked for."""
        self.faults.no_network = not is_up
        if self._creg:
            self._say(f"+CREG: {1 if is_up else 2}")

    def _at_signal(self) -> None:
        self._say("+CSQ: 99,99" if self.faults.no_network else "+CSQ: 18,0")
        self._final()
