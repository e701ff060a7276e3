"""`posko-center open311-key`: who may file requests by Open311."""

import argparse
import secrets
from datetime import datetime

from sqlalchemy import Engine

from appliance.domain.cases.service_request import clean_text
from appliance.domain.errors import BadInput
from command_center import report
from command_center.open311 import keys
from command_center.store.database import reading, writing
from command_center.store.open311 import open311_keys
from command_center.subcommands import Subcommands

NAME_MAX_CHARS = 60
_SECRET_BYTES = 32


def add(commands: Subcommands) -> None:
    """Register the commands."""
    words = "the keys by which other programs file requests (Open311)"
    actions = commands.group("open311-key", words)

    new = actions.add("new", "make a key and print it, once")
    new.add_argument("name", metavar="NAME", help="of the client; staff see it at its requests")
    actions.add("list", "list the keys, without their secrets")
    revoke = actions.add("revoke", "take a key back; what it has filed stays")
    revoke.add_argument("id", metavar="ID", type=int, help="of `posko-center open311-key list`")


def run(engine: Engine, args: argparse.Namespace, now: datetime) -> None:
    """Do one of them; raises BadInput with what to do about it."""
    if args.action == "new":
        name = clean_text(args.name)
        if not 1 <= len(name) <= NAME_MAX_CHARS:
            raise BadInput(f"a name has 1 to {NAME_MAX_CHARS} characters")
        key = keys.spelled(secrets.token_bytes(_SECRET_BYTES))
        with writing(engine) as connection:
            open311_keys.add(connection, name, keys.hashed(key), now)
        print(f"{key}\ngive it to {name} now: only its hash is kept")
    elif args.action == "revoke":
        with writing(engine) as connection:
            if not open311_keys.revoke(connection, args.id, now):
                raise BadInput("no valid key of this id; see posko-center open311-key list")
        print(f"key {args.id} is no longer valid")
    else:
        _list(engine)


def _list(engine: Engine) -> None:
    with reading(engine) as connection:
        found = open311_keys.every(connection)
    rows = [
        (str(key.id), key.name, report.iso(key.created_at) or "", report.iso(key.revoked_at) or "-")
        for key in found
    ]
    print(report.table(("ID", "NAME", "MADE", "REVOKED"), rows))
