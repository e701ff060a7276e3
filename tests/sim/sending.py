"""Sending (27.005 3.5.1 and 4.3): the prompt, the message behind it, the network's answer."""

import re

from tests.sim import smscodec
from tests.sim.device import ESC

PROMPT_S = 0.005
"""How long the prompt takes: who writes without waiting for it is not heard."""
SILENCE_S = 0.5
MAX_TPDU = 164
CTRL_Z = 0x1A

SENDING_COMMANDS = ((r"\+CMGS=(\d+)", "_at_send"), (r"\+CMMS=[012]", "_at"))


class Sending:
    """A mixin of `SerialDevice`."""

    def _reset(self) -> None:
        super()._reset()
        self._payload = bytearray()

    def _at_send(self, octets: str) -> None:
        faults = self.faults
        if self._sms_blocked() or self._in_text_mode():
            return
        if self._rings_left:
            self._cms(302)
            return
        if int(octets) > MAX_TPDU:
            self._cms(304)
            return
        if faults.no_prompts:
            faults.no_prompts -= 1
            return
        if faults.prompt_errors:
            self._cms(faults.prompt_errors.pop(0))
            return
        if faults.urc_inside:
            self._say("+FOOBAR: 1")
        self._is_deaf = True
        self._after(PROMPT_S + faults.prompt_delay_s, lambda: self._invite(int(octets)))

    def _invite(self, octets: int) -> None:
        self._is_deaf = False
        if self.faults.hang:
            return
        self._prompt = octets
        self._out += self.personality.prompt
        if self.faults.urc_inside:
            self._say("+FOOBAR: 2")
        self._reboots_in("prompt")

    def _take_payload(self, byte: int) -> None:
        if byte == ESC:
            self._prompt = None
            self._payload.clear()
            self._final()
        elif byte == CTRL_Z:
            text = self._payload.decode("latin-1").strip()
            octets, self._prompt = self._prompt, None
            self._payload.clear()
            self._submit(octets or 0, text)
        else:
            self._payload.append(byte)

    def _submit(self, octets: int, text: str) -> None:
        if not re.fullmatch(r"(?:[0-9A-Fa-f]{2})+", text):
            self._cms(304)
            return
        pdu = bytes.fromhex(text)
        if len(pdu) != 1 + pdu[0] + octets:
            self._cms(304)
            return
        if not pdu[0] and not self.sim.service_centre:
            self._cms(330)
            return
        if not self.is_attached:
            self._cms(331)
            return
        if refusal := self._refusal():
            self._cms(refusal)
            return
        try:
            submit = self.air.accept(pdu[1 + pdu[0] :])
        except smscodec.BadSubmitError:
            self._cms(304)
            return
        self._take_submit(submit)

    def _refusal(self) -> int:
        if self.faults.send_errors:
            return self.faults.send_errors.pop(0)
        return self.faults.send_error_always

    def _take_submit(self, submit: smscodec.Submit) -> None:
        """The network has it; whatever is said now changes nothing about that."""
        reference, self.references = self.references, (self.references + 1) % 256
        self._attach()
        if submit.wants_report:
            self._expect_reports(submit.number, reference)
        if self._reboots_in("submit"):
            return
        if self.faults.urc_inside:
            self._say("+FOOBAR: 3")
        self._answer_submit(reference)

    def _answer_submit(self, reference: int) -> None:
        faults = self.faults
        if faults.send_error_after_sending:
            faults.send_error_after_sending -= 1
            self._cms(500)
        elif faults.silent_sends:
            faults.silent_sends -= 1
            self._is_deaf = True
            self._after(SILENCE_S, self._hear_again)
        elif faults.send_delay_s:
            self._is_deaf = True
            self._after(faults.send_delay_s, lambda: self._acknowledge(reference))
        else:
            self._acknowledge(reference)

    def _hear_again(self) -> None:
        self._is_deaf = False

    def _acknowledge(self, reference: int) -> None:
        self._is_deaf = False
        self._say(f"+CMGS: {reference}")
        self._final()
