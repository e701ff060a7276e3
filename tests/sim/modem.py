"""A strict GSM modem as a pure device: bytes and time in, bytes out.

Knows the commands that Posko uses and answers the rest with ERROR. What lies on the SIM and in the
air survives a reboot, every setting does not. Faults are fields of `Faults`; each was seen in the
field. Nothing here comes from `modem`.
"""

import re

from tests.sim import smscodec
from tests.sim.air import FIRST_STAMP
from tests.sim.device import PLAIN_COMMANDS, SerialDevice
from tests.sim.traits import Sim, Slot

REPORT_S = 0.05

MESSAGE_COMMANDS = (
    (r"\+CMGF=([01])", "_at_cmgf"),
    (r"\+CMGF\?", "_at_cmgf_state"),
    (r'\+CPMS=("[A-Z]+"(?:,"[A-Z]+")*)', "_at_cpms"),
    (r"\+CPMS\?", "_at_cpms_state"),
    (r"\+CNMI=(\d(?:,\d){0,4})", "_at_cnmi"),
    (r"\+CNMI\?", "_at_cnmi_state"),
    (r"\+CMGL=([0-4])", "_at_list"),
    (r"\+CMGR=(\d+)", "_at_read"),
    (r"\+CMGD=(\d+)(,\d)?", "_at_delete"),
    (r"\+CMGS=(\d+)", "_at_send"),
)


