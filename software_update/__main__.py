"""Composition root of `posko-update`."""

import argparse
import sys
from pathlib import Path

from appliance.domain.software import BadUpdate
from appliance.runtime import daemon, settings
from software_update import bundle
from software_update.acceptance import refusal
from software_update.system import installed, is_older

PROGRAM = "posko-update"
HOME = Path("var/lib/posko-update")


def main() -> int:
    """Do what the command says; return the exit status."""
    parser = daemon.parser(PROGRAM, "Updates of the box: signed, on trial, taken back by itself.")
    parser.add_argument(
        "--root", type=Path, default=Path("/"), metavar="DIR", help="the system to work on"
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    words = "say whether a file is an update for this box"
    check = commands.add_parser("check", help=words, description=words)
    check.add_argument("file", type=Path, metavar="FILE")
    check.add_argument("--allow-downgrade", action="store_true", help="take an older release too")
    check.set_defaults(body=_check)
    args = parser.parse_args()
    return daemon.answered(PROGRAM, lambda: args.body(args))


def _check(args: argparse.Namespace) -> None:
    loaded = settings.load(settings.find(args.config))
    manifest = bundle.head(args.file, loaded.update.release_keys).manifest
    box = installed(args.root, args.root / "var/lib", loaded.store.path, floor="")
    if why := refusal(manifest, box, is_older, may_downgrade=args.allow_downgrade):
        raise BadUpdate(why)
    print(f"Posko {manifest.version} can be installed; this is {box.version}")


if __name__ == "__main__":
    sys.exit(main())
