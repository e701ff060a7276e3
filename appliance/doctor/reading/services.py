"""systemd's units, servers of pages, and other programs' files read by their own parsers."""

import http.client
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from appliance.doctor import programs
from appliance.doctor.case import Case
from appliance.doctor.judging.services import Firewall, Page, Read, SystemFiles, Unit

_DAEMONS = ("migrate", "portal", "kiosk", "desk", "modem", "sync")
_SHOWN = "LoadState,ActiveState,Result,NRestarts"
_FAILING = ("failed", "activating")
_PAGE_S = 15.0
"""A face that sleeps takes some seconds to wake on a small board."""
_LINES_READ = 40
_LAST_WORDS_CHARS = 300
_NO_REASON = re.compile(
    r"[0-9:]{8} \S+ (TRAFFIC|DEBUG|INFO|WARNING) |FAILED to start up|"
    r"(Start|Stopp|Reload)(ing|ed) |Failed to start |Dependency failed|"
    r".*: (Main process exited|Control process exited|Failed with result|Scheduled restart|"
    r"Start request repeated|Triggering OnFailure|Consumed|Deactivated|Job |Killing process|"
    r"Unit process|State '|Watchdog timeout|.*, ignoring)"
)
"""What a daemon tells while it runs (a code of the desk, too), the end of dnsmasq's complaint, and
what systemd says of any unit that ends; what it says of a step that failed is the reason."""
_DIFFERS = 1
_DAMAGED = "apply writes all files anew"


def units(case: Case) -> list[Unit] | None:
    """Every unit that these settings want."""
    if not (case.root / "run/systemd/system").is_dir():
        return None
    return [_unit(f"{name}.service") for name in _wanted(case)]


def pages(case: Case) -> Iterator[Page]:
    """Ask each server for its first page."""
    box = case.box
    for name, listen in (
        ("portal", box.portal.listen),
        ("kiosk", box.kiosk.listen),
        ("desk", box.desk.listen),
    ):
        yield Page(name=name, address=listen, trouble=_trouble(listen))


def edges(case: Case) -> Iterator[Read]:
    """nginx, dnsmasq and nft read what is in force. Raises PermissionError."""
    home = case.system_files
    nginx, dns = home / "edge/nginx.conf", home / "edge/dnsmasq.conf"
    if _is_there(nginx):
        yield _read("nginx", nginx, "-t", "-q", "-e", "stderr", "-c", str(nginx))
    else:
        yield Read(program="nginx", file=str(nginx), exists=False)
    yield _read("dnsmasq", dns, "--test", "-C", str(dns))
    rules = home / "nftables"
    if case.is_root and _is_there(rules):
        files = sorted(str(file) for file in rules.glob("*.nft"))
        for file in files:
            yield _read("nft", Path(file), "-c", "-f", file)


def firewall(case: Case) -> Firewall:
    """Whether our table is in the kernel; only root may ask."""
    wanted = bool(case.box.wifi.zones)
    if not case.is_root or not wanted:
        return Firewall(is_wanted=wanted, is_loaded=None)
    said = programs.ask("nft", "list", "table", "inet", "posko")
    return Firewall(is_wanted=wanted, is_loaded=said is not None and said.status == 0)


def system_files(case: Case) -> SystemFiles:
    """What posko-firmware says; it knows the files, this command only asks."""
    box = case.box
    check = _firmware(case, "check")
    applied = case.system_files.exists()
    mistakes = [line.strip(" -") for line in check.errors.splitlines() if line.startswith("  - ")]
    if check.status and not mistakes:
        mistakes = [check.complaint]
    differ, damage = None, ""
    if case.is_root and applied and not mistakes:
        diff = _firmware(case, "diff")
        damage = diff.complaint if _DAMAGED in diff.errors else ""
        if diff.status in (0, _DIFFERS):
            differ = _changed(diff.output)
    return SystemFiles(
        mistakes=mistakes,
        is_wanted=bool(box.radio.devices or box.wifi.zones),
        is_applied=applied,
        differ=differ,
        damage=damage,
    )


