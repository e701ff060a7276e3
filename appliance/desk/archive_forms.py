"""The form of a document's card: what it accepts, and how it says no. Pure."""

from collections.abc import Collection, Mapping
from datetime import date

from appliance.domain.archive.card import (
    NUMBER_MAX_CHARS,
    TITLE_MAX_CHARS,
    Access,
    Card,
    Kind,
    retained_until,
)
from appliance.domain.cases.service_request import clean_text
from appliance.domain.errors import BadInput

FIELDS = ("title", "number", "year", "kind", "access", "keeping", "until")
KEEPING = {
    "kind": "Menurut jenisnya",
    "ever": "Selamanya",
    "until": "Sampai tanggal di bawah ini",
}


def parse(
    form: Mapping[str, str], kinds: Collection[Kind], may_choose: Collection[Access]
) -> Card | dict[str, str]:
    """A card, or what is wrong with which field."""
    typed = {name: " ".join(clean_text(form.get(name, "")).split()) for name in FIELDS}
    problems: dict[str, str] = {}
    if not 0 < len(typed["title"]) <= TITLE_MAX_CHARS:
        problems["title"] = f"Tulis judulnya, paling banyak {TITLE_MAX_CHARS} huruf."
    year = int(typed["year"]) if _is_year(typed["year"]) else 0
    if not year:
        problems["year"] = "Tulis tahun dengan empat angka."
    kind = next((kind for kind in kinds if kind.code == typed["kind"]), None)
    if kind is None:
        problems["kind"] = "Pilih jenisnya."
    if typed["access"] not in list(may_choose):
        problems["access"] = "Pilih siapa yang boleh membacanya."
    until = _until(typed, kind, year, problems)
    if problems or kind is None:
        return problems
    try:
        return Card(
            title=typed["title"],
            number=typed["number"],
            year=year,
            kind=kind.code,
            access=Access(typed["access"]),
            retain_until=until,
        )
    except BadInput:
        return {"number": f"Nomor: paling banyak {NUMBER_MAX_CHARS} huruf, angka, dan . / - ( )"}


def shown(card: Card) -> dict[str, str]:
    """The fields of a card as the form shows them."""
    until = card.retain_until
    return {
        "title": card.title,
        "number": card.number,
        "year": str(card.year),
        "kind": card.kind,
        "access": card.access,
        "keeping": "until" if until else "ever",
        "until": until.isoformat() if until else "",
    }


def _is_year(typed: str) -> bool:
    return len(typed) == 4 and typed.isascii() and typed.isdigit() and "1900" <= typed <= "2999"


def _until(
    typed: Mapping[str, str], kind: Kind | None, year: int, problems: dict[str, str]
) -> date | None:
    if typed["keeping"] == "until":
        try:
            return date.fromisoformat(typed["until"])
        except ValueError:
            problems["until"] = "Pilih tanggalnya."
    elif typed["keeping"] == "kind" and kind and year:
        return retained_until(kind, year)
    return None
