"""The settings themselves. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass

from appliance.doctor.finding import Finding, fault, ok, unseen, warn

_OTHERS = 0o007


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration:
    """The file; `mistake` is what the programs say of it."""

    path: str
    mistake: str
    is_readable: bool = True
    site: str = ""
    mode: int = 0o640
    has_secrets: bool = False
    other_name: str | None = ""
    """Of the kecamatan of this code, where the register calls it otherwise; None: there is none."""
    closed: tuple[str, ...] = ()
    """Files and folders of the daemons that their group may not use."""


def configuration(seen: Configuration) -> Iterator[Finding]:
    """Whether the daemons can start by it."""
    if not seen.is_readable:
        yield unseen("settings", f"{seen.path} is read, and most else by what it says")
        return
    if seen.mistake:
        head, *mistakes = seen.mistake.splitlines()
        found = "; ".join(line.strip(" -") for line in mistakes) or head
        yield fault(
            "settings",
            found,
            f"mend {seen.path} (docs/settings.md), then: posko config check; what is set there "
            "decides all else, so look again afterwards",
        )
        return
    yield ok("settings", f"{seen.path}: {seen.site}")
    if seen.other_name != "":
        known = f"belongs to {seen.other_name}" if seen.other_name else "is no kecamatan's"
        yield warn(
            "site",
            f"the code of {seen.site} {known} in the register",
            "set [site] code and name of one kecamatan (posko setup searches it): by its code the "
            "city knows the box",
        )
    if seen.closed:
        yield fault(
            "settings",
            f"the daemons (group posko) may not use {', '.join(seen.closed)}",
            "systemd-tmpfiles --create posko.conf; systemctl reset-failed 'posko-*'; "
            "systemctl restart posko.target",
        )
    if seen.has_secrets and seen.mode & _OTHERS:
        yield warn(
            "settings",
            f"{seen.path} holds a PIN or passphrase, and everybody may read it",
            f"chgrp posko {seen.path}; chmod 640 {seen.path}",
        )
