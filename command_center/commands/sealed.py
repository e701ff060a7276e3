"""`posko-center sealing-key`, `sealed` and `unseal`: keys of units, and what only they can open.

The secret never has to be on the city's server: `sealed` prints what `unseal -` opens elsewhere,
without a database or a network.
"""

import argparse
import json
import secrets
import sys
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

import msgspec
from sqlalchemy import Engine

from appliance.domain.errors import BadInput
from appliance.domain.ids import Ticket
from appliance.domain.moment import CITY_TIME
from appliance.domain.privacy import sealing
from appliance.domain.privacy.sealing import Content, Sealed
from command_center import wording
from command_center.store.cases import requests
from command_center.store.cases.requests import CityRequest, Filter
from command_center.store.database import reading
from command_center.store.receiving import photos, sealed_contents
from command_center.store.sending import blob_files
from command_center.subcommands import Subcommands
from durable_files import key_files

STDIN = "-"
_SAME_TICKET = 10
"""Only a box that lost its database gives a number twice."""
_KEY_MAKER = "posko-center sealing-key new"

Opened = tuple[Content, bytes]
Stored = Callable[[], AbstractContextManager[Engine]]


def add(commands: Subcommands) -> None:
    """Register the commands."""
    key = commands.add("sealing-key", "make the key that opens a unit's confidential reports")
    key.add_argument("action", choices=("new", "show"))
    key.add_argument("file", metavar="FILE", type=Path)
    sealed = commands.add("sealed", "print what of a ticket is sealed, for `unseal -` elsewhere")
    unseal = commands.add(
        "unseal", "open what is sealed, with the unit's key file; needs no network"
    )
    unseal.add_argument("--key", metavar="FILE", type=Path, required=True)
    unseal.add_argument("--json", action="store_true", help="for scripts")
    sealed.add_argument("ticket", metavar="TICKET")
    unseal.add_argument("ticket", metavar="TICKET", help="or - to read what `sealed` has printed")
    for command, words in ((sealed, "write the sealed photo"), (unseal, "write the photo")):
        command.add_argument("--photo", metavar="FILE", type=Path, help=f"{words} to this file")


def run(args: argparse.Namespace, stored: Stored) -> None:
    """Do what is asked; raises BadInput or KeyFileError with what to do about it."""
    if args.command == "sealing-key":
        _key(args.action, args.file)
    elif args.command == "unseal" and args.ticket == STDIN:
        _show(_opened(_read(sys.stdin.buffer.read()), load(args.key)), args)
    else:
        with stored() as engine:
            (_export if args.command == "sealed" else _unseal)(engine, args)


def _key(action: str, path: Path) -> None:
    if action == "new":
        public = create(path)
        print(f"made {path}; keep a copy of it in another place. In the posko.toml of each box:")
    else:
        public = sealing.public_key(load(path))
    print(f'[sealing]\nkeys = {{"*" = "{public}"}}')


def create(path: Path) -> str:
    """Make a new key file and return the public key; raises KeyFileError if there is a file."""
    secret = secrets.token_bytes(sealing.SECRET_BYTES)
    public = sealing.public_key(secret)
    key_files.create(path, secret, "Opens sealed reports of Posko. Secret: never lose it.", public)
    return public


def load(path: Path) -> bytes:
    """The secret in a key file (--key); raises KeyFileError."""
    return key_files.load(path, name="--key", maker=_KEY_MAKER)


def _read(data: bytes) -> list[Sealed]:
    """Sealed texts, one a line, or one sealed file."""
    first = sealing.parse(data[: data.find(b"\n") + 1] or data)
    if not first.box:
        return [sealing.parse(data)]
    return [sealing.parse(line) for line in data.splitlines() if line.strip()]


def _export(engine: Engine, args: argparse.Namespace) -> None:
    for request, texts in _found(engine, args.ticket):
        print("\n".join(texts))
        if args.photo and (photo := _photo(engine, request)):
            args.photo.write_bytes(photo)


def _unseal(engine: Engine, args: argparse.Namespace) -> None:
    secret = load(args.key)
    opened: list[Opened] = []
    for request, texts in _found(engine, args.ticket):
        boxes: list[str | bytes] = [*texts]
        if photo := _photo(engine, request):
            boxes.append(photo)
        mine = _opened([sealing.parse(box) for box in boxes], secret)
        if any(content.request_id != request.request_id for content, _ in mine):
            raise BadInput("this was sealed for another request; somebody has exchanged them")
        opened += mine
    _show(opened, args)


def _opened(boxes: Sequence[Sealed], secret: bytes) -> list[Opened]:
    """Open what this secret opens, and name the rest; raises BadInput if that is all."""
    own = sealing.public_key(secret)
    others = [box for box in boxes if box.holder.key != own]
    for box in others if len(others) < len(boxes) else ():
        key = sealing.short(box.holder.key)
        print(f"one more is sealed for {box.holder.unit} with {key}", file=sys.stderr)
    mine = [box for box in boxes if box not in others]
    return [sealing.unseal(box, secret) for box in mine or boxes]


def _found(engine: Engine, number: str) -> list[tuple[CityRequest, list[str]]]:
    wanted = Filter(ticket=Ticket.parse(number).digits)
    with reading(engine) as connection:
        found = requests.page(connection, wanted, limit=_SAME_TICKET)
        sealed = [
            (request, texts)
            for request in found
            if (texts := sealed_contents.of_request(connection, request.request_id))
        ]
    if not sealed:
        why = "nothing of this ticket is sealed" if found else "no such ticket at the city"
        raise BadInput(why)
    return sealed


def _photo(engine: Engine, request: CityRequest) -> bytes | None:
    """The sealed photo, if it is here whole."""
    with reading(engine) as connection:
        photo = photos.by_request(connection, request.request_id)
    if photo is None or photo.state != "stored" or photo.file.media_type != sealing.MEDIA_TYPE:
        return None
    return blob_files.of(engine).file(photo.file.sha256).read_bytes()


def _show(opened: Iterable[Opened], args: argparse.Namespace) -> None:
    in_order = sorted(opened, key=lambda one: one[0].at)
    if args.json:
        records = [msgspec.to_builtins(content) for content, _ in in_order]
        print(json.dumps(records, ensure_ascii=False, indent=1))
    else:
        print("\n\n".join(_words(content, data) for content, data in in_order))
    for content, data in in_order:
        if args.photo and content.media_type:
            args.photo.write_bytes(data)


def _words(content: Content, data: bytes) -> str:
    """For the people of the unit, in their language; no control sign steers the terminal."""
    at = content.at.astimezone(CITY_TIME)
    lines = [f"{at:%d-%m-%Y %H:%M %Z}, {content.said}"]
    lines += [
        f"{name}: {value}"
        for name, value in (
            ("Topik", wording.category(content.category or "")),
            ("Pelapor", ", ".join(filter(None, (content.name, content.phone)))),
            ("Tempat", ", ".join(filter(None, (content.location, content.kelurahan)))),
            ("Foto", content.media_type and f"{len(data)} byte, simpan dengan --photo BERKAS"),
        )
        if value
    ]
    text = "".join(
        sign if sign.isprintable() or sign == "\n" else "\ufffd" for sign in content.text
    )
    return "\n".join([*lines, text]).rstrip()
