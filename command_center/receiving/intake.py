"""What a service request from a box must look like before the city works with it.

Pure. What the case stands on (its id, ticket, text and time) must fit, or the event is set aside;
what only helps (name, place, phone) is cut to size, so that no complaint is lost for its trimmings.
"""

import re
from functools import lru_cache

import msgspec

from appliance.domain.cases.service_request import (
    LOCATION_MAX_CHARS,
    NAME_MAX_CHARS,
    TEXT_MAX_CHARS,
    Status,
    clean_text,
)
from appliance.domain.city import wire
from appliance.domain.errors import BadInput
from appliance.domain.events.requests import REASON_MAX_CHARS, REASONS_MAX, Judged, RequestReceived
from appliance.domain.ids import SiteCode, Ticket
from appliance.domain.moment import plausible, to_ms
from appliance.domain.privacy import sealing
from command_center.cases import dating
from command_center.store.cases.requests import CityRequest

WORD_MAX_CHARS = 40
"""Channel, kind, category, sensitivity, agency: short words; a newer box may send new ones."""
PHONE_MAX_CHARS = 20
_REQUEST_ID = re.compile(r"[0-9A-Za-z_-]{1,64}")


def city_request(
    site: SiteCode,
    epoch: str,
    event: RequestReceived,
    received_ms: int,
    *,
    clock: wire.Clock,
    sent: wire.Clock,
) -> CityRequest:
    """Turn the event into the city's record; raises BadInput when it cannot be one.

    `clock` is the box's at the event, `sent` the one at its batch.
    """
    if not _REQUEST_ID.fullmatch(event.request_id):
        raise BadInput("request_id is not an identifier")
    if event.sealed is not None:
        sealing.checked(event.sealed)
    text = clean_text(event.text)
    if not 1 <= len(text) <= TEXT_MAX_CHARS:
        raise BadInput(f"text has {len(text)} characters, not 1 to {TEXT_MAX_CHARS}")
    created_ms = to_ms(plausible(event.created_at, "created_at"))
    occurred = dating.dated(created_ms, clock, sent, received_ms)
    return CityRequest(
        request_id=event.request_id,
        site_code=site.value,
        epoch=epoch,
        ticket=Ticket(event.ticket).digits,
        channel=_word(event.channel, "channel"),
        kind=_word(event.kind, "kind"),
        category=_word(event.category, "category"),
        sensitivity=_word(event.sensitivity, "sensitivity"),
        agency=_word(event.agency, "agency"),
        text=text,
        phone=cut(event.reporter_phone, PHONE_MAX_CHARS),
        name=cut(event.reporter_name, NAME_MAX_CHARS),
        location=cut(event.location, LOCATION_MAX_CHARS),
        kelurahan=cut(event.kelurahan, WORD_MAX_CHARS),
        created_ms=created_ms,
        occurred_ms=occurred.at_ms,
        time_quality=occurred.quality.value,
        received_ms=received_ms,
        status=Status.RECEIVED.value,
        updated_ms=received_ms,
        routing_version=event.routing_version,
        destination=cut(event.destination, WORD_MAX_CHARS),
        judged=_judged(event.judged),
    )


def _judged(told: Judged | None) -> str | None:
    """Cut to size: it only helps officers."""
    if told is None:
        return None
    kept = Judged(
        top3=[word[:WORD_MAX_CHARS] for word in told.top3[:3]],
        confidence=min(max(told.confidence, 0.0), 1.0),
        reasons=[clean_text(word)[:REASON_MAX_CHARS] for word in told.reasons[:REASONS_MAX]],
        supporting=[word[:WORD_MAX_CHARS] for word in told.supporting[:REASONS_MAX]],
        note=told.note[:WORD_MAX_CHARS],
    )
    return msgspec.json.encode(kept).decode()


@lru_cache(maxsize=256)
def _word(value: str, name: str) -> str:
    """A word of a vocabulary: few of them make thousands of complaints."""
    word = clean_text(value) if len(value) <= WORD_MAX_CHARS else ""
    if not 1 <= len(word) <= WORD_MAX_CHARS:
        raise BadInput(f"{name} is not a word of 1 to {WORD_MAX_CHARS} characters")
    return word


def cut(value: str | None, max_chars: int) -> str | None:
    """What only helps, clean and at most so long; None if nothing is left of it."""
    return (clean_text(value)[:max_chars] or None) if value else None
