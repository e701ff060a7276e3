"""What people text, as commands: free text is the rule, formats are tolerated, never required.

A text is a report unless it clearly is something else: a ticket, a question about one, a cry for
the manual, or a goodbye. In doubt it is a report, since a person reads those. Keywords are
Indonesian, in any case, separated by space, "#", ":", "," or "*". Answers to "is it done?" (SUDAH,
BELUM) and additions (TAMBAH) have no action yet: with nothing but a ticket they ask for its status.
"""

import re

from appliance.domain.errors import BadInput
from appliance.domain.ids import Ticket
from appliance.domain.sms import CheckStatus, Command, Help, Ignore, Report, UnknownTicket


def _words(*lines: str) -> frozenset[str]:
    return frozenset(word for line in lines for word in line.split())


_GREETINGS = _words(
    "assalamualaikum assalamu alaikum asslm salam selamat slmt pagi siang sore malam",
    "hai halo hallo met mlm p pak bu bpk ibu min admin",
)
_REPORT_VERBS = _words("lapor lapo lpr adu aduan usul saran")
_CHECK_VERBS = _words("cek status stts")
_TICKET_VERBS = _words("sudah selesai belum")
_HELP_WORDS = _words("bantuan help")
_STOP_WORDS = _words("stop berhenti")
# Words around a ticket that say nothing more.
_FILLERS = _words(
    "tiket ticket nomor nomer nmr no lapor laporan aduan saya sy kami",
    "dong ya pak bu tolong min status",
)
_SEPARATORS = re.compile(r"[\s#:,*]+")
_VERB = re.compile(r"[\s#:,*]*([^\s#:,*]+)[\s#:,*]*")
_TICKET_SIGNS = re.compile(r"[0-9OoIlSs\s.\-–—_/]+")
_MIN_TICKET_DIGITS = 6
_LOOKALIKES = str.maketrans("OoIlSs", "001155")


def parse(text: str) -> Command:
    """Say what the sender of `text` wants."""
    text = text.strip()
    if not re.search(r"\w", text):
        return Help() if text == "?" else Ignore("empty")
    return _read_ticket(text) or _read_keyword(text) or Report(text)


def _read_keyword(text: str) -> Command | None:
    match = _VERB.match(rest := _skip_greetings(text))
    if match is None:
        return None
    verb, body = match[1].casefold().rstrip(".!?"), rest[match.end() :]
    if verb in _REPORT_VERBS:
        return _report(body)
    bare = _without_fillers(body)
    if verb in _CHECK_VERBS:
        return _check(bare)
    if verb in _TICKET_VERBS:
        return _read_ticket(bare)
    if verb in _HELP_WORDS and not bare:
        return Help()
    return Ignore("stop") if verb in _STOP_WORDS and not bare else None


def _skip_greetings(text: str) -> str:
    """Drop greeting words if anything is left behind them."""
    rest = text
    while (match := _VERB.match(rest)) and match[1].casefold().strip(".!'") in _GREETINGS:
        rest = rest[match.end() :]
    return rest or text


def _without_fillers(text: str) -> str:
    words = _SEPARATORS.split(text)
    return " ".join(word for word in words if word and word.casefold() not in _FILLERS)


def _report(body: str) -> Command:
    """LAPOR#a#b keeps every part: nobody knows which of them is the name."""
    if not body.strip():
        return Help()
    if "#" in body:
        return Report(", ".join(part.strip() for part in body.split("#") if part.strip()))
    return Report(body.strip())


def _check(wanted: str) -> Command | None:
    """CEK alone asks for the last tickets; CEK and a sentence is somebody's report."""
    wanted = wanted.rstrip("?!. ")
    if not wanted:
        return CheckStatus(None)
    if (command := _read_ticket(wanted)) is not None:
        return command
    return UnknownTicket(wanted) if re.fullmatch(r"[0-9 .\-]+", wanted) else None


def _read_ticket(text: str) -> CheckStatus | UnknownTicket | None:
    """Read a text that is nothing but a ticket, or a try at one; None for anything else."""
    if not _TICKET_SIGNS.fullmatch(text):
        return None
    digits = re.sub(r"[^0-9A-Za-z]", "", text)
    if sum(sign.isdigit() for sign in digits) < _MIN_TICKET_DIGITS:
        return None
    try:
        return CheckStatus(Ticket(digits.translate(_LOOKALIKES)))
    except BadInput:
        return UnknownTicket(text.strip())
