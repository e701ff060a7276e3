"""What people text, as commands: free text is the rule, formats are tolerated, never required.

A text is a report unless it clearly is something else. In doubt it is a report, since a person
reads those: a verb counts only beside a ticket, or with nothing around it but words of its own
(`vocabulary`). Verbs stand before or after the ticket, in any case, separated by space, "#", ":",
"," or "*". Pure; does not know who wrote, nor which tickets exist.
"""

import re
from dataclasses import replace

from appliance.domain import reference
from appliance.domain.ids import Ticket
from appliance.domain.sms.received import (
    CheckStatus,
    Command,
    FollowUp,
    Help,
    Ignore,
    Mention,
    Report,
    Start,
    Stop,
    UnknownTicket,
    Wish,
)
from appliance.domain.triage import matter
from modem import spoken_ticket, vocabulary
from modem.spoken_ticket import Found

_SEPARATORS = re.compile(r"[\s#:,*;=>\-]+")
_FIRST_WORD = re.compile(r"[\s#:,*]*([^\s#:,*]+)[\s#:,*]*")
# "cek07123450": a verb without a space before its ticket.
_GLUED = re.compile(
    r"\b(cek|status|tiket|no|sudah|belum|batal|hapus|tambah|data|ubah|aman)(?=[0-9O])", re.I
)
_NAME = re.compile(r"[^\W\d_]+(?:[ .'][^\W\d_]+){0,3}\.?")
_CHAIN_PARTS = 3
_MOST_TYPED_DIGITS = 9
"""Of a mistyped ticket; longer numbers are phones and NIK."""
_PHONE = re.compile(r"0?8[0-9]{8}|628")
_SHORT_REMARK_WORDS = 8
_CHECK_WORDS = 2
_LONGEST_COMMAND_CHARS = 1_000
"""Seven parts; whoever writes more tells a story."""


def parse(text: str) -> Command:
    """Say what the sender of `text` wants."""
    text = text.strip()
    if not re.search(r"\w", text):
        return Help() if text == "?" else Ignore("empty")
    rest = _skip_greetings(text)
    first = _FIRST_WORD.match(rest)
    verb = _plain(first[1]) if first else ""
    if first and verb in vocabulary.REPORT_VERBS:
        return _report(rest[first.end() :])
    if len(text) > _LONGEST_COMMAND_CHARS:
        return Report(text)
    if (command := _about_number(verb, text)) is not None:
        return command
    if first and verb in vocabulary.TOPIC_VERBS:
        return _topic(verb, rest[first.end() :], text)
    return _bare(_said(rest), text)


def _about_number(verb: str, text: str) -> Command | None:
    found = spoken_ticket.find(_GLUED.sub(r"\1 ", text))
    if found is None:
        return None
    if found.ticket is None:
        return _about_wrong_ticket(found, verb)
    return _about_ticket(found.ticket, found, text)


def words_of(text: str) -> list[str]:
    """The words of a text that say something, in lower case."""
    return _said(text)


def _plain(word: str) -> str:
    return word.casefold().strip(".!?'\"()[]")


def _words(text: str) -> list[str]:
    return [word for piece in _SEPARATORS.split(text) if (word := _plain(piece))]


def _skip_greetings(text: str) -> str:
    """Drop greeting words if anything is left behind them."""
    rest = text
    while (match := _FIRST_WORD.match(rest)) and _plain(match[1]) in vocabulary.GREETINGS:
        rest = rest[match.end() :]
    return rest or text


def _said(text: str) -> list[str]:
    """The words that say something."""
    idle = vocabulary.GREETINGS | vocabulary.POLITE | vocabulary.TICKET_WORDS
    return [word for word in _words(text) if word not in idle]


def _report(body: str) -> Command:
    """LAPOR alone asks how; LAPOR and nothing but a ticket asks where that stands."""
    if vocabulary.GREETINGS.issuperset(_words(body)):
        return Help()
    found = spoken_ticket.find(body)
    if found and found.ticket and not _said(f"{found.before} {found.after}"):
        return CheckStatus(found.ticket)
    parts = [part.strip() for part in body.split("#") if part.strip()]
    if len(parts) >= _CHAIN_PARTS and _is_name(parts[0]):
        name, where, *rest = parts
        if _is_place(where):
            return Report(", ".join(rest), name, where, is_explicit=True)
        return Report(", ".join([where, *rest]), name, is_explicit=True)
    return Report(", ".join(parts) if "#" in body else body.strip(), is_explicit=True)


def _is_name(part: str) -> bool:
    """Whether it can be somebody's name; a topic stays where triage sees it."""
    return _NAME.fullmatch(part) is not None and matter.is_nothing(part)


def _is_place(part: str) -> bool:
    return matter.is_nothing(part) or part.casefold() in reference.kelurahan_names()


def _topic(verb: str, body: str, text: str) -> Command:
    """USUL, SARAN, TANYA and INFO with what they are about; alone they ask how."""
    if not _said(body):
        return Help()
    chain = _report(body) if "#" in body else None
    if not isinstance(chain, Report):
        return Report(text, is_explicit=True)
    return replace(chain, text=f"{verb}: {chain.text}")


