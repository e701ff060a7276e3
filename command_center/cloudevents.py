"""What the boxes reported, as CloudEvents 1.0 for the systems behind the city.

Pure. Within Posko an event is spread over its batch (docs/protocol.md); here each stands for
itself, in the JSON batch format: an array of events, media type `MEDIA_TYPE`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec

from appliance.domain.ids import SiteCode
from appliance.domain.moment import TRUSTED_SOURCES, from_ms, to_ms
from command_center.dashboard.episodes import Alarm

MEDIA_TYPE = "application/cloudevents-batch+json"
FEED_MAX_EVENTS = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredEvent:
    """An event as a box sent it and where the city has put it."""

    position: int
    """Grows with every stored event of the whole city."""
    site: SiteCode
    epoch: str
    lane: str
    seq: int
    kind: str
    subject: str | None
    payload: str
    wall_ms: int | None
    clock_source: str
    received_at: datetime


class _CloudEvent(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    specversion: str
    id: str
    source: str
    type: str
    subject: str | None = None
    time: datetime
    datacontenttype: str
    sequence: str
    lane: str
    data: msgspec.Raw


def batch(events: Sequence[StoredEvent]) -> bytes:
    """The JSON batch of these events.

    `time` is the box's where its clock could be trusted, otherwise when the city stored the event.
    `sequence` (an extension attribute of the CloudEvents project) is the position, so that it sorts
    as text; `lane` is ours.
    """
    return msgspec.json.encode([_cloud_event(event) for event in events])


def _cloud_event(event: StoredEvent) -> _CloudEvent:
    return _CloudEvent(
        specversion="1.0",
        id=f"{event.site.site}-{event.epoch}-{event.lane}-{event.seq}",
        source=f"/posko/{event.site}",
        type=event.kind,
        subject=event.subject or None,
        time=_happened_at(event),
        datacontenttype="application/json",
        sequence=f"{event.position:020d}",
        lane=event.lane,
        data=msgspec.Raw(event.payload.encode()),
    )


def _happened_at(event: StoredEvent) -> datetime:
    if event.wall_ms is None or event.clock_source not in TRUSTED_SOURCES:
        return event.received_at
    is_possible = 0 <= event.wall_ms <= to_ms(event.received_at)
    return from_ms(event.wall_ms) if is_possible else event.received_at


def alarms(raised: Sequence[Alarm]) -> bytes:
    """The JSON batch of alarms of the city itself, as they were raised."""
    return msgspec.json.encode(
        [
            _CloudEvent(
                specversion="1.0",
                id=f"alarm-{one.id}",
                source="/posko/pusat",
                type="city.alarm_raised",
                subject=one.target,
                time=one.raised_at,
                datacontenttype="application/json",
                sequence=f"{one.id:020d}",
                lane="alarms",
                data=msgspec.Raw(msgspec.json.encode({"rule": one.rule, "number": one.number})),
            )
            for one in raised
        ]
    )
