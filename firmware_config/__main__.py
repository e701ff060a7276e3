"""Composition root of `posko-firmware`."""

import argparse
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

from appliance.domain.wifi import capport
from appliance.runtime import daemon, logs, settings
from appliance.runtime.settings import ConfigError, Settings
from appliance.runtime.trust import refusal
from appliance.runtime.uplink_watch import resolvers_of
from firmware_config import checking
from firmware_config.activation import needs_reboot
from firmware_config.applying import Box, begin, boot_id, confirm, roll_back, watch
from firmware_config.differing import changed, difference
from firmware_config.generations import Damaged
from firmware_config.health import Health, is_online, needed
from firmware_config.placing import SITE_FILE
from firmware_config.rendering import File, render
from firmware_config.supervising import WATCH_UNIT, start_watch
from firmware_config.trial import Trial

PROGRAM = "posko-firmware"
_PUT_S = 180.0
"""For all programs to restart."""
_MOST_MINUTES = 60


def main() -> int:
    """Do what the command says; return the exit status."""
    parser = daemon.parser(PROGRAM, "System files of the box, made of posko.toml.")
    parser.add_argument(
        "--root", type=Path, default=Path("/"), metavar="DIR", help="the system to work on"
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _command(commands, "check", _check, "say what is wrong with posko.toml, and what to know")
    into = _command(commands, "render", _render, "write the files to a folder, to look at them")
    into.add_argument("--out", type=Path, required=True, metavar="DIR", help="the folder")
    _command(commands, "diff", _diff, "show what apply would change; exit 1 if anything")
    trying = _command(commands, "apply", _apply, "put the files in force, on trial")
    trying.add_argument(
        "--minutes", type=_minutes, default=10.0, help="how long the trial lasts (default: 10)"
    )
    _command(commands, "confirm", _confirm, "end the trial: the files stay")
    _command(commands, "rollback", _rollback, "go back to the files before")
    _command(commands, "watch", _watch, "see a trial to its end, as a unit does at boot")
    daemon.accept_config(commands)
    args = parser.parse_args()

    def body() -> int:
        os.umask(0o022)  # every daemon reads system files; those with secrets have a mode of theirs
        status: int = args.body(args)
        return status

    return daemon.ordered(PROGRAM, body)


Body = Callable[[argparse.Namespace], int]


def _command(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]",
    name: str,
    body: Body,
    text: str,
) -> argparse.ArgumentParser:
    parser = commands.add_parser(name, help=text, description=text)
    parser.set_defaults(body=body)
    return parser


def _check(args: argparse.Namespace) -> int:
    loaded = _checked(args)
    for note in checking.notes(loaded):
        print(f"note: {note}")
    print(f"{settings.find(args.config)} is valid: {len(_files(loaded))} files")
    return 0


def _render(args: argparse.Namespace) -> int:
    files = _files(_checked(args))
    for path, file in files.items():
        target = args.out / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.touch(mode=file.mode)
        target.write_text(file.text, encoding="utf-8")
        target.chmod(file.mode)
    print(f"{len(files)} files are in {args.out}")
    return 0


def _diff(args: argparse.Namespace) -> int:
    text = difference(_in_force(Box(args.root)), _files(_checked(args)))
    print(text, end="")
    return 1 if text else 0


def _apply(args: argparse.Namespace) -> int:
    loaded, config, box = _checked(args), settings.find(args.config).resolve(), Box(args.root)
    files = _files(loaded)
    paths = changed(_in_force(box), files)
    if not paths:
        print("nothing to change")
        return 0
    files[SITE_FILE] = File(config.read_text(encoding="utf-8"), 0o600)
    resolvers = loaded.wifi.resolvers
    needs = needed(loaded, is_online=is_online(lambda: resolvers or resolvers_of()))

    def plan(generation: int, before: int) -> Trial:
        return Trial(
            generation=generation,
            before=before,
            minutes=args.minutes,
            needs=needs,
            config=str(config),
            resolvers=resolvers,
            boot=boot_id(),
        )

    trial = begin(box, files, plan, lambda: start_watch(box, config))
    print(f"generation {trial.generation} is put in force: {len(paths)} files change", flush=True)
    return _told(box, trial, needs_reboot(paths))


def _told(box: Box, trial: Trial, needs_boot: bool) -> int:
    """Wait until the watch has put it in force, and say what comes now."""
    until = time.monotonic() + _PUT_S
    while (now := box.trial()) and not now.is_in_force and time.monotonic() < until:
        time.sleep(0.1)
    if now is None or not now.is_in_force:
        print(f"it is not in force; see: journalctl -u {WATCH_UNIT}", file=sys.stderr)
        return 1
    print(
        f"On trial for {trial.minutes:g} minutes: it goes back by itself if one of these is lost: "
        f"{', '.join(trial.needs) or 'nothing was there to lose'}.\n"
        "If all is well: posko-firmware confirm. If not: posko-firmware rollback."
    )
    if needs_boot:
        print("Parts of it are read at boot only: restart the box after confirming.")
    return 0


def _confirm(args: argparse.Namespace) -> int:
    print(confirm(Box(args.root)))
    return 0


def _rollback(args: argparse.Namespace) -> int:
    print(roll_back(Box(args.root), settings.find(args.config).resolve()))
    return 0


def _watch(args: argparse.Namespace) -> int:
    logs.configure(PROGRAM, "INFO")

    def health(trial: Trial) -> Callable[[float], frozenset[str]]:
        return Health(trial.needs, lambda: trial.resolvers or resolvers_of()).lost

    watch(Box(args.root), health)
    return 0


def _minutes(text: str) -> float:
    value = float(text)
    if not 0 < value <= _MOST_MINUTES:
        raise argparse.ArgumentTypeError(f"more than 0, at most {_MOST_MINUTES}")
    return value


def _in_force(box: Box) -> dict[str, File]:
    """The files in force; none if one was changed by hand, which is told: all are written anew."""
    there = box.generations
    try:
        files = there.files(there.current())
    except Damaged as error:
        print(f"{error}. apply writes all files anew.", file=sys.stderr)
        return {}
    files.pop(SITE_FILE, None)
    return files


def _checked(args: argparse.Namespace) -> Settings:
    """The settings without a mistake; raises ConfigError."""
    path = settings.find(args.config)
    loaded = settings.load(path)
    if found := checking.mistakes(loaded):
        listed = "\n".join(f"  - {mistake}" for mistake in found)
        raise ConfigError(f"{path} has {len(found)} mistake(s):\n{listed}")
    return loaded


def _files(loaded: Settings) -> dict[str, File]:
    return render(loaded, is_trusted=_is_trusted(loaded))


def _is_trusted(loaded: Settings) -> bool:
    """Whether phones trust the certificate, if there is one; why not is printed."""
    wifi, host = loaded.wifi, capport.host(loaded.portal.url)
    if wifi.tls_cert is None or wifi.tls_key is None:
        return False
    why_not = refusal(wifi.tls_cert, wifi.tls_key, host)
    if why_not:
        print(
            f"{wifi.tls_cert}: phones that ask for {host} refuse it: {why_not}. The portal works "
            "without TLS and without its API until apply is run with a good one.",
            file=sys.stderr,
        )
    return not why_not


if __name__ == "__main__":
    sys.exit(main())
