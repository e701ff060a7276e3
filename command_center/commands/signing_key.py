"""`posko-center signing-key`: the secret goes into a file, the public line to the boxes."""

import argparse
from pathlib import Path

from appliance.domain.city import signature
from appliance.domain.errors import BadInput
from command_center import signing
from command_center.subcommands import Subcommands


def add(commands: Subcommands) -> None:
    """Register the command."""
    words = "make the key that signs what the city says, or show its line"
    key = commands.add("signing-key", words)
    key.add_argument("action", choices=("create", "show"))
    key.add_argument("file", metavar="FILE", type=Path, nargs="?", help="default: the configured")


def run(args: argparse.Namespace, configured: Path | None) -> None:
    """Make or read the key file; raises BadInput or KeyFileError with what to do about it."""
    path = args.file or configured
    if path is None:
        raise BadInput("name a file, or set center.signing_key")
    if args.action == "create":
        public = signing.create(path)
        print(f"made {path}; set center.signing_key to it, and in the posko.toml of each box:")
    else:
        public = signature.public_key(signing.load(path))
    print(f'[sync]\ncity_keys = ["{public}"]')
