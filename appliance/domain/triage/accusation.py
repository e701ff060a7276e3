"""Whom a complaint about bribes accuses, so that it never gets there. Pure.

Every agency that such a text names counts as accused, by abbreviation, full or old name, or a unit:
in doubt nobody of the city's offices reads it but the one that oversees them all. An overseer that
is only asked to act ("lapor inspektorat", "tolong inspektorat usut") is not.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property

from appliance.domain.reference import Agency
from appliance.domain.triage.mentions import Finder, Mention, words

NEUTRAL = "netral"
"""The kind of an agency that nobody can accuse."""
_OVERSEERS = frozenset({"INSPEKTORAT", "OMBUDSMAN"})
_REPORTED_TO = frozenset(
    {"yth", "lapor", "laporkan", "dilaporkan", "melapor", "aduan", "terhormat"}
)
_ASKED = frozenset({"tolong", "mohon", "harap", "semoga", "minta", "agar", "supaya", "kapan"})
_ACTS = frozenset(
    (
        "usut", "diusut", "periksa", "memeriksa", "tindak", "menindak", "turun", "cek", "selidiki",
        "menyelidiki", "audit", "mengaudit", "awasi", "sidak", "tegur", "tertibkan",
    )
)  # fmt: skip
_OFFICE = "dinas "
_PEOPLE = frozenset({"oknum", "petugas", "pegawai", "orang", "staf", "pejabat", "anggota"})


_DEMANDS = re.compile(
    r"(?:me|di|pe)?minta(?:i|in|kan)?|(?:me|di)?mintak(?:i|an)?|mungut|memungut|(?:di)?pungut(?:i|an)?"
    r"|(?:di|me)?ngutip|(?:di)?kutip(?:in|an)?|(?:di)?palak(?:in)?|(?:di|me)?peras|memeras|setoran?"
    r"|(?:men|di)yetor|disuruh|disuruah|dipaksa|wajib"
)
_MONEY = frozenset(
    (
        "uang", "duit", "pitih", "biaya", "bayaran", "rupiah", "rp", "ribu", "juta", "amplop",
        "fee", "jatah", "tip", "sumbangan", "imbalan", "pelicin", "rokok", "kopi", "dana",
    )
)  # fmt: skip
_REACH = 4


def demands_money(text: str) -> bool:
    """Whether a text tells of money asked for; an accusation only where somebody is named."""
    told = words(text)
    return any(
        _DEMANDS.fullmatch(word) and not _MONEY.isdisjoint(told[at + 1 : at + 1 + _REACH])
        for at, word in enumerate(told)
    )


class Accusations:
    """Knows the names of all agencies."""

    def __init__(self, agencies: Iterable[Agency]) -> None:
        self._agencies = [agency for agency in agencies if agency.kind != NEUTRAL]

    @cached_property
    def _finder(self) -> Finder:
        return Finder({agency.id: _names(agency) for agency in self._agencies})

    def accused(self, text: str) -> frozenset[str]:
        """The ids of all agencies that a text accuses, if it accuses any."""
        told = words(text)
        return frozenset(
            mention.owner
            for mention in self._finder.find(told)
            if mention.owner not in _OVERSEERS or not _is_asked_to_act(told, mention)
        )


def _names(agency: Agency) -> Iterator[str]:
    """Also by its head: "kadis pendidikan"."""
    for name in (agency.short_name, agency.name, *agency.aliases):
        yield name
        if name.casefold().startswith(_OFFICE):
            yield f"kadis {name[len(_OFFICE) :]}"


def _is_asked_to_act(told: Sequence[str], mention: Mention) -> bool:
    before = told[max(0, mention.begin - 2) : mention.begin]
    behind = told[mention.end : mention.end + 2]
    if not _PEOPLE.isdisjoint(before[-1:]):
        return False
    if not _REPORTED_TO.isdisjoint(before):
        return True
    is_told_to = not _ASKED.isdisjoint(before) or not before
    return is_told_to and not _ACTS.isdisjoint(behind)
