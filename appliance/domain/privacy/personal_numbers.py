"""Numbers by which a person is found, among all the others that a report needs. Pure.

Doubt hides: long digits stay only where all of them read as something harmless.
"""

import re
from collections.abc import Iterator
from itertools import pairwise

from appliance.domain.errors import BadInput
from appliance.domain.ids import Ticket
from appliance.domain.privacy.disguise import FILL, JOINT

# The shortest phone: 0761 and five digits. Accounts have ten and more.
_LONG_DIGITS = 9
_NAMED_DIGITS = 5
_CONTEXT_CHARS = 48

_RUN = re.compile(rf"\+?[0-9](?:{JOINT}[0-9])*{FILL}*")
_NAMED = re.compile(
    r"(?<![^\W_])(?:(?:no|nomor)[\W_]?)?(?:hp|hape|handphone|telp|telpon|telepon|tlp|tlpn|wa|"
    r"whatsapp|watsap|hub|hubungi|kontak|cp|fax|faks|rek|rekening|norek|acc|va|bca|bri|bni|mandiri|"
    r"bsi|btn|brks|dana|ovo|gopay|nik|ktp|kk|sim|npwp|paspor|bpjs)(?:nya)?[\W_]{0,3}"
    r"(?:(?:no|nomor|nomer|nmr|saya|sy|kami|aktif|adalah|an|ini|ke|bca|bri|bni|mandiri|bsi|btn)"
    r"[\W_]{1,3}){0,3}\Z",
    re.IGNORECASE,
)
_ESTATE = re.compile(r"(?<![^\W_])(?:rt|rw)[\W_]*\Z", re.IGNORECASE)
_HOUSE = re.compile(
    r"(?<![^\W_])(?:rt|rw|no|nomor|blok|km|gg|gang|lr|lorong|kav)[\W_]*\Z", re.IGNORECASE
)
_OF_TICKET = re.compile(r"(?<![^\W_])(?:tiket|ticket|cek|status|laporan)[\W_]*\Z", re.IGNORECASE)
_RUPIAH = re.compile(r"(?<![^\W_])(?:rp|idr)[\W_]{0,2}\Z", re.IGNORECASE)
_AMOUNT = re.compile(
    r"[1-9][0-9]{0,2}([.,])[0-9]{3}(?:\1[0-9]{3}){0,2}(?:,[0-9]{2})?|[1-9][0-9]{0,8}"
)
_PAUSE = re.compile(r"\s*[,;:\n]\s*|\.\s+|\s+[-–—/&]\s+")
_WHOLE = re.compile(r"(?:0|62|0062)?8[1-9][0-9]{7,10}|0[2-7][0-9]{7,10}|[0-9]{16}")
"""All the digits of a phone or an identity number; others may be the half of one."""
_DAY, _MONTH, _YEAR = "(?:0?[1-9]|[12][0-9]|3[01])", "(?:0?[1-9]|1[0-2])", "(?:19|20)[0-9]{2}"
_ATOM = (
    rf"(?:{_DAY}/{_MONTH}/(?:{_YEAR}|[0-9]{{2}})|{_DAY}-{_MONTH}-{_YEAR}|{_DAY}\.{_MONTH}\.{_YEAR}"
    rf"|{_YEAR}-{_MONTH}-{_DAY}|(?:[01]?[0-9]|2[0-4])[.:][0-5][0-9](?::[0-5][0-9])?"
    rf"|{_YEAR}|[0-9]{{1,3}}\+[0-9]{{3}})"
)
_HARMLESS = re.compile(
    rf"{_ATOM}(?:(?:\s*[,;&/–—-]\s*|\s+){_ATOM}){{0,5}}"
    r"|-?[0-9]{1,2}\.[0-9]{3,8}\s*,\s*1[0-4][0-9]\.[0-9]{3,8}"
)
"""Dates, times, years and kilometre marks; the coordinates of a place in Indonesia."""
_SMALL = re.compile(r"[0-9]{1,3}")
_HOUSES = re.compile(r"[0-9]{1,3}(?:, [0-9]{1,3}){2,20}")
_TICKET = re.compile(r"((?:0[1-9]|1[0-5])(?:[0-9]{6}|[ .-][0-9]{3}[ .-][0-9]{3}))(\W+[0-9]{1,2})?")


def find(view: str) -> Iterator[tuple[int, int]]:
    """Where they stand in a view of a text in which digits are seen."""
    for match in _RUN.finditer(view):
        count = _count(match[0])
        if count >= _LONG_DIGITS:
            yield from _long(view, match.start(), match.end())
        elif count >= _NAMED_DIGITS and _is_named(view, match):
            yield match.span()


def _is_named(view: str, run: re.Match[str]) -> bool:
    """Whether a word before it says that it is a phone or an account; a date behind it is none."""
    return bool(_NAMED.search(_before(view, run.start()))) and not _HARMLESS.fullmatch(run[0])


def _long(view: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Digits without anything else between them: one number, several, or harmless ones."""
    run = view[start:end]
    if _is_harmless(run, _before(view, start)):
        return
    parts = list(_parts(view, start, end))
    if any(_WHOLE.fullmatch(_bare(view[a:b])) for a, b in parts):
        spared = [(a, b) for a, b in parts if _is_other(view[a:b])]
        hidden = [part for part in parts if part not in spared]
    else:
        hidden = [(start, end)]
    yield from hidden


def _parts(view: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Cut at pauses, and behind the number of a house where a whole number follows it."""
    if _HOUSE.search(_before(view, start)):
        head = _SMALL.match(view, start, end)
        rest = re.compile(r"\W+").match(view, head.end(), end) if head else None
        if head and rest and _WHOLE.fullmatch(_bare(view[rest.end() : end])):
            yield head.span()
            start = rest.end()
    for pause in _PAUSE.finditer(view, start, end):
        yield start, pause.start()
        start = pause.end()
    yield start, end


def _is_harmless(run: str, before: str) -> bool:
    if _HARMLESS.fullmatch(run) or (_RUPIAH.search(before) and _AMOUNT.fullmatch(run)):
        return True
    if _HOUSES.fullmatch(run):
        numbers = [int(number) for number in run.split(", ")]
        return all(one < other for one, other in pairwise(numbers))
    if _ESTATE.search(before) and all(_SMALL.fullmatch(part) for part in re.split(r"[,/&-]", run)):
        return True
    ticket = _TICKET.fullmatch(run)
    return bool(ticket and _is_ticket(ticket[1]) and (not ticket[2] or _OF_TICKET.search(before)))


def _is_other(part: str) -> bool:
    return bool(_SMALL.fullmatch(part) or _HARMLESS.fullmatch(part))


def _is_ticket(text: str) -> bool:
    try:
        Ticket.parse(text)
    except BadInput:
        return False
    return True


def _before(view: str, start: int) -> str:
    return view[max(0, start - _CONTEXT_CHARS) : start]


def _bare(part: str) -> str:
    return "".join(sign for sign in part if sign in "0123456789")


def _count(run: str) -> int:
    return len(_bare(run))
