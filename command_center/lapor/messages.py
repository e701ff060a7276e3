"""What goes to SP4N-LAPOR! and what comes from there, checked once. Pure; knows no HTTP.

A flag that is missing or cannot be read counts as set: what may be secret is, and who may want to
be nameless is.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from appliance.domain.cases.service_request import (
    LOCATION_MAX_CHARS,
    NAME_MAX_CHARS,
    TEXT_MAX_CHARS,
    Kind,
    clean_text,
)
from appliance.domain.errors import BadInput
from command_center.lapor import times, words
from command_center.lapor.words import Word

PAGE_MAX_ITEMS = 100
ID_MAX_CHARS = 80
_WORD_MAX_CHARS = 60
_CURSOR_MAX_CHARS = 200
_NO = ("0", "false", "tidak", "t", "no", "n")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewReport:
    """A request of ours for LAPOR!; `transaction_id` is the same whenever it is sent again."""

    transaction_id: str
    text: str
    kind: str
    topic: str
    place: str
    at: datetime
    is_secret: bool
    is_anonymous: bool
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NewChange:
    """What has become of a report that LAPOR! knows."""

    transaction_id: str
    tracking_id: str
    word: Word
    message: str
    is_secret: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A report that LAPOR! gives to the city; nameless ones have neither name nor phone."""

    item_id: str
    tracking_id: str
    transaction_id: str
    """Ours, if we have sent it; else empty or theirs."""
    text: str
    topic: str
    place: str
    kind: Kind | None
    at: datetime | None
    is_secret: bool
    is_anonymous: bool
    name: str
    phone: str
    word: Word | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What LAPOR! says has become of a report."""

    item_id: str
    tracking_id: str
    transaction_id: str
    word: Word | None
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """What is neither; `reason` tells the operator, without a word of its content."""

    item_id: str
    tracking_id: str
    reason: str


Item = Report | Change | Unreadable


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Some news, and where to read on."""

    items: tuple[Item, ...]
    cursor: str
    has_more: bool


def page(answer: Mapping[str, Any], before: str) -> Page:
    """Read an answer to a question for news after `before`; raises BadInput for what is none."""
    items, cursor = answer.get("data"), answer.get("next", before)
    if not isinstance(items, list) or len(items) > PAGE_MAX_ITEMS:
        raise BadInput(f"data bukan daftar paling banyak {PAGE_MAX_ITEMS}")
    if not isinstance(cursor, str | int) or len(str(cursor)) > _CURSOR_MAX_CHARS:
        raise BadInput("next bukan tempat membaca lagi")
    has_more = answer.get("more") is True and str(cursor) != before
    return Page(items=tuple(map(item, items)), cursor=str(cursor), has_more=has_more)


def item(raw: object) -> Item:
    """Read one of the news; never refuses."""
    if not isinstance(raw, dict):
        return Unreadable(item_id=fingerprint(raw), tracking_id="", reason="bukan objek JSON")
    id_ = _text(raw, "id", ID_MAX_CHARS) or fingerprint(raw)
    tracking_id = words.tracking(_text(raw, "trackingid", ID_MAX_CHARS)) or ""
    try:
        if not tracking_id:
            raise BadInput("trackingid bukan angka")
        match _text(raw, "jenis", _WORD_MAX_CHARS):
            case "laporan":
                return report(raw, id_, tracking_id)
            case "tindaklanjut":
                return _change(raw, id_, tracking_id)
        raise BadInput("jenis bukan laporan atau tindaklanjut")
    except BadInput as error:
        return Unreadable(item_id=id_, tracking_id=tracking_id, reason=str(error))


def report(raw: Mapping[str, Any], item_id: str, tracking_id: str) -> Report:
    """Read a report; raises BadInput for one without words."""
    title, told = (_text(raw, name, TEXT_MAX_CHARS + 1) for name in ("judul", "isi"))
    if not told:
        raise BadInput("isi kosong")
    text = told if not title or told.startswith(title) else f"{title}\n\n{told}"
    if len(text) > TEXT_MAX_CHARS:
        raise BadInput(f"isi lebih dari {TEXT_MAX_CHARS} huruf")
    is_anonymous = flag(raw.get("anonim"))
    return Report(
        item_id=item_id,
        tracking_id=tracking_id,
        transaction_id=_text(raw, "transaksiid", ID_MAX_CHARS),
        text=text,
        topic=_text(raw, "topik", _WORD_MAX_CHARS),
        place=_text(raw, "lokasi", LOCATION_MAX_CHARS).replace("\n", " "),
        kind=words.kind_meant(_text(raw, "klasifikasi", _WORD_MAX_CHARS)),
        at=times.read(_text(raw, "tanggal", _WORD_MAX_CHARS)),
        is_secret=flag(raw.get("rahasia")),
        is_anonymous=is_anonymous,
        name="" if is_anonymous else _text(raw, "nama", NAME_MAX_CHARS).replace("\n", " "),
        phone="" if is_anonymous else _text(raw, "telepon", _WORD_MAX_CHARS),
        word=words.read(_text(raw, "status", _WORD_MAX_CHARS)),
    )


def flag(value: object) -> bool:
    """Whether a flag is set; see above for what is neither."""
    plain = str(value).strip().casefold()
    return plain not in _NO


def fingerprint(raw: object) -> str:
    """The same for the same news, where they have no id."""
    written = json.dumps(raw, sort_keys=True, default=str).encode("utf-8", "surrogatepass")
    return f"sha256:{sha256(written).hexdigest()[:40]}"


def report_sent(told: NewReport) -> dict[str, str]:
    """A report as LAPOR! wants it."""
    return {
        "transaksiid": told.transaction_id,
        "klasifikasi": told.kind,
        "topik": told.topic,
        "isi": told.text,
        "lokasi": told.place,
        "tanggal": times.written(told.at),
        "rahasia": _flag(told.is_secret),
        "anonim": _flag(told.is_anonymous),
        "nama": "" if told.is_anonymous else told.name,
    }


def change_sent(told: NewChange) -> dict[str, str]:
    """A change as LAPOR! wants it."""
    return {
        "transaksiid": told.transaction_id,
        "trackingid": told.tracking_id,
        "status": told.word.value,
        "isi": told.message,
        "rahasia": _flag(told.is_secret),
    }


def _change(raw: Mapping[str, Any], item_id: str, tracking_id: str) -> Change:
    told = _text(raw, "status", _WORD_MAX_CHARS)
    word = words.read(told)
    if told and word is None:
        raise BadInput(f"status {told[:20]!r} tidak dikenal")
    return Change(
        item_id=item_id,
        tracking_id=tracking_id,
        transaction_id=_text(raw, "transaksiid", ID_MAX_CHARS),
        word=word,
        message=_text(raw, "isi", TEXT_MAX_CHARS),
    )


def _text(raw: Mapping[str, Any], name: str, max_chars: int) -> str:
    """A field as clean text, cut; empty for what is none."""
    value = raw.get(name)
    return clean_text(str(value)[:max_chars]) if isinstance(value, str | int) else ""


def _flag(is_set: bool) -> str:
    return "1" if is_set else "0"
