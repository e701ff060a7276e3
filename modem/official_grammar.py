"""What officials text about the requests they were sent; pure.

A verb with a ticket before or behind it, a verb alone, or any words with a ticket. What is none of
these is read as a resident's: officials report, too, and begin with "siap" or "ok" as they reply.
"""

from appliance.domain.cases.service_request import Status
from appliance.domain.sms.received import CheckStatus, OfficialReply, Report
from appliance.domain.triage import matter
from modem import grammar, spoken_ticket
from modem.vocabulary import words

_VERBS: dict[str, Status] = {
    word: status
    for status, spellings in {
        Status.IN_PROGRESS: words(
            "ok oke okey okay siap proses diproses kerjakan dikerjakan kerja tangani ditangani",
            "laksanakan dilaksanakan meluncur",
        ),
        Status.RESOLVED: words("selesai slesai sudah sdh udah beres tuntas"),
        Status.NOT_OURS: words("tolak ditolak bukan"),
    }.items()
    for word in spellings
}
# "sudah 3 hari lampu mati" is a report.
_SENTENCE_BEGINNINGS = words("sudah sdh udah kerja jalan bukan")
_BARE_MAX_WORDS = 4
# With these, a verb is part of a sentence that decides nothing: "sudah kami cek, belum bisa".
_DENIALS = words("belum blm tidak tdk tak bukan")
_NOT_DONE_YET = _DENIALS | words(
    "menunggu nunggu diteruskan disurvei survei dicek cek diproses proses besok nanti"
)
_COMPETENCE = words("wewenang kewenangan")


def parse(text: str) -> OfficialReply | None:
    """Say what an official decides; None where it is no reply."""
    found = spoken_ticket.find(text)
    if found is None:
        return _bare(text)
    if found.ticket is None:
        return None
    otherwise = grammar.parse(text)
    before, after = grammar.words_of(found.before), grammar.words_of(found.after)
    rest = f"{found.before} {found.after}".strip()
    for side in (before, after):
        if side and (status := _VERBS.get(side[0])):
            is_command = before == [side[0]]
            if not _is_decided(status, side[0], before + after, text, is_command=is_command):
                return OfficialReply(None, found.ticket, text, otherwise)
            return OfficialReply(status, found.ticket, _behind(rest, side[0]), otherwise)
    if isinstance(otherwise, CheckStatus):
        return None
    return OfficialReply(None, found.ticket, text, otherwise)


def _is_decided(status: Status, verb: str, said: list[str], text: str, *, is_command: bool) -> bool:
    """Whether the words around a verb leave it as it is; in doubt they are a remark.

    "BUKAN" and a ticket is a command; "bukan" in a sentence may deny anything.
    """
    if "?" in text:
        return False
    if status is Status.NOT_OURS:
        return is_command or verb not in _DENIALS or not _COMPETENCE.isdisjoint(said)
    doubts = _NOT_DONE_YET if status is Status.RESOLVED else _DENIALS
    return doubts.isdisjoint(said)


def _bare(text: str) -> OfficialReply | None:
    """A verb and at most a few words, none of which makes it a report."""
    said, otherwise = grammar.words_of(text), grammar.parse(text)
    is_explicit = isinstance(otherwise, Report) and otherwise.is_explicit
    is_report = is_explicit or matter.is_told(text)
    verb = _VERBS.get(said[0]) if said and said[0] not in _SENTENCE_BEGINNINGS else None
    if verb is None or is_report or len(said) > _BARE_MAX_WORDS:
        return None
    return OfficialReply(verb, None, _behind(text, said[0]), otherwise)


def _behind(text: str, verb: str) -> str:
    """The words but the verb, as they were written."""
    at = text.casefold().find(verb)
    rest = text[:at] + text[at + len(verb) :] if at >= 0 else text
    return " ".join(rest.split()).strip(" .,;:#*-")
