"""Programs that must run, and the files they run by. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from appliance.doctor.finding import Finding, absent, fault, ok, warn


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """What systemd knows of one unit."""

    name: str
    is_installed: bool
    active: str = ""
    result: str = ""
    restarts: int = 0
    said: str = ""
    """Its last words in the journal, where it fails."""


def units(seen: Sequence[Unit] | None) -> Iterator[Finding]:
    """Whether daemons run and keep running; None: this machine is not run by systemd."""
    if seen is None:
        yield absent("units", "systemd does not run here")
        return
    if not any(unit.is_installed for unit in seen):
        yield absent("units", "posko's units are not installed (docs/units.md)")
        return
    bad = [finding for unit in seen for finding in _unit(unit)]
    yield from bad
    if not bad:
        yield ok("units", f"{len(seen)} run, none was started anew")


def begun_anew(name: str) -> str:
    """What starts a unit anew, also one that systemd has given up for five minutes."""
    return f"systemctl reset-failed {name}; systemctl restart {name}"


def _unit(seen: Unit) -> Iterator[Finding]:
    if not seen.is_installed:
        yield fault(seen.name, "is not installed", "install the package posko again")
    elif seen.result == "exec-condition":
        return  # a browser without a screen: `screen` tells that
    elif seen.active not in ("active", "reloading"):
        why = f", {seen.result}" if seen.result not in ("", "success") else ""
        yield fault(
            seen.name,
            f"{seen.active or 'not running'}{why}{f': {seen.said}' if seen.said else ''}",
            f"journalctl -u {seen.name} -n 50; then {begun_anew(seen.name)}",
        )
    elif seen.restarts:
        yield warn(
            seen.name,
            f"was started anew {seen.restarts} times",
            f"journalctl -u {seen.name} says why (watchdog, memory, a device)",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A server of pages, and what a question met; empty when it answered."""

    name: str
    address: str
    trouble: str


def page(seen: Page) -> Finding:
    """Whether it answers."""
    if seen.trouble:
        return fault(
            seen.name,
            f"{seen.address} does not answer: {seen.trouble}",
            f"systemctl restart posko-{seen.name}; journalctl -u posko-{seen.name} -n 50",
        )
    return ok(seen.name, f"{seen.address} answers")


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """A program's file as its own parser took it."""

    program: str
    file: str
    exists: bool
    is_installed: bool = True
    complaint: str = ""


def read(seen: Read) -> Finding:
    """Whether a program of the system can use its file."""
    if not seen.exists:
        return absent(seen.program, f"no file for it ({seen.file})")
    if not seen.is_installed:
        return fault(seen.program, "is not installed", f"apt-get install {_package(seen.program)}")
    if seen.complaint:
        return fault(
            seen.program,
            f"refuses {seen.file}: {seen.complaint}",
            "change posko.toml, never the file: posko-firmware check, then posko-firmware apply",
        )
    return ok(seen.program, f"takes {seen.file}")


def _package(program: str) -> str:
    return {"nft": "nftables"}.get(program, program)


@dataclass(frozen=True, slots=True, kw_only=True)
class Firewall:
    """None: not known."""

    is_wanted: bool
    is_loaded: bool | None


def firewall(seen: Firewall) -> Iterator[Finding]:
    """Whether strangers are kept out."""
    if not seen.is_wanted:
        yield absent("firewall", "no zone of [wifi], so nothing is forwarded")
    elif seen.is_loaded:
        yield ok("firewall", "the table inet posko is loaded")
    elif seen.is_loaded is False:
        yield fault(
            "firewall",
            "the table inet posko is not loaded: nobody of the WiFi gets out",
            "systemctl restart posko-nftables posko-gate; journalctl -u posko-gate -n 50",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemFiles:
    """`mistakes` of posko-firmware check, and whether what is in force would change."""

    mistakes: Sequence[str]
    is_wanted: bool
    is_applied: bool
    differ: Sequence[str] | None
    """Files; None: not known."""
    damage: str = ""


def system_files(seen: SystemFiles) -> Finding:
    """Whether the system runs by today's settings."""
    what = "system files"
    if seen.mistakes:
        what_next = "change posko.toml, then posko-firmware apply"
        return fault(what, "; ".join(seen.mistakes), what_next)
    if not seen.is_applied and not seen.is_wanted:
        return absent(what, "none in force (neither [radio] nor [wifi] asks for any)")
    if not seen.is_applied:
        return fault(what, "none is in force", "posko-firmware apply")
    if seen.damage:
        return fault(what, seen.damage, "posko-firmware apply writes all anew")
    return _in_force(what, seen.differ)


def _in_force(what: str, differ: Sequence[str] | None) -> Finding:
    if differ:
        return warn(
            what,
            f"{len(differ)} are not what posko.toml says: {', '.join(differ[:4])}",
            "read posko-firmware diff, then posko-firmware apply",
        )
    return ok(what, "in force" if differ is None else "in force, as posko.toml says")
