"""The simulated network: messages on their way to the SIM, and what the modem sent to people."""

import itertools
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tests.sim import smscodec

FIRST_STAMP = datetime(2026, 11, 21, 9, 0, 0)  # noqa: DTZ001 - a network's local time

USSD = {
    "*888#": "Sisa pulsa Anda Rp43.000. Aktif s.d. 10/03/2027.",
    "*123#": "1 Cek pulsa\n2 Paket",
    "*123#>1": "Pulsa Rp12.500 aktif s/d 05-04-2027.",
    "*123#>2": "Paket habis.",
}
"""Codes and answers; `>` stands before each choice from a menu."""


@dataclass
class Delivered:
    """A text that reached a person."""

    to: str
    text: str
    parts: int


@dataclass
class Air:
    """Queues PDUs for the modem; collects and joins what it sends."""

    waiting: list[bytes] = field(default_factory=list)
    reports: list[bytes] = field(default_factory=list)
    """Status reports on their way."""
    held_reports: list[bytes] = field(default_factory=list)
    ussd: dict[str, str] = field(default_factory=lambda: dict(USSD))
    delivered: list[Delivered] = field(default_factory=list)
    submits: list[smscodec.Submit] = field(default_factory=list)
    _stamps: "itertools.count[int]" = field(default_factory=itertools.count)
    _references: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))
    _partial: dict[tuple[str, int, int], dict[int, smscodec.Submit]] = field(default_factory=dict)

    def inject(
        self,
        sender: str,
        text: str,
        *,
        size: int | None = None,
        reference: int | None = None,
        is_wide: bool = False,
        order: list[int] | None = None,
        dcs: int | None = None,
        pid: int = 0,
    ) -> list[bytes]:
        """Write an SMS to the box, cut where a careless phone would; return its PDUs.

        `size` is the units per part (septets or octets), `order` the parts to hand over, from 0.
        """
        units, is_ucs2 = smscodec.units_of(text), not smscodec.is_gsm(text)
        single, part = (140, 134) if is_ucs2 else (160, 153)
        if len(units) <= single and size is None:
            pieces, headers = [units], [b""]
        else:
            step = size or part
            pieces = [units[at : at + step] for at in range(0, len(units), step)]
            reference = next(self._references) if reference is None else reference
            headers = [
                smscodec.header_of(reference, len(pieces), number, is_wide=is_wide)
                for number in range(1, len(pieces) + 1)
            ]
        when = FIRST_STAMP + timedelta(seconds=next(self._stamps))
        pdus = [
            smscodec.deliver(sender, piece, when, is_ucs2=is_ucs2, header=header, dcs=dcs, pid=pid)
            for piece, header in zip(pieces, headers, strict=True)
        ]
        chosen = [pdus[number] for number in order] if order is not None else pdus
        self.waiting.extend(chosen)
        return chosen

    def accept(self, tpdu: bytes) -> smscodec.Submit:
        """Take a SUBMIT from the modem; BadSubmitError if a network would refuse it."""
        submit = smscodec.read_submit(tpdu)
        self.submits.append(submit)
        if submit.reference is None:
            self._arrive(submit.number, [submit])
            return submit
        key = (submit.number, submit.reference, submit.total)
        parts = self._partial.setdefault(key, {})
        parts[submit.sequence] = submit
        if len(parts) == submit.total:
            del self._partial[key]
            self._arrive(submit.number, [parts[number] for number in sorted(parts)])
        return submit

    def _arrive(self, number: str, parts: list[smscodec.Submit]) -> None:
        units = b"".join(part.text_units for part in parts)
        text = smscodec.text_of(units, is_ucs2=parts[0].is_ucs2)
        self.delivered.append(Delivered(to=number, text=text, parts=len(parts)))
