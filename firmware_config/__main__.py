"""Composition root of `posko-firmware`."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from appliance.domain import capport
from appliance.runtime import daemon, settings
from appliance.runtime.settings import ConfigError, Settings
from appliance.runtime.trust import refusal
from firmware_config import checking
from firmware_config.differing import difference
from firmware_config.generations import Generations
from firmware_config.rendering import File, render

PROGRAM = "posko-firmware"
_HOME = "etc/posko/firmware"


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
    args = parser.parse_args()
    done: list[int] = []
    status = daemon.answered(PROGRAM, lambda: done.append(args.body(args)))
    return status or done[0]


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
    there = Generations(args.root / _HOME)
    text = difference(there.files(there.current()), _files(_checked(args)))
    print(text, end="")
    return 1 if text else 0


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
