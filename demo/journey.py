"""The journey of each complaint as readable lines: what changed between two looks at the box."""

import sqlite3
from dataclasses import dataclass

from appliance.domain import reference
from appliance.domain.cases.service_request import ServiceRequest, Status
from appliance.domain.sms import phrases
from appliance.store.cases import requests
from appliance.store.sms import texts
from appliance.store.sms.texts import Text


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The box at one moment."""

    requests: dict[str, ServiceRequest]
    texts: dict[int, Text]


EMPTY = Snapshot({}, {})
_EXCERPT_CHARS = 160


def look(db: sqlite3.Connection) -> Snapshot:
    """Read the box."""
    return Snapshot(
        {request.id: request for request in requests.every(db)},
        {text.id: text for text in texts.every(db)},
    )


def news(before: Snapshot, after: Snapshot) -> list[str]:
    """Tell what happened in between, one line a step."""
    lines: list[str] = []
    for request in after.requests.values():
        lines += _request_news(before.requests.get(request.id), request)
    for text in after.texts.values():
        lines += _text_news(before.texts.get(text.id), text)
    return lines


def _request_news(before: ServiceRequest | None, after: ServiceRequest) -> list[str]:
    lines = []
    if before is None:
        lines.append(
            f"[{after.ticket}] received by {after.channel}: {_excerpt(after.text)!r}"
            f" -> {after.kind}, {after.category} -> {reference.agency_name(after.agency)}"
        )
    if after.acked and not (before and before.acked):
        lines.append(f"[{after.ticket}] stored by the city, acknowledged")
    if after.status is not (before.status if before else Status.RECEIVED):
        word = phrases.STATUS_WORDS[after.status]
        lines.append(f"[{after.ticket}] the city says: {word}")
    return lines


def _text_news(before: Text | None, after: Text) -> list[str]:
    if before is not None and before.state == after.state:
        return []
    body = f": {_excerpt(after.body)!r}" if before is None else ""
    return [f"SMS to {after.recipient} {after.state}{body}"]


def _excerpt(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _EXCERPT_CHARS else line[: _EXCERPT_CHARS - 2] + ".."
