"""Giving a release to boxes, some first and others later, and stopping it: file first, then one
transaction.
"""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine

from appliance.domain.blobs import UPDATE_TYPE, Manifest
from appliance.domain.box import software as update_file
from appliance.domain.errors import BadInput
from appliance.domain.events.files import SoftwarePublished, SoftwareWithdrawn
from appliance.domain.ids import SiteCode
from command_center.store.database import reading, writing
from command_center.store.fleet import boxes, software
from command_center.store.sending import blob_files, downlinks

_HEAD_BYTES = update_file.HEAD_MAX_BYTES


def publish(
    engine: Engine,
    sites: Sequence[SiteCode],
    path: Path,
    *,
    keys: Sequence[str],
    not_before: datetime | None,
    now: datetime,
) -> str:
    """Store a release and tell the boxes; return its version. With `keys` (those of the boxes) it
    must be signed by one of them; a file that every box would refuse reaches none. Raises BadInput.
    """
    manifest = _described(path, keys)
    folder = blob_files.of(engine)
    with path.open("rb") as content:
        staged = folder.stage_from(content)
    file = Manifest(sha256=staged.sha256, size_bytes=staged.size_bytes, media_type=UPDATE_TYPE)
    event = SoftwarePublished(
        version=manifest.version,
        sha256=file.sha256,
        size_bytes=file.size_bytes,
        published_at=now,
        not_before=not_before,
    )
    try:
        with writing(engine) as connection:
            known = software.by_version(connection, manifest.version)
            if known and known.withdrawn_at is None and known.file != file:
                raise BadInput(
                    f"{manifest.version} was published with other content; give it a new version"
                )
            folder.keep(staged)
            if known is None or known.withdrawn_at:
                software.add(connection, manifest.version, file, now)
            software.publish(connection, manifest.version, sites, not_before, now)
            for site in sites:
                downlinks.append(connection, site, event, subject=manifest.version, now=now)
    finally:
        folder.discard(staged)
    return manifest.version


def withdraw(engine: Engine, version: str, now: datetime) -> tuple[SiteCode, ...]:
    """Stop a release: boxes that do not run it yet are not to; return whom it was published to.
    Raises BadInput.
    """
    with writing(engine) as connection:
        release = software.by_version(connection, version)
        if release is None:
            raise BadInput(f"no release {version!r} was published; see `posko-center updates list`")
        software.withdraw(connection, version, now)
        event = SoftwareWithdrawn(version=version)
        for site in release.sites:
            downlinks.append(connection, site, event, subject=version, now=now)
    return release.sites


def without(
    engine: Engine, named: Sequence[SiteCode], version: str, first: int | None
) -> list[SiteCode]:
    """Those of the boxes that neither run a release nor are to; the first of them, if only some.

    Boxes that are connected come first: they show soonest whether it is good.
    """
    with reading(engine) as connection:
        release = software.by_version(connection, version)
        told = set(release.sites) if release else set()
        known = {box.site: box for box in boxes.every(connection)}
    left = [s for s in named if s not in told and known[s].software != version]
    left.sort(key=lambda site: (not known[site].is_online, str(site)))
    return left[:first]


def _described(path: Path, keys: Sequence[str]) -> update_file.Manifest:
    try:
        size_bytes = path.stat().st_size
        with path.open("rb") as content:
            start = content.read(_HEAD_BYTES)
    except OSError as error:
        raise BadInput(f"cannot read {path}: {error.strerror}") from None
    manifest = update_file.read_head(start, keys).manifest if keys else update_file.claimed(start)
    if not manifest.size_bytes < size_bytes <= manifest.size_bytes + _HEAD_BYTES:
        raise BadInput(f"{path} is cut short; make it again with `posko-center updates sign`")
    return manifest


def version_of(path: Path, keys: Sequence[str]) -> str:
    """The version that a file is; raises BadInput."""
    return _described(path, keys).version
