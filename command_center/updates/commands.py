"""`posko-center updates`: release keys, and updates made of packages.

Parses words and prints answers.
"""

import argparse
from pathlib import Path

from appliance.domain import software
from appliance.domain.errors import BadInput
from command_center.updates import making

NAME = "updates"
OFFLINE = ("key", "sign", "show")
"""Actions of whoever makes releases; they have neither settings nor a database."""


def add(
    parsers: "argparse._SubParsersAction[argparse.ArgumentParser]",
    common: argparse.ArgumentParser,
) -> None:
    """Register the command."""
    words = "make, sign and publish updates of the boxes"
    command = parsers.add_parser(NAME, help=words, description=words)
    actions = command.add_subparsers(dest="action", required=True, metavar="ACTION")

    def add_one(name: str, words: str) -> argparse.ArgumentParser:
        return actions.add_parser(name, parents=[common], help=words, description=words)

    key = add_one("key", "make a release key")
    key.add_argument("file", metavar="FILE", type=Path)
    sign = add_one("sign", "make an update of a package")
    sign.add_argument("package", metavar="PACKAGE.deb", type=Path)
    sign.add_argument("--key", metavar="FILE", type=Path, required=True, help="the release key")
    sign.add_argument("--out", metavar="FILE", type=Path, help="default: beside the package")
    sign.add_argument("--minimum", metavar="VERSION", help="the oldest release it can follow")
    sign.add_argument(
        "--floor", metavar="VERSION", help="once it has stayed, boxes take nothing older than this"
    )
    show = add_one("show", "what an update says of itself; its signature is not checked")
    show.add_argument("file", metavar="FILE", type=Path)


def run_offline(args: argparse.Namespace) -> None:
    """Do one of OFFLINE; raises BadInput or KeyFileError."""
    if args.action == "key":
        public = making.create_key(args.file)
        print(f"made {args.file}; keep it offline. In the posko.toml of each box:")
        print(f'[update]\nrelease_keys = ["{public}"]')
    elif args.action == "sign":
        out = args.out or args.package.with_suffix(software.SUFFIX)
        made = making.sign(args.package, args.key, out, minimum=args.minimum, floor=args.floor)
        print(f"{out} is Posko {made.version} for {made.architecture}")
    else:
        _show(args.file)


def _show(file: Path) -> None:
    try:
        with file.open("rb") as opened:
            manifest = software.claimed(opened.read(software.HEAD_MAX_BYTES))
    except OSError as error:
        raise BadInput(f"cannot read {file}: {error.strerror}") from None
    for field in manifest.__struct_fields__:
        print(f"{field:<16} {getattr(manifest, field)}")
