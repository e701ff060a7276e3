"""What the first page says about the boxes and the work. Pure.

A box that is not heard is never shown with a number of reports: what it holds is not known.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from appliance.domain.cases.service_request import FINISHED, Status
from appliance.domain.ids import SiteCode
from appliance.domain.reference import kecamatan_name
from command_center.dashboard.fleet import Reach, reach
from command_center.fleet import troubles
from command_center.store.fleet.boxes import Box

NEW = frozenset({Status.RECEIVED, Status.VERIFIED, Status.REOPENED})
WORKING = frozenset({Status.FORWARDED, Status.IN_PROGRESS, Status.DEFERRED})
WAITING = frozenset({Status.NEEDS_DETAILS})
OTHERS = frozenset({Status.NOT_OURS})


@dataclass(frozen=True, slots=True, kw_only=True)
class BoxTile:
    """One box in the strip; `today` is None when the city cannot know."""

    site: SiteCode
    name: str
    is_connected: bool | None
    """As on the dashboard; None until box or broker has told since the city's last connection."""
    last_seen_at: datetime | None
    today: int | None
    clone_seen_at: datetime | None
    """When two machines were last caught using this box's identity."""
    waiting: int | None
    """Events that wait at the box, by its last word; None when the city cannot know."""
    on_wifi: str
    """Open sessions by zone, by its last word; empty where there is no WiFi, or it is not known."""
    troubles: tuple[str, ...]
    """What its processes say is wrong or to be done, for a technician."""


def tiles(
    boxes: Iterable[Box], today: Mapping[SiteCode, int], now: datetime, *, is_link_up: bool
) -> list[BoxTile]:
    """The strip, boxes that need a look first."""
    found = [_tile(box, today, now, is_link_up=is_link_up) for box in boxes]
    return sorted(found, key=lambda tile: (tile.is_connected is True, tile.name))


_IS_CONNECTED = {Reach.CONNECTED: True, Reach.UNSURE: None}


def _tile(box: Box, today: Mapping[SiteCode, int], now: datetime, *, is_link_up: bool) -> BoxTile:
    is_connected = _IS_CONNECTED.get(reach(box, now, is_link_up=is_link_up), False)
    gauges = box.heartbeat.gauges if is_connected and box.heartbeat else {}
    return BoxTile(
        site=box.site,
        name=kecamatan_name(box.site),
        is_connected=is_connected,
        last_seen_at=box.last_seen_at,
        today=today.get(box.site, 0) if is_connected else None,
        clone_seen_at=box.clone_seen_at,
        waiting=sum(box.heartbeat.backlog.values()) if is_connected and box.heartbeat else None,
        on_wifi=gauges.get("gate", {}).get("sessions", ""),
        troubles=troubles.of(box.heartbeat if is_connected else None),
    )


def tallies(by_status: Mapping[str, int], proposed: int = 0) -> list[tuple[str, int]]:
    """The numbers above the list; what is not the city's counts apart from what is done, and
    `proposed` is how many are only said to be."""
    groups = (
        ("Baru", NEW),
        ("Dikerjakan", WORKING),
        ("Menunggu warga", WAITING),
        ("Selesai", FINISHED),
        ("Bukan wewenang", OTHERS),
    )
    undecided = [("Usulan bukan wewenang", proposed)] if proposed else []
    counted = [(word, sum(by_status.get(status, 0) for status in group)) for word, group in groups]
    return undecided + counted
