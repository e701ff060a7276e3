"""How each box is, by its own last words. Pure.

A box that is away may hold reports that nobody knows of: what is counted of it holds until it was
heard last, and never as nothing.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from appliance.domain.ids import SiteCode
from appliance.domain.reference import kecamatan_name
from command_center.fleet import troubles
from command_center.store.fleet.boxes import Box

HEARD_WITHIN = timedelta(minutes=15)
"""A box tells how it is every five minutes, so three of its words have gone astray."""
MB = 1_000_000
LITTLE_BYTES = 1000 * MB
"""Of disk that is free; the same bound as at the box's desk."""
SIGNALS_DBM = ((-85, "baik"), (-95, "cukup"), (-105, "lemah"))
WEAKEST = "sangat lemah"
CLOCKS = {
    "ntp": "internet",
    "city": "pusat",
    "rtc": "perangkat",
    "none": "belum disetel",
}
"""Who has set it."""
MODEMS = {
    "absent": "tidak ditemukan",
    "no_network": "tanpa sinyal",
    "no_sim": "tanpa kartu SIM",
    "pin_required": "minta PIN",
    "puk_required": "terkunci (PUK)",
    "text_mode": "tidak cocok",
    "recovering": "dipulihkan",
}
POWERS = {"good": "cukup", "low": "terlalu rendah"}


class Reach(StrEnum):
    """Whether the city hears a box; the words officers read."""

    CONNECTED = "Tersambung"
    UNSURE = "Menunggu kabar"
    """The broker's connection is new, and the box has said nothing since."""
    AWAY = "Terputus"
    NEVER = "Belum ada kotak"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One thing a box tells, in words; `is_bad` where somebody must do something about it."""

    word: str = ""
    is_bad: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class BoxHealth:
    """One kecamatan's box; a Fact without a word was never told."""

    site: SiteCode
    name: str
    reach: Reach
    last_seen_at: datetime | None
    """To the minute."""
    today: int
    """Reports of today that the city has; all there are only while the box is connected."""
    waiting: int | None
    """Events that wait at the box, by its last word."""
    software: str
    modem: Fact
    disk: Fact
    clock: Fact
    power: Fact
    troubles: tuple[str, ...]
    """What its processes say is wrong or to be done, for a technician."""
    is_cloned: bool

    @property
    def is_known(self) -> bool:
        """Whether its figures are whole."""
        return self.reach is Reach.CONNECTED

    @property
    def has_troubles(self) -> bool:
        """Whether there is something for a technician to read."""
        return self.is_cloned or bool(self.troubles)


def fleet(
    boxes: Iterable[Box],
    sites: Iterable[SiteCode],
    today: Mapping[str, int],
    now: datetime,
    *,
    is_link_up: bool,
) -> list[BoxHealth]:
    """All kecamatan of the city, and whatever box there is beside; in the order of their codes."""
    known = {box.site: box for box in boxes if not box.site.is_city}
    every = sorted({*known, *sites}, key=str)
    return [
        _health(site, known.get(site), today.get(str(site), 0), now, is_link_up=is_link_up)
        for site in every
    ]


def reach(box: Box | None, now: datetime, *, is_link_up: bool) -> Reach:
    """Whether a box is heard: what the broker says, unless it has been silent for long."""
    if box is None or box.last_seen_at is None:
        return Reach.NEVER
    if not is_link_up or box.is_online is False or now - box.last_seen_at > HEARD_WITHIN:
        return Reach.AWAY
    return Reach.UNSURE if box.is_online is None else Reach.CONNECTED


def _health(
    site: SiteCode, box: Box | None, today: int, now: datetime, *, is_link_up: bool
) -> BoxHealth:
    beat = box.heartbeat if box else None
    gauges = beat.gauges if beat else {}
    return BoxHealth(
        site=site,
        name=kecamatan_name(site),
        reach=reach(box, now, is_link_up=is_link_up),
        last_seen_at=_minute(box.last_seen_at) if box else None,
        today=today,
        waiting=sum(beat.backlog.values()) if beat else None,
        software=(box.software or "") if box else "",
        modem=_modem(gauges),
        disk=_disk(beat.disk_free_bytes) if beat else Fact(),
        clock=_clock(beat.clock_source) if beat else Fact(),
        power=_power(gauges),
        troubles=troubles.of(beat),
        is_cloned=bool(box and box.clone_seen_at),
    )


def _minute(at: datetime | None) -> datetime | None:
    return at.replace(second=0, microsecond=0) if at else None


def _modem(gauges: Mapping[str, Mapping[str, str]]) -> Fact:
    """The worst of its modems."""
    told = [gauges[process] for process in gauges if process.partition("-")[0] == "modem"]
    facts = [_one_modem(gauge) for gauge in told]
    return next((fact for fact in facts if fact.is_bad), facts[0] if facts else Fact())


def _one_modem(told: Mapping[str, str]) -> Fact:
    if (state := told.get("state", "")) not in ("ready", "starting"):
        return Fact(word=MODEMS.get(state, state or "tidak diketahui"), is_bad=True)
    try:
        dbm = int(told.get("signal_dbm", ""))
    except ValueError:
        return Fact(word="siap")
    word = next((word for least, word in SIGNALS_DBM if dbm > least), WEAKEST)
    return Fact(word=f"{dbm} {word}", is_bad=word == WEAKEST)


def _disk(free_bytes: int) -> Fact:
    word = f"{free_bytes / 1000 / MB:.1f} GB".replace(".", ",")
    if free_bytes < LITTLE_BYTES:
        word = f"{free_bytes // MB} MB"
    return Fact(word=word, is_bad=free_bytes < LITTLE_BYTES)


def _clock(source: str) -> Fact:
    return Fact(word=CLOCKS.get(source, source), is_bad=source == "none")


def _power(gauges: Mapping[str, Mapping[str, str]]) -> Fact:
    told = gauges.get("sync", {}).get("power", "")
    return Fact(word=POWERS.get(told, told), is_bad=told == "low")