def _wanted(case: Case) -> Iterator[str]:
    yield from (f"posko-{name}" for name in _DAEMONS)
    for unit, file in (
        ("posko-gate", "edge/nginx.conf"),
        ("posko-nginx", "edge/nginx.conf"),
        ("posko-dnsmasq", "edge/dnsmasq.conf"),
        ("posko-kiosk-browser", "kiosk/browser"),
    ):
        if _is_there(case.system_files / file):
            yield unit
    if case.settings:
        for device in case.settings.radio.devices:
            yield f"posko-hostapd@{device.interface}"


def _unit(name: str) -> Unit:
    said = programs.ask("systemctl", "show", "-p", _SHOWN, name)
    known = dict(line.split("=", 1) for line in said.output.splitlines()) if said else {}
    restarts, active = known.get("NRestarts", "0"), known.get("ActiveState", "")
    return Unit(
        name=name.removesuffix(".service"),
        is_installed=known.get("LoadState") == "loaded",
        active=active,
        result=known.get("Result", ""),
        restarts=int(restarts) if restarts.isdigit() else 0,
        said=_last_words(name) if active in _FAILING else "",
    )


def _last_words(name: str) -> str:
    """Of a unit since the boot; empty for who may not read the journal, too."""
    said = programs.ask(
        *("journalctl", "--boot", "--output=cat", "--no-pager", "--quiet"),
        *(f"--lines={_LINES_READ}", f"--unit={name}"),
    )
    lines = said.output.splitlines() if said and not said.status else []
    own = [line for line in lines if line.strip() and not _NO_REASON.match(line)]
    return " ".join(own[-1].split())[:_LAST_WORDS_CHARS] if own else ""


def _trouble(listen: str) -> str:
    host, _, port = listen.rpartition(":")
    host = {"0.0.0.0": "127.0.0.1", "[::]": "::1"}.get(host, host.strip("[]"))  # noqa: S104
    line = http.client.HTTPConnection(host, int(port), timeout=_PAGE_S)
    try:
        line.request("GET", "/")
        status = line.getresponse().status
    except (OSError, http.client.HTTPException) as error:
        return getattr(error, "strerror", None) or str(error) or type(error).__name__
    finally:
        line.close()
    return f"HTTP {status}" if status >= http.HTTPStatus.INTERNAL_SERVER_ERROR else ""


def _read(program: str, file: Path, *words: str) -> Read:
    if not _is_there(file):
        return Read(program=program, file=str(file), exists=False)
    if not os.access(file, os.R_OK):
        raise PermissionError(13, "Permission denied", str(file))
    said = programs.ask(program, *words)
    if said is None:
        return Read(program=program, file=str(file), exists=True, is_installed=False)
    complaint = _complaint(said) if said.status else ""
    return Read(program=program, file=str(file), exists=True, complaint=complaint)


def _complaint(said: programs.Said) -> str:
    """The line that names the mistake: the last is often only that there was one."""
    lines = [line for line in (said.errors or said.output).splitlines() if line.strip()]
    named = [line for line in lines if "emerg" in line or "rror" in line or " at line " in line]
    return " ".join((named or lines or [said.complaint])[0].split())[:200]


def _is_there(path: Path) -> bool:
    """Raises PermissionError where the folder may not be entered."""
    return path.exists()


def _firmware(case: Case, word: str) -> programs.Said:
    words = ("--config", str(case.config), "--root", str(case.root), word)
    return programs.run(sys.executable, "-m", "firmware_config", *words)


def _changed(difference: str) -> list[str]:
    """The files that a difference names, by their heads `--- now/FILE` and `+++ then/FILE`."""
    heads = (line.split()[1] for line in difference.splitlines() if line[:4] in ("--- ", "+++ "))
    return sorted({head.partition("/")[2] for head in heads} - {"dev/null"})
