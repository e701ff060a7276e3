"""USSD (27.007 7.15): balance codes, menus, and the codings in which modems pass them on."""

import re

from tests.sim import smscodec

USSD_S = 0.3
DCS_GSM, DCS_UCS2 = 15, 72

USSD_COMMANDS = (
    (r"\+CUSD=\?", "_at_ussd_range"),
    (r"\+CUSD=2", "_at_ussd_cancel"),
    (r"\+CUSD=[01]", "_at"),
    (r'\+CUSD=1,"?([^",]*)"?(?:,\d+)?', "_at_ussd"),
)


class Ussd:
    """A mixin of `SerialDevice`; the network's answers are in `air.ussd`."""

    def _reset(self) -> None:
        super()._reset()
        self._menu = ""

    def _at_ussd_range(self) -> None:
        self._tell("+CUSD: (0-2)")

    def _at_ussd_cancel(self) -> None:
        self._menu = ""
        self._final()

    def _at_ussd(self, text: str) -> None:
        if not self.is_attached:
            self._cme(30)
            return
        self._final()
        code = self._menu + _decoded(text)
        self._after(USSD_S, lambda: self._answer_ussd(code))

    def _answer_ussd(self, code: str) -> None:
        if self.faults.ussd == "silent":
            return
        if self.faults.ussd == "unsupported":
            self._say("+CUSD: 4")
            return
        answer = self.air.ussd.get(code, "Kode tidak dikenal")
        has_choices = any(other.startswith(f"{code}>") for other in self.air.ussd)
        self._menu = f"{code}>" if has_choices else ""
        coded, dcs = self._coded(answer)
        self._say(f'+CUSD: {int(has_choices)},"{coded}",{dcs}')

    def _coded(self, text: str) -> tuple[str, int]:
        coding = self.faults.ussd_coding or self.personality.ussd_coding
        if coding == "ucs2":
            return text.encode("utf-16-be").hex().upper(), DCS_UCS2
        if coding == "packed":
            return smscodec.pack(smscodec.units_of(text), 0).hex().upper(), DCS_GSM
        return text, DCS_GSM


def _decoded(text: str) -> str:
    """Modems that answer in packed hex want their codes so too; digits alone are a choice."""
    if not re.fullmatch(r"(?:[0-9A-F]{2}){2,}", text):
        return text
    octets = bytes.fromhex(text)
    return smscodec.from_septets(list(smscodec.unpack(octets, len(octets) * 8 // 7, 0))).rstrip("@")
