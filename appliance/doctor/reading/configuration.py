"""The settings themselves."""

import grp
import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from appliance.doctor.case import Case
from appliance.doctor.judging.configuration import Configuration
from appliance.domain import kecamatan
from appliance.runtime.settings import Site, additions

_GROUP = "posko"
_READS, _ENTERS, _WRITES = stat.S_IRGRP, stat.S_IRGRP | stat.S_IXGRP, stat.S_IRWXG


def look(case: Case) -> Configuration:
    """What is known of the file."""
    path = str(case.config)
    if case.settings is None:
        is_readable = not case.config.exists() or os.access(case.config, os.R_OK)
        return Configuration(path=path, mistake=case.mistake, is_readable=is_readable)
    box = case.settings
    pins = any(modem.pin for modem in box.modem.all.values())
    words = any(network.passphrase for network in box.radio.networks)
    return Configuration(
        path=path,
        mistake="",
        site=f"kecamatan {box.site.name} ({box.site.code})",
        mode=case.config.stat().st_mode & 0o777,
        has_secrets=pins or words,
        other_name=_other_name(box.site),
        closed=tuple(map(str, _closed(case.config, box.store.path.parent))),
    )


def _other_name(site: Site) -> str | None:
    found = kecamatan.of_code(site.code)
    if found is None:
        return None
    named = " ".join(site.name.split()).casefold().removeprefix("kecamatan ")
    is_same = named == found.name.casefold()
    return "" if is_same else f"{found.name}, {found.city}"


def _closed(config: Path, home: Path) -> Iterator[Path]:
    """What the daemons' group cannot use; nothing on a machine without that group."""
    with suppress(KeyError, PermissionError):
        gid, added = grp.getgrnam(_GROUP).gr_gid, additions(config)
        files = sorted(added.glob("*.toml"))
        needs = {config: _READS, added: _ENTERS, home: _WRITES, **dict.fromkeys(files, _READS)}
        for path, need in needs.items():
            with suppress(FileNotFoundError):
                found = path.stat()
                if not _is_open(found, gid, need):
                    yield path


def _is_open(found: os.stat_result, gid: int, need: int) -> bool:
    """Whether a group has rights of `need` (of S_IRWXG), as itself or as anybody."""
    rights = found.st_mode if found.st_gid == gid else found.st_mode << 3
    return rights & need == need
