"""The SIM's credit and last day, asked of the operator by USSD (27.007 7.15, 23.038); best effort.

What comes is an advertisement with a figure in it, or a menu, or nothing. Menus are left, not
explored: a wrong digit buys a package.
"""

import re
from contextlib import suppress
from datetime import date

from modem.at import commands
from modem.at.parser import Info
from modem.events import Account, Timing
from modem.exchange import Reply
from modem.pdu import gsm7
from modem.procedures.steps import (
    AwaitUssd,
    Checked,
    Procedure,
    ask,
    ask_once,
)
from modem.unsolicited import Ussd, read_ussd

# An answer that asks for more keeps a session open at the network.
_ASKS_FOR_MORE = 1
_MAX_TEXT_CHARS = 1000
# "Rp43.000", "Rp. 12.500,00", "IDR 9000"; "pulsa anda 43000" where no currency is named.
_AMOUNT = re.compile(
    r"(?:\bRp\.?|\bIDR|\b(?:pulsa|saldo)(?: (?:utama|anda|kamu|reguler))*:?) ?"
    r"(\d{1,3}(?:[.,]\d{3})+|\d{1,9})(?![\d])",
    re.IGNORECASE,
)
_DATE = re.compile(r"(?<!\d)(\d{1,2})[/.-](\d{1,2})[/.-](\d{4}|\d{2})(?!\d)")
_HEX = re.compile(r"(?:[0-9A-Fa-f]{2}){4,}")
_CENTURY = 2000
_UCS2_AFTER_LANGUAGE = 0x11


def ask_balance(code: str, timing: Timing) -> Procedure:
    """Ask once; nothing is known if the network stays silent, as LTE-only networks may."""
    reply = yield from ask_once(commands.request_ussd(code), timing.send_s, "+CUSD")
    said = _in_reply(reply)
    if said is None and reply.is_ok:
        answer = yield AwaitUssd(timing.ussd_s)
        said = answer if isinstance(answer, Ussd) else None
    if said is None or said.status == _ASKS_FOR_MORE:
        yield from ask(commands.CANCEL_USSD, timing.command_s)
    return Checked(read_account(said.text, said.dcs) if said else Account())


def _in_reply(reply: Reply) -> Ussd | None:
    """Some modems answer before the OK."""
    infos = [line for line in reply.lines if isinstance(line, Info) and line.name == "+CUSD"]
    return read_ussd(infos[-1].arguments) if infos else None


def read_account(text: str, dcs: int | None = None) -> Account:
    """Find an amount and a date in what an operator says; the last day is the later of several."""
    said = decode_ussd(text, dcs)
    amount = _AMOUNT.search(said)
    days = [day for match in _DATE.finditer(said) if (day := _day(*match.groups()))]
    return Account(
        balance_rp=int(re.sub(r"\D", "", amount[1])) if amount else None,
        valid_until=max(days, default=None),
    )


def _day(day: str, month: str, year: str) -> date | None:
    with suppress(ValueError):
        return date(int(year) + (_CENTURY if len(year) == 2 else 0), int(month), int(day))
    return None


def decode_ussd(text: str, dcs: int | None = None) -> str:
    """Read an answer that is plain, or hex of UCS2, of packed septets or of characters.

    Modems differ in which of them they show for the same DCS, so the first that reads as text wins.
    """
    text = text[:_MAX_TEXT_CHARS]
    if not _HEX.fullmatch(text):
        return text
    octets = bytes.fromhex(text)
    candidates = [
        octets.decode("utf-16-be", "replace"),
        gsm7.decode(gsm7.unpack(octets, len(octets) * 8 // 7)),
        octets.decode("latin-1"),
    ]
    # UCS2 is said so by the DCS (23.038 5), where the modem tells the truth.
    if dcs is not None and dcs & 0x0C != 0x08 and dcs != _UCS2_AFTER_LANGUAGE:
        candidates.append(candidates.pop(0))
    return max(candidates, key=_legibility)


def _legibility(text: str) -> float:
    """The share of characters that an Indonesian sentence is made of."""
    return sum(char.isascii() and (char.isalnum() or char in " .,:/-\n") for char in text) / (
        len(text) or 1
    )