def _about_ticket(ticket: Ticket, found: Found, text: str) -> Command:
    before, after = _said(found.before), _said(found.after)
    said = before + after
    wishes = {vocabulary.WISHES.get(word) for word in said}
    asks = vocabulary.QUESTION_WORDS | vocabulary.CHECK_VERBS | vocabulary.TOPIC_VERBS
    is_question = text.endswith("?") or {Wish.CONFIRM, Wish.DISPUTE} <= wishes
    if is_question and asks.issuperset(said):
        return CheckStatus(ticket)
    if (wish := _wish(before, after, is_question=is_question)) is not None:
        says_more = not (vocabulary.REMARKS[wish] | set(vocabulary.WISHES) | asks).issuperset(said)
        return FollowUp(wish, ticket, text if said[1:] else "", says_more)
    if asks.issuperset(said) or _only_checks(said):
        return CheckStatus(ticket)
    return Mention(ticket, text, complains=_complains(text))


def _only_checks(said: list[str]) -> bool:
    """Whether CEK goes before a remark of a few words, which does not say that it is so again."""
    is_check = said[0] in vocabulary.CHECK_VERBS and len(said) <= _SHORT_REMARK_WORDS
    return is_check and (len(said) <= _CHECK_WORDS or vocabulary.AGAIN.isdisjoint(said))


def _complains(text: str) -> bool:
    words = _words(text)
    return vocabulary.CONTENT.isdisjoint(words) or not vocabulary.WRONG.isdisjoint(words)


def _wish(before: list[str], after: list[str], *, is_question: bool) -> Wish | None:
    """The wish that the first word on either side of a ticket names, unless that is in doubt.

    Nobody's ticket is closed or withdrawn by a word that may belong to a sentence: only BELUM,
    which closes nothing, may stand beside any others.
    """
    said = before + after
    leading = vocabulary.WISHES.get(before[0]) if before else None
    wish = leading or (vocabulary.WISHES.get(after[0]) if after else None)
    if wish is None or wish is Wish.DISPUTE:
        return wish
    if wish is Wish.CONFIRM and any(vocabulary.WISHES.get(word) is Wish.DISPUTE for word in said):
        return Wish.DISPUTE
    others = [*before[1:], *after] if leading else [*before, *after[1:]]
    if leading and wish is not Wish.CONFIRM:
        others = before[1:]  # What follows the ticket is the reason.
    is_sure = vocabulary.REMARKS[wish].issuperset(others)
    return wish if is_sure and not (is_question and wish is not Wish.CONFIRM) else None


def _about_wrong_ticket(found: Found, verb: str) -> Command | None:
    """A number that is no ticket: told so where nothing else is said, else somebody's report."""
    others = set(_said(f"{found.before} {found.after}")) - {verb}
    wish = vocabulary.WISHES.get(verb)
    own = vocabulary.REMARKS[wish] if wish else frozenset[str]()
    if not (own | vocabulary.QUESTION_WORDS | vocabulary.CHECK_VERBS).issuperset(others):
        return None
    digits = re.sub(r"[^0-9]", "", found.typed)
    is_phone = len(digits) > _MOST_TYPED_DIGITS or _PHONE.match(digits) is not None
    return None if is_phone and _said(found.before + found.after) else UnknownTicket(found.typed)


def _bare(said: list[str], text: str) -> Command:
    """A verb without a ticket, if nothing but its own words stand around it."""
    if not said:
        is_thanks = not vocabulary.THANKS.isdisjoint(_words(text))
        return Ignore("thanks") if is_thanks else Help()
    verb, remark = said[0], said[1:]
    if verb in vocabulary.CHECK_VERBS:
        return _check(remark, text)
    if verb in vocabulary.HELP_VERBS and not remark:
        return Help()
    if verb in vocabulary.NEWS_VERBS and vocabulary.NEWS_REMARKS.issuperset(remark):
        return Stop() if verb in vocabulary.STOP_VERBS else Start()
    wish = vocabulary.WISHES.get(verb)
    if wish is None or not _fits(wish, remark):
        return Report(text)
    return FollowUp(wish, None, text if remark else "")


def _fits(wish: Wish, remark: list[str]) -> bool:
    known = vocabulary.REMARKS[wish]
    is_clock = wish is Wish.SAFE
    return len(remark) <= _SHORT_REMARK_WORDS and all(
        word in known or (is_clock and re.fullmatch(r"[0-9]{1,2}([.:][0-9]{2})?", word))
        for word in remark
    )


def _check(wanted: list[str], text: str) -> Command:
    """CEK alone asks for the last tickets; CEK and a sentence is somebody's report."""
    if vocabulary.QUESTION_WORDS.issuperset(wanted):
        return CheckStatus(None)
    if all(re.fullmatch(r"[0-9.]+", word) for word in wanted):
        return UnknownTicket(" ".join(wanted))
    return Report(text)
