"""`posko setup`: the first setup of a box, in a terminal or on its screen."""

import argparse
import os
import signal
import threading
from collections.abc import Callable

from appliance.cli.subparsers import Subparsers
from appliance.domain import kecamatan
from appliance.domain.errors import BadInput, PoskoError
from appliance.runtime import daemon, settings
from appliance.screen import browser_profile
from appliance.setup import answers as asked
from appliance.setup.answers import Answers, Step
from appliance.setup.draft import Folder
from appliance.setup.installing import Installer, serve_request
from appliance.setup.machine import look
from appliance.setup.site_file import Machine

LISTEN = "127.0.0.1:8089"
"""Only the browser of this machine reaches it."""
_MATCHES = 9
_GOODBYE_S = 3.0
"""For the last page to be shown before the browser ends with us."""


class NotRoot(PoskoError, PermissionError):
    """Settings are written by root."""


def add(commands: Subparsers) -> None:
    """Register the command."""
    words = "set a new box up: asks what its screen asks (docs/install.md)"
    command = commands.add_parser("setup", help=words, description=words)
    command.add_argument(
        "part",
        nargs="?",
        choices=("ask", "serve", "browser", "apply"),
        default="ask",
        help="ask here (default); for units: serve the screen's pages, show them, do as they say",
    )
    command.set_defaults(run=run)


def run(args: argparse.Namespace) -> None:
    """Do one part; each is a unit of its own, but for `ask`."""
    parts = {"ask": _ask, "serve": _serve, "browser": _browser, "apply": _apply}
    parts[args.part](args)


def _serve(_args: argparse.Namespace) -> None:
    # Imported here: no other command needs a web server.
    from appliance.setup.app import create_app  # noqa: PLC0415
    from web.serve import serve  # noqa: PLC0415

    def leave() -> None:
        threading.Timer(_GOODBYE_S, os.kill, (os.getpid(), signal.SIGTERM)).start()

    serve(create_app(Folder(), leave), LISTEN, on_ready=lambda: daemon.notify("READY=1"))


def _browser(_args: argparse.Namespace) -> None:
    os.execv("/bin/sh", ["sh", "-c", browser_profile.watched(LISTEN)])  # noqa: S606 - a fixed text


def _apply(args: argparse.Namespace) -> None:
    serve_request(Folder(), Installer(settings.find(args.config), look))


def _ask(args: argparse.Namespace) -> None:
    config = settings.find(args.config)
    if os.geteuid() != 0 and config == settings.DEFAULT_PATH:
        raise NotRoot("run it as root: sudo posko setup")
    answers, machine = Answers(), look()
    while answers.step is not Step.REVIEW:
        try:
            answers = _QUESTIONS[answers.step](answers, machine)
        except BadInput as error:
            print(f"  {error}")
    installer = Installer(config, lambda: machine)
    for stage in installer.install(answers):
        print(f"... {stage}")
    if code := installer.setup_code():
        print(f"{code}   type it at the desk, page /siapkan; good once")
    print(f"{config} is written; now: posko doctor")


def _place(answers: Answers, _machine: Machine) -> Answers:
    found = kecamatan.search(_typed("Kecamatan (begin of its name, and of its city)"), _MATCHES)
    if not found:
        raise BadInput("no kecamatan is called so")
    for number, place in enumerate(found, start=1):
        print(f"  {number}  {place.name}, {place.city} ({place.code})")
    choice = _typed("Number (empty: search again)")
    if not choice.isdigit() or not 1 <= int(choice) <= len(found):
        raise BadInput("none chosen")
    return asked.with_place(answers, found[int(choice) - 1].code)


def _wifi(answers: Answers, machine: Machine) -> Answers:
    if not machine.chip:
        print("  no WiFi radio that is known (docs/firmware.md): without WiFi of its own")
        return asked.with_wifi(answers, "")
    answers = asked.with_country(answers, _typed("Country", answers.country).upper())
    return asked.with_wifi(
        answers, _typed("Name of the WiFi (- for none)", answers.ssid).strip("-")
    )


def _modem(answers: Answers, machine: Machine) -> Answers:
    for device in machine.modems:
        print(f"  {device}")
    print("  try one out: posko sms probe DEVICE")
    return asked.with_modem(answers, _typed("Modem's port (empty: none)"))


def _number(answers: Answers, _machine: Machine) -> Answers:
    return asked.with_number(answers, _typed("Number of its SIM (may be empty)"))


def _city(answers: Answers, _machine: Machine) -> Answers:
    return asked.with_city(answers, _typed("City's address (empty: enrol later)"))


def _code(answers: Answers, _machine: Machine) -> Answers:
    return asked.with_code(answers, _typed("Enrolment code"))


def _desk(answers: Answers, machine: Machine) -> Answers:
    network = machine.office_network
    is_open = bool(network) and _typed(f"Open the staff's pages to {network}?", "no") == "yes"
    return asked.with_desk(answers, is_open=is_open)


_QUESTIONS: dict[Step, Callable[[Answers, Machine], Answers]] = {
    Step.PLACE: _place,
    Step.WIFI: _wifi,
    Step.MODEM: _modem,
    Step.NUMBER: _number,
    Step.CITY: _city,
    Step.CODE: _code,
    Step.DESK: _desk,
}


def _typed(question: str, default: str = "") -> str:
    shown = f"{question} [{default}]: " if default else f"{question}: "
    try:
        return input(shown).strip() or default
    except EOFError:
        raise BrokenOff("the setup was broken off; nothing is written") from None


class BrokenOff(PoskoError, EOFError):
    """Nobody answers any more."""
