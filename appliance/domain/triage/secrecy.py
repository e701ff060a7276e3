"""Must a text be kept from others' eyes, whatever its category? Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from appliance.domain.cases.service_request import Sensitivity
from appliance.domain.triage.lexicon import Found

_IDENTITY_NUMBER = re.compile(r"(?<![0-9])[0-9](?:[ .\-]?[0-9]){14,17}(?![0-9])")
_PHONE = re.compile(r"(?<![0-9])(?:\+?62|0)[ .\-]?8(?:[ .\-]?[0-9]){7,11}(?![0-9])")
_NAMED = re.compile(
    r"\b(?:pak|bu|ibu|bapak|sdr|sdri|bpk|buk|mbah|mak|si|tante|a\.n|nama(?:nya)?)\.?"
    r"\s+(?!rt\b|rw\b|lurah|camat|polisi|guru|wali|kades|kepala|haji|ustad|dokter|bidan|satpam|pln"
    r"|admin|dishub|dinas|hari|tolong|kami|saya|mohon|ini|itu|kapan|jalan|jl|di\b|ada|sudah|udah"
    r"|yang|yg|tidak|gak|ga\b|g\b|kok|bisa|mau|air|lampu|sampah|sekdes|kadis|pemko|gubernur)"
    r"[a-z]{3,}",
    re.IGNORECASE,
)
_WRITTEN_LARGE = re.compile(
    r"\b(?:[Ss]y|[Ss]aya|[Aa]mbo|[Aa]wak|[Nn]ama|[Ii]bu|[Bb]apak|[Aa]mak|[Aa]yah|[Ii]stri|[Ss]uami"
    r"|[Aa]nak|[Aa]dik|[Aa]bang|[Kk]akak|[Ii]par|[Tt]etangga|[Tt]eman|[Bb]ini|[Mm]ertua|sy)"
    r"(?: (?:ambo|saya|sy|kami|saya,))? [A-Z][a-z]+"
)
"""A name behind a word for a person, written large in the middle of a sentence."""
_ALWAYS = frozenset(("kekerasan", "pungli_aparat"))
"""Confidential even when nobody is named; of crimes only what could be traced to the reporter."""


@dataclass(frozen=True, slots=True)
class Secrecy:
    """How far the words alone let a text be seen, and which of them decided."""

    level: Sensitivity
    reasons: tuple[str, ...]
    is_asked: bool = False
    """Whether the text itself asks for it, or has what must never be shown."""


NOTHING = Secrecy(Sensitivity.PUBLIC, ())


def judge(text: str, found: Found, category: str) -> Secrecy:
    """CONFIDENTIAL: for the responsible unit only; MASKED: not as it is; PUBLIC: nothing found."""
    told = found.sources("secret.asked", "secret.sure")
    if category in _ALWAYS:
        told = (*told, category)
    if told:
        return Secrecy(Sensitivity.CONFIDENTIAL, told, bool(found.of("secret.asked")))
    traced = traces(text, found)
    level = Sensitivity.MASKED if traced else Sensitivity.PUBLIC
    return Secrecy(level, traced, has_number(text))


def has_number(text: str) -> bool:
    """Whether a number of a person stands in it: of identity, of a telephone."""
    return bool(_IDENTITY_NUMBER.search(text) or _PHONE.search(text))


def is_named(text: str) -> bool:
    """Whether somebody is called by name."""
    patterns = (_NAMED,) if text.isupper() else (_NAMED, _WRITTEN_LARGE)
    return any(pattern.search(text) for pattern in patterns)


def traces(text: str, found: Found) -> tuple[str, ...]:
    """Numbers of people, and names beside what nobody likes to be known for; not what they are."""
    return tuple(_traces(text, found))


def _traces(text: str, found: Found) -> Iterator[str]:
    if _IDENTITY_NUMBER.search(text):
        yield "nomor identitas"
    if _PHONE.search(text):
        yield "nomor HP"
    if found.sources("secret.condition") and is_named(text):
        yield "nama orang"
