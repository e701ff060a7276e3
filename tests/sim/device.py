"""The part of a simulated modem that any serial device has: hearing, talking, starting, hanging.

A command is a pattern and the method that answers it; the tables are in the modules that answer.
"""

import random
import re
from collections.abc import Callable

from tests.sim.air import Air
from tests.sim.errors import worded
from tests.sim.personalities import DEFAULT, personality_of
from tests.sim.traits import Audit, Faults, Sim
from tests.sim.wire import Wire

BOOT_S = 0.2
SMS_READY_S = 0.1
ESC, CR, LF = 0x1B, 0x0D, 0x0A


class SerialDevice:
    """`update` takes time and bytes and returns bytes; `call_at` says when to call without any."""

    commands: tuple[tuple[str, str], ...] = ()
    is_cmee_supported = True
    sms_ready_s = SMS_READY_S

    def __init__(self, *, sim: Sim | None = None, vendor: str = DEFAULT) -> None:
        self.personality = personality_of(vendor)
        self.sim = sim or Sim()
        self._furnish()
        self.air = Air()
        self.faults = Faults()
        self.audit = Audit()
        self.default_cmee = self.personality.default_cmee
        self._out = bytearray()
        self._wire = Wire()
        self._chance = random.Random(0)
        self._schedule: list[tuple[float, Callable[[], None], bool]] = []
        self._now = 0.0
        self._booted_at: float | None = None
        self._is_sms_ready = True
        self._is_unlocked = not self.sim.pin
        self._reset()

    def _furnish(self) -> None:
        for name in self.personality.memories:
            self.sim.memories.setdefault(name, {})
        if self.sim.first_index is None:
            self.sim.first_index = self.personality.first_index

    def _reset(self) -> None:
        """Be as after power-on."""
        self._line = bytearray()
        self._prompt: int | None = None
        self._is_deaf = False
        self._restore()

    def _restore(self) -> None:
        """Set what lives in RAM to its defaults, as AT&F does."""
        self._echo, self._cmee = True, self.default_cmee

    @property
    def call_at(self) -> float | None:
        """The earliest moment at which something happens by itself."""
        moments = [at for at, _, _ in self._schedule]
        if (at := self._wire.call_at(self.faults.baud)) is not None:
            moments.append(at)
        return min(moments, default=None)

    def update(self, now: float, data: bytes = b"") -> bytes:
        """Advance to `now`, take `data`, return what arrives at the other end."""
        self._now = now
        while due := [entry for entry in self._schedule if entry[0] <= now]:
            first = min(due, key=lambda entry: entry[0])
            self._schedule.remove(first)
            first[1]()
        for byte in data:
            self._take(byte)
        self._land()
        out, self._out = bytes(self._out), bytearray()
        return self._wire.carry(out, now, self.faults.baud)

    def _take_payload(self, byte: int) -> None:
        """Take a byte that follows a prompt."""
        raise NotImplementedError

    def _land(self) -> None:
        """Let what waits in the air arrive."""
        raise NotImplementedError

    def _after(self, seconds: float, action: Callable[[], None], *, outside: bool = False) -> None:
        """Do something later; what happens `outside` the modem survives a reboot of it."""
        self._schedule.append((self._now + seconds, action, outside))

    # Faults with a moment of their own

    def reboot(self) -> None:
        """Lose every setting; come back with boot lines."""
        self._reset()
        self._schedule = [entry for entry in self._schedule if entry[2]]
        self._is_unlocked = not self.sim.pin
        self._is_sms_ready = False
        self.audit.reboots += 1
        self.faults.hang = "" if self.faults.hang == "restart" else self.faults.hang
        self._booted_at = self._now + BOOT_S
        self._after(BOOT_S, self._boot)

    def power_cycle(self) -> None:
        """Cut the power for a moment: heals any hang."""
        self.faults.hang = ""
        self._out.clear()
        self._wire.clear()
        self.reboot()

    def forget(self) -> None:
        """Lose every setting without a word."""
        self._reset()

    def reopened(self) -> None:
        """The port was closed and opened: heals a hang of the USB side."""
        if self.faults.hang == "reopen":
            self.faults.hang = ""

    def _boot(self) -> None:
        self._booted_at = None
        for line in self.personality.boot_lines:
            self._say(line)
        self._after(self.sms_ready_s, self._get_ready)

    def _get_ready(self) -> None:
        self._is_sms_ready = True
        if self._is_unlocked and self.sim.is_inserted:
            self._say("+CPIN: READY")
        for line in self.personality.ready_lines:
            self._say(line)

    def _reboots_in(self, moment: str) -> bool:
        if self.faults.reboot_in != moment:
            return False
        self.faults.reboot_in = ""
        self.reboot()
        return True

    # Talking

    def _say(self, line: str) -> None:
        if self.faults.hang:
            return
        if self.faults.random_urcs and self._chance.random() < self.faults.random_urcs:
            self._out += b"\r\n+FOOBAR: 1\r\n"
        if self.faults.garbage:
            self._out += b"\xff\x00\x80"
        text = b"\r\n" + line.encode("latin-1") + b"\r\n"
        if self.faults.truncated_lines:
            self.faults.truncated_lines -= 1
            text = text[: len(text) // 2]
        self._out += text

    def _final(self, line: str = "OK") -> None:
        faults = self.faults
        if faults.lost_finals:
            faults.lost_finals -= 1
            return
        if faults.late_finals:
            faults.late_finals -= 1
            self._after(faults.late_s, lambda: self._say(line))
            return
        self._say(line)
        if faults.doubled_finals:
            faults.doubled_finals -= 1
            self._say(line)

    def _cms(self, code: int) -> None:
        self._error("+CMS", code)

    def _cme(self, code: int) -> None:
        self._error("+CME", code)

    def _error(self, family: str, code: int) -> None:
        if not self._cmee:
            self._final("ERROR")
            return
        shown = worded(family, code) if self._cmee == 2 else code
        self._final(f"{family} ERROR: {shown}")

    # Hearing

    def _take(self, byte: int) -> None:
        if self.faults.hang in {"reopen", "power"} or self._booted_at is not None:
            return
        if self._is_deaf:
            self.audit.unheard_bytes += 1
            return
        if self._echo and not self.faults.hang:
            self._out.append(byte)
        if self._prompt is not None:
            self._take_payload(byte)
        elif byte == ESC:
            self._line.clear()
        elif byte == CR:
            line, self._line = self._line.decode("latin-1").strip(), bytearray()
            if line:
                self._hear(line)
        elif byte != LF:
            self._line.append(byte)

    def _hear(self, line: str) -> None:
        if self.faults.hang == "restart":
            if line.upper() == "AT+CFUN=1,1":
                self.reboot()
            return
        self.audit.commands.append(line)
        if re.fullmatch(self.faults.ignored, line):
            return
        before = len(self._out)
        self._execute(line)
        for name in self.faults.lost_answers:
            if line[2:].startswith(name):
                self.faults.lost_answers.remove(name)
                del self._out[before:]
                return

    def _execute(self, line: str) -> None:
        body = line[2:]
        if line[:2].upper() != "AT":
            self._final("ERROR")
            return
        for pattern, method in self.commands:
            if match := re.fullmatch(pattern, body):
                getattr(self, method)(*match.groups())
                return
        self._final("OK" if body in self.personality.own_commands else "ERROR")
