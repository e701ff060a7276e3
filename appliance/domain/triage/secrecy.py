"""Must a text be kept from others' eyes, whatever its category? Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from appliance.domain.cases.service_request import Sensitivity
from appliance.domain.triage import names
from appliance.domain.triage.lexicon import Found

_IDENTITY_NUMBER = re.compile(r"(?<![0-9])[0-9](?:[ .\-]?[0-9]){14,17}(?![0-9])")
_PHONE = re.compile(r"(?<![0-9])(?:\+?62|0)[ .\-]?8(?:[ .\-]?[0-9]){7,11}(?![0-9])")
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


def traces(text: str, found: Found) -> tuple[str, ...]:
    """Numbers of people, and names beside what nobody likes to be known for; not what they are."""
    return tuple(_traces(text, found))


def _traces(text: str, found: Found) -> Iterator[str]:
    if _IDENTITY_NUMBER.search(text):
        yield "nomor identitas"
    if _PHONE.search(text):
        yield "nomor HP"
    if found.sources("secret.condition") and names.is_named(text):
        yield "nama orang"
