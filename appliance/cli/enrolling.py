"""`posko enrol`: a box that trusts nobody yet is given its credential by the city, for a code.

What travels is sealed with the code, so the city's web server is not asked to prove itself: a new
box knows no authority, and its clock may be years off.
"""

import argparse
import json
import os
import secrets
import ssl
import stat
import urllib.error
import urllib.request
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from appliance.cli.subparsers import Subparsers
from appliance.domain.city import enrolment
from appliance.domain.city.enrolment import Answer, Ask, Envelope, Login
from appliance.domain.errors import BadInput, PoskoError
from appliance.domain.ids import SiteCode
from appliance.runtime import credential, settings
from appliance.runtime.credential import Credential
from durable_files.folder import sync_folder

TIMEOUT_S = 30
CLOCK_MAY_DIFFER_S = 24 * 3600
ADDITION = "50-enrolment.toml"
_REFUSALS = {
    "unknown": "the city knows no such code: it has ended (after 24 hours), was tried wrongly too "
    "often, or a newer one was made; ask for a new one",
    "wrong": "the code is not right; compare it letter by letter",
    "used": "this code has been used: by this box, if `posko status` shows its link; otherwise by "
    "another machine: ask for a new code, and tell who made it",
    "site": "the code is for another kecamatan than [site] code; set that right first",
    "request": "the city did not take what this box brought; is it of the same release?",
    "login": "the city gives no such login; try --login password (or without it)",
    "busy": "too many ask at once; try again in a minute",
    "off": "this city enrols no boxes over the network (deploy/README.md, By hand)",
    "version": "this box and the city are of releases too far apart",
    "broken": "the city could not do it; its log says why",
}


class EnrolmentError(PoskoError, OSError):
    """The city could not be asked, or said no; the message says what to do."""


def add(commands: Subparsers) -> None:
    """Register the command."""
    words = "get this box its credential from the city, by a code (posko-center fleet enrol)"
    command = commands.add_parser("enrol", help=words, description=words)
    command.add_argument("--city", metavar="URL", required=True, help="https://posko.CITY.go.id")
    command.add_argument("--code", required=True, help="as it was read to you")
    command.add_argument(
        "--login",
        choices=("certificate", "password"),
        default="certificate",
        help="(default: %(default)s)",
    )
    command.add_argument(
        "--owner",
        metavar="USER",
        default="",
        help="as whom posko-sync runs (default: who owns the folder of the database)",
    )
    command.set_defaults(run=run)


def run(args: argparse.Namespace) -> None:
    """Ask, and write what comes; giving the command again continues where it broke off."""
    code, path = enrolment.parse(args.code), settings.find(args.config)
    loaded = settings.load(path)
    site, own = loaded.site.site_code, credential.of_store(loaded.store.path, args.owner)
    ask = _ask(own, site, args.login)
    answer = enrolment.opened(
        code, "answer", _post(args.city, enrolment.seal(code, "ask", ask)), Answer
    )
    _keep(own, site, ask, answer)
    written = _add_settings(path, own, site, answer)
    own.settle()
    print(f"{site} is enrolled; written: {own.folder} and {written}")
    _compare_clocks(answer.now)
    print("now restart posko-sync; `posko status` then shows link up")


def _ask(own: Credential, site: SiteCode, login: Login) -> Ask:
    if login == "certificate":
        return Ask(site=str(site), csr=own.request(site.site))
    if not own.pending.exists():
        own.put(own.pending, secrets.token_hex(32))
    return Ask(site=str(site), password=own.pending.read_text(encoding="ascii"))


def _post(city: str, envelope: Envelope) -> Envelope:
    parts = urlsplit(city)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise BadInput(f"--city must be an address like https://posko.kota.go.id, not {city!r}")
    request = urllib.request.Request(  # noqa: S310  # http or https, see above
        f"{parts.scheme}://{parts.netloc}{enrolment.PATH}",
        data=msgspec.json.encode(envelope),
        headers={"Content-Type": "application/json"},
    )
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_S, context=context) as got:  # noqa: S310
            return msgspec.json.decode(got.read(enrolment.MESSAGE_MAX_BYTES), type=Envelope)
    except urllib.error.HTTPError as error:
        raise EnrolmentError(_refusal(error)) from None
    except (OSError, msgspec.DecodeError, ValueError) as error:
        raise EnrolmentError(
            f"{city} cannot be asked ({error}); check cable, address and the city's server, and "
            "give the same command again"
        ) from None


def _refusal(error: urllib.error.HTTPError) -> str:
    try:
        told = msgspec.json.decode(error.read(enrolment.MESSAGE_MAX_BYTES), type=dict[str, str])
        return _REFUSALS[told["error"]]
    except (OSError, msgspec.DecodeError, KeyError):
        return f"what answers there is no command center (HTTP {error.code}); check --city"


def _keep(own: Credential, site: SiteCode, ask: Ask, answer: Answer) -> None:
    own.put(own.ca, answer.ca)
    if ask.csr:
        own.complete(answer.certificate, answer.ca, site.site)
    else:
        own.put(own.password, ask.password + "\n")


def _add_settings(path: Path, own: Credential, site: SiteCode, answer: Answer) -> Path:
    """Write the keys of [sync] beside the settings; they go before those of the file."""
    keys: dict[str, object] = {
        "broker": answer.broker,
        "port": answer.port,
        "client_id": "",
        "tls_ca": str(own.ca),
    }
    if answer.certificate:
        keys |= {"tls_cert": str(own.pair), "tls_key": str(own.pair), "username": ""}
    else:
        keys |= {"username": site.site, "password_file": str(own.password)}
    if answer.city_keys:
        keys["city_keys"] = answer.city_keys
    lines = [f"{key} = {json.dumps(value)}" for key, value in keys.items()]
    head = "# Written by `posko enrol`; give that command again instead of editing.\n[sync]\n"
    folder = settings.additions(path)
    added, new = folder / ADDITION, folder / f"{ADDITION}.new"
    try:
        folder.mkdir(exist_ok=True)
        new.write_text(head + "\n".join(lines) + "\n", encoding="ascii")
        _open_like(folder, path.parent)
        _open_like(new, path)
        new.replace(added)
        sync_folder(folder)
    except OSError as error:
        raise EnrolmentError(
            f"{added} cannot be written: {error.strerror}; run as root, or put this into {path}:\n"
            + "\n".join(("[sync]", *lines))
        ) from None
    settings.load(path)
    return added


def _open_like(made: Path, model: Path) -> None:
    """Whoever reads the settings must read this too, whatever the umask was."""
    as_it_is = model.stat()
    made.chmod(stat.S_IMODE(as_it_is.st_mode))
    if os.geteuid() == 0:
        os.chown(made, as_it_is.st_uid, as_it_is.st_gid)


def _compare_clocks(city: datetime) -> None:
    off_s = abs((datetime.now(UTC) - city).total_seconds())
    if off_s > CLOCK_MAY_DIFFER_S:
        print(f"this box's clock is {off_s / 86_400:.0f} days off: set it, or TLS will not work")
