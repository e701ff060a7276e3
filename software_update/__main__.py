"""Composition root of `posko-update`."""

import argparse
import json
import os
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from appliance.domain.box.software import BadUpdate
from appliance.runtime import daemon, settings
from software_update import bundle
from software_update.beginning import UnderWay, begin, decide, plan
from software_update.installing import Place, install, is_time, look, next_waiting, source_of
from software_update.rescue.health import SYSTEMCTL
from software_update.rescue.home import Home
from software_update.rescue.machine import ENDS, Phase, Update
from software_update.rescue.packages import Dpkg
from software_update.rescue.running import Box
from software_update.system import NotInstalled, installed, is_older

PROGRAM = "posko-update"
HOME = Path("var/lib/posko-update")
_SYSTEMD = Path("/run/systemd/system")
_STEP_S = 0.5
_NOW = "posko-update due --now"


def main() -> int:
    """Do what the command says; return the exit status."""
    args = _arguments()

    def body() -> int:
        os.umask(0o022)  # the state is for everyone to read, and holds no secrets
        status: int = args.body(args)
        return status

    return daemon.ordered(PROGRAM, body)


def _arguments() -> argparse.Namespace:
    parser = daemon.parser(PROGRAM, "Updates of the box: signed, on trial, taken back by itself.")
    parser.add_argument(
        "--root", type=Path, default=Path("/"), metavar="DIR", help="the system to work on"
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    texts = {
        "check": (_check, "say whether a file is an update for this box"),
        "install": (_install, "install an update now, on trial"),
        "status": (_status, "what is installed, what is under way, how the last updates ended"),
        "confirm": (_confirm, "end the trial: the release stays"),
        "rollback": (_rollback, "go back to the release before, on trial or not"),
        "look": (_look, "keep the update that a stick holds until it is time"),
        "due": (_due, "install what came on a stick or from the city, if it is time"),
    }
    for name, (body, text) in texts.items():
        command = commands.add_parser(name, help=text, description=text)
        command.set_defaults(body=body)
        if name in ("check", "install"):
            command.add_argument("file", type=Path, metavar="FILE")
            words = "take an older release too"
            command.add_argument("--allow-downgrade", action="store_true", help=words)
        if name == "look":
            words = "a disk, like /dev/sda1, or a folder"
            command.add_argument("place", type=Path, metavar="DEVICE", help=words)
        if name == "due":
            command.add_argument("--now", action="store_true", help="whatever the hour")
        if name == "status":
            command.add_argument("--json", action="store_true", help="print a JSON object")
    daemon.accept_config(commands)
    return parser.parse_args()


def _box(args: argparse.Namespace) -> Box:
    home = Home(args.root / HOME)
    home.make()
    is_running = args.root == Path("/") and _SYSTEMD.exists()
    return Box(
        home=home,
        dpkg=Dpkg(root=args.root, wait=time.sleep),
        program=("/usr/bin/python3", "-I", str(home.program)),
        systemctl=SYSTEMCTL if is_running else (),
    )


def _check(args: argparse.Namespace) -> int:
    place = _place(args)
    manifest = bundle.prove(args.file, place.keys)
    before = place.accept(manifest, may_downgrade=args.allow_downgrade)
    print(f"Posko {manifest.version} can be installed; this is {before}")
    return 0


def _install(args: argparse.Namespace) -> int:
    place = _place(args)
    update = install(place, args.file, source="hand", may_downgrade=args.allow_downgrade)
    return _follow(place.box.home, update)


def _look(args: argparse.Namespace) -> int:
    place = _place(args)
    try:
        kept, said = look(place, args.place)
    except BadUpdate as error:
        kept, said = None, [str(error)]
    place.box.home.note_look([*said, *([f"Posko {kept.version} waits"] if kept else [])])
    for words in said:
        print(words, file=sys.stderr)
    if kept:
        print(f"Posko {kept.version} waits for {place.settings.update.window}; at once: {_NOW}")
    return 0 if kept or not said else 1


def _due(args: argparse.Namespace) -> int:
    place = _place(args)
    if place.box.home.load():
        print("an update is under way")
        return 0
    found, said = next_waiting(place)
    for words in said:
        print(words, file=sys.stderr)
    if found is None:
        place.from_stick.unlink(missing_ok=True)
        print("nothing waits")
        return 0
    if not args.now and not is_time(place, datetime.now(UTC)):
        window = place.settings.update.window
        print(f"Posko {found.manifest.version} waits for {window}; at once: {_NOW}")
        return 0
    update = install(place, found.path, source=source_of(place, found))
    return _follow(place.box.home, update)


def _status(args: argparse.Namespace) -> int:
    place = _place(args)
    home = place.box.home
    here = installed(args.root, home.folder, place.settings.store.path, home.floor())
    update, history = home.load(), home.history()
    if args.json:
        state = {
            "version": here.version,
            "under_way": {"version": update.version, "phase": update.phase} if update else None,
            "stick": home.looked(),
            "history": history,
        }
        print(json.dumps(state, indent=1))
        return 0
    previous = place.box.dpkg.version(home.previous) or "none"
    print(f"Installed  {here.version}; to go back to: {previous}")
    if update:
        print(f"Under way  {update.version} is {update.phase}{_because(update.why)}")
    for words in home.looked():
        print(f"Stick      {words}")
    for entry in reversed(history):
        name = f"{entry['version']} from {entry['source']}"
        print(f"{entry['at']}  {name} was {entry['ended']}{_because(entry['why'])}")
    return 0


def _confirm(args: argparse.Namespace) -> int:
    box = _box(args)
    return _follow(box.home, decide(box, Phase.KEPT))


def _rollback(args: argparse.Namespace) -> int:
    """Go back from a trial, or from a release that has stayed."""
    place = _place(args)
    loaded, box = place.settings, place.box
    if box.home.load():
        return _follow(box.home, decide(box, Phase.RETURNING, "by hand"))
    previous = box.dpkg.version(box.home.previous)
    here = installed(args.root, box.home.folder, loaded.store.path, box.home.floor())
    if not previous or previous == here.version:
        raise UnderWay("there is no release before; install one by --allow-downgrade")
    if here.floor and is_older(previous, here.floor):
        raise UnderWay(f"{previous} is older than {here.floor}, and not safe to run any more")
    planned = plan(box, loaded, version=here.version, before=previous, source="hand")
    back = replace(planned, phase=Phase.RETURNING, why="by hand")
    return _follow(box.home, begin(box, lambda: back))


def _follow(home: Home, begun: Update) -> int:
    """Tell each phase, until the release is on trial or the update has ended."""
    told = None
    while (update := home.load()) and update.number == begun.number:
        if update.phase is not told:
            print(f"Posko {update.version}: {update.phase}{_because(update.why)}", flush=True)
            told = update.phase
        if update.phase is Phase.TRIAL and begun.phase not in ENDS:
            print(
                f"It goes back by itself unless all is well within {update.minutes:g} minutes.\n"
                "If all is well: posko-update confirm. If not: posko-update rollback."
            )
            return 0
        time.sleep(_STEP_S)
    ended = next((e for e in home.history() if e["number"] == begun.number), None)
    if ended is None:
        raise NotInstalled("the update has vanished; see: journalctl -u posko-update-run")
    print(f"Posko {ended['version']} was {ended['ended']}{_because(ended['why'])}")
    wanted = Phase.RETURNED if begun.phase is Phase.RETURNING else Phase.KEPT
    return 0 if ended["ended"] == wanted else 1


def _because(why: str) -> str:
    return f": {why}" if why else ""


def _place(args: argparse.Namespace) -> Place:
    return Place(_box(args), settings.load(settings.find(args.config)))


if __name__ == "__main__":
    sys.exit(main())