class ModemSim(SerialDevice):
    """A modem with messages (27.005): storage, announcements, sending."""

    commands = PLAIN_COMMANDS + MESSAGE_COMMANDS

    def __init__(self, *, sim: Sim | None = None, vendor: str = "SIMCOM_Ltd") -> None:
        super().__init__(sim=sim, vendor=vendor)
        self.is_cnmi_supported = True
        self._references = 0

    def _reset(self) -> None:
        super()._reset()
        self._payload = bytearray()
        self._cmgf = 1
        self._cnmi = [0, 0, 0, 0, 0]
        self._cpms = ["ME", "ME", "ME"]

    # Messages

    def _sms_blocked(self) -> bool:
        if not self.sim.is_inserted:
            self._cms(310)
        elif not self._is_unlocked:
            self._cms(311)
        elif not self._is_sms_ready:
            self._cms(314)
        else:
            return False
        return True

    def _at_cmgf(self, value: str) -> None:
        if not self._sms_blocked():
            self._cmgf = int(value)
            self._final()

    def _at_cmgf_state(self) -> None:
        self._say(f"+CMGF: {self._cmgf}")
        self._final()

    def _at_cpms(self, names: str) -> None:
        if self._sms_blocked():
            return
        chosen = [name.strip('"') for name in names.split(",")]
        if len(chosen) > 3 or any(name not in self.sim.memories for name in chosen):
            self._cms(302)
            return
        self._cpms[: len(chosen)] = chosen
        self._say("+CPMS: " + ",".join(self._fill(name) for name in self._cpms))
        self._final()

    def _at_cpms_state(self) -> None:
        if not self._sms_blocked():
            parts = (f'"{name}",{self._fill(name)}' for name in self._cpms)
            self._say("+CPMS: " + ",".join(parts))
            self._final()

    def _fill(self, name: str) -> str:
        return f"{len(self.sim.memories[name])},{self.sim.capacity}"

    def _at_cnmi(self, values: str) -> None:
        numbers = [int(value) for value in values.split(",")]
        limits = (2, 2, 2, 2, 0)
        if not self.is_cnmi_supported or any(
            number > limit for number, limit in zip(numbers, limits, strict=False)
        ):
            self._cms(302)
            return
        self._cnmi[: len(numbers)] = numbers
        self._final()

    def _at_cnmi_state(self) -> None:
        self._say("+CNMI: " + ",".join(str(value) for value in self._cnmi))
        self._final()

    def _at_list(self, stat: str) -> None:
        if self._sms_blocked() or self._in_text_mode():
            return
        if self.faults.no_listing:
            self._final("ERROR")
            return
        for index, slot in sorted(self.sim.memories[self._cpms[0]].items()):
            if stat == "4" or (stat == "0") != slot.is_read:
                self._show(f"+CMGL: {index},{int(slot.is_read)},,", slot)
        self._final()

    def _in_text_mode(self) -> bool:
        if self._cmgf:
            self._cms(303)
        return bool(self._cmgf)

    def _show(self, header: str, slot: Slot) -> None:
        slot.is_read = True
        self._say(header + str(len(slot.pdu) - 1 - slot.pdu[0]))
        if self.faults.urc_inside:
            self._say("+CREG: 1")
            self._say("+FOOBAR: 1")
        self._say(slot.pdu.hex().upper())

    def _at_read(self, index: str) -> None:
        if self._sms_blocked() or self._in_text_mode():
            return
        slot = self.sim.memories[self._cpms[0]].get(int(index))
        if slot is None:
            self._cms(321)
            return
        self._show(f"+CMGR: {int(slot.is_read)},,", slot)
        self._final()

    def _at_delete(self, index: str, flag: str | None) -> None:
        if self._sms_blocked():
            return
        if flag and flag != ",0":
            self.audit.deleted_all += 1
            self._final("ERROR")
            return
        if self.faults.lost_deletes:
            self.faults.lost_deletes -= 1
            return
        slot = self.sim.memories[self._cpms[0]].pop(int(index), None)
        if slot is not None and not slot.is_read:
            self.audit.deleted_unread += 1
        self._final()

    # Sending

    def _at_send(self, octets: str) -> None:
        if self._sms_blocked() or self._in_text_mode():
            return
        if self.faults.no_prompts:
            self.faults.no_prompts -= 1
            return
        if self.faults.prompt_errors:
            self._cms(self.faults.prompt_errors.pop(0))
            return
        if self.faults.urc_inside:
            self._say("+FOOBAR: 1")
        if self.faults.prompt_delay_s:
            self._is_deaf = True
            self._after(self.faults.prompt_delay_s, lambda: self._invite(int(octets)))
        else:
            self._invite(int(octets))

    def _invite(self, octets: int) -> None:
        self._is_deaf = False
        self._prompt = octets
        self._out += b"\r\n> "

    def _take_payload(self, byte: int) -> None:
        if self._echo:
            self._out.append(byte)
        if byte == 0x1B:
            self._prompt = None
            self._payload.clear()
            self._final()
        elif byte == 0x1A:
            octets, text = self._prompt, self._payload.decode("latin-1").strip()
            self._prompt = None
            self._payload.clear()
            self._submit(octets or 0, text)
        else:
            self._payload.append(byte)

    def _submit(self, octets: int, text: str) -> None:
        if not re.fullmatch(r"(?:[0-9A-F]{2})+", text) or len(text) // 2 != 1 + octets:
            self._cms(304)
            return
        if self.faults.no_network:
            self._cms(331)
            return
        if self.faults.send_errors:
            self._cms(self.faults.send_errors.pop(0))
            return
        try:
            submit = self.air.accept(bytes.fromhex(text)[1:])
        except smscodec.BadSubmitError:
            self._cms(304)
            return
        self._answer_submit(submit)

    def _answer_submit(self, submit: smscodec.Submit) -> None:
        reference, self._references = self._references, (self._references + 1) % 256
        if self.faults.send_error_after_sending:
            self.faults.send_error_after_sending -= 1
            self._cms(500)
        elif self.faults.silent_sends:
            self.faults.silent_sends -= 1
            self._is_deaf = True
            self._after(0.5, self._hear_again)
        elif self.faults.send_delay_s:
            self._is_deaf = True
            self._after(self.faults.send_delay_s, lambda: self._acknowledge(reference))
        else:
            self._acknowledge(reference)
        if submit.wants_report:
            self._after(REPORT_S, lambda: self._report(submit.number, reference))

    def _hear_again(self) -> None:
        self._is_deaf = False

    def _acknowledge(self, reference: int) -> None:
        self._is_deaf = False
        self._say(f"+CMGS: {reference}")
        self._final()

    def _report(self, number: str, reference: int) -> None:
        pdu = smscodec.status_report(number, reference, 0, FIRST_STAMP)
        if self._cnmi[3] == 1:
            self._say(f"+CDS: {len(pdu) - 1}")
            self._say(pdu.hex().upper())
        elif self._cnmi[3] == 2:
            self.air.waiting.append(pdu)

    # Receiving

    def _land(self) -> None:
        """Move messages from the air to the SIM while it has room: a network holds the rest."""
        if self.faults.hang or self._booted_at is not None or not self._is_sms_ready:
            return
        if self.faults.no_network or not self._is_unlocked or not self.sim.is_inserted:
            return
        while self.air.waiting and self._route(self.air.waiting[0]):
            self.air.waiting.pop(0)

    def _route(self, pdu: bytes) -> bool:
        if self._cnmi[1] == 2:
            self._say(f"+CMT: ,{len(pdu) - 1 - pdu[0]}")
            self._say(pdu.hex().upper())
            return True
        memory = self.sim.memories[self._cpms[2]]
        if len(memory) >= self.sim.capacity:
            return False
        index = next(index for index in range(self.sim.first_index, 1000) if index not in memory)
        memory[index] = Slot(pdu)
        if self._cnmi[1] == 1 and not self.faults.lost_urcs:
            self._say(f'+CMTI: "{self._cpms[2]}",{index}')
        return True
