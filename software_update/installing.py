"""From a file to an update under way: by hand, from a stick, or what has waited for its hour."""

from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from appliance.domain.box.software import SUFFIX, BadUpdate, Manifest
from appliance.domain.hours import DailyHours
from appliance.runtime.settings import Settings
from software_update import bundle, stick, waiting
from software_update.acceptance import refusal
from software_update.beginning import begin, plan
from software_update.rescue.machine import Update
from software_update.rescue.running import Box
from software_update.system import installed, is_older
from software_update.waiting import Found

USB, CITY = "usb", "city"


@dataclass(frozen=True, slots=True)
class Place:
    """This box and its settings."""

    box: Box
    settings: Settings

    @property
    def keys(self) -> tuple[str, ...]:
        """Whose releases it takes."""
        return self.settings.update.release_keys

    @property
    def from_city(self) -> Path:
        """Where the sync agent puts what the city has sent."""
        return self.settings.store.path.parent / "software"

    @property
    def from_stick(self) -> Path:
        """The newest that came on a stick."""
        return self.box.home.folder / f"{USB}{SUFFIX}"

    def accept(self, manifest: Manifest, *, may_downgrade: bool = False) -> str:
        """The installed version, if an update fits; raises BadUpdate."""
        home = self.box.home
        here = installed(
            self.box.dpkg.root,
            home.folder,
            self.settings.store.path,
            home.floor(),
            may_downgrade=may_downgrade,
        )
        if why := refusal(manifest, here, is_older, may_downgrade=may_downgrade):
            raise BadUpdate(why)
        return here.version

    def accept_again(self, manifest: Manifest) -> None:
        """The same for one that nobody is there to decide about."""
        self.accept(manifest)
        if waiting.has_failed(self.box.home.history(), manifest.version):
            raise BadUpdate(
                f"Posko {manifest.version} was taken back twice; see posko-update status, then "
                "posko-update install FILE"
            )


def install(place: Place, file: Path, *, source: str, may_downgrade: bool = False) -> Update:
    """Begin the update that a file is; raises BadUpdate, UnderWay."""
    before = ""

    def accept(manifest: Manifest) -> None:
        nonlocal before
        before = place.accept(manifest, may_downgrade=may_downgrade)

    def stage() -> Update:
        manifest = bundle.unpack(file, place.keys, place.box.home.new, accept)
        planned = plan(
            place.box, place.settings, version=manifest.version, before=before, source=source
        )
        return replace(planned, floor=manifest.floor or "")

    return begin(place.box, stage)


def look(place: Place, at: Path) -> tuple[Manifest | None, list[str]]:
    """Keep the newest update on a stick (or in a folder) that fits, and say why the others don't;
    raises BadUpdate for what is no stick.
    """
    with stick.folder_of(at) as folder:
        found, said = waiting.newest(
            waiting.files(folder), place.keys, place.accept_again, is_older
        )
        if found is None:
            return None, said
        kept = bundle.keep(found.path, place.keys, place.from_stick, place.accept_again)
    return kept, said


def is_time(place: Place, now: datetime) -> bool:
    """Whether what waits may be installed."""
    return DailyHours.parse(place.settings.update.window).cover(now)


def next_waiting(place: Place) -> tuple[Found | None, list[str]]:
    """The newest update that waits, and why others are left out."""
    files = [*waiting.files(place.from_city), place.from_stick]
    there = [file for file in files if file.exists()]
    return waiting.newest(there, place.keys, place.accept_again, is_older)


def source_of(place: Place, found: Found) -> str:
    """Where an update that waits is from."""
    return USB if found.path == place.from_stick else CITY
