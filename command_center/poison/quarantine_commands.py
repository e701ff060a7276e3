"""`posko-center quarantine`: the messages that nobody could read or store."""

import argparse
import contextlib
import json
import zlib
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Engine

from appliance.domain import wire
from appliance.domain.errors import BadInput
from command_center.poison import replaying
from command_center.report import iso, table
from command_center.store import quarantine
from command_center.store.database import reading, writing
from command_center.store.quarantine import Kept
from command_center.subcommands import Subcommands

NAME = "quarantine"
ALL = "all"


def add(commands: Subcommands) -> None:
    """Register the command."""
    words = "list, read, try again or forget messages that could not be read or stored"
    actions = commands.group(NAME, words)
    listing = actions.add("list", "the newest first, without content")
    listing.add_argument("--json", action="store_true", help="for scripts")
    show = actions.add("show", "one with its content (personal data!)")
    show.add_argument("id", metavar="ID")
    for name, words in (
        ("replay", "store it as if it had just come, where this release can; repeats well"),
        ("drop", "forget it"),
    ):
        actions.add(name, words).add_argument("id", metavar="ID", help="or all")


def run(engine: Engine, args: argparse.Namespace, now: datetime) -> None:
    """Do it; raises BadInput with what to do about it."""
    with reading(engine) as connection:
        found = quarantine.every(connection)
    if args.action == "list":
        print(_json(found) if args.json else _table(found))
        return
    chosen = found if args.id == ALL and args.action != "show" else [_one(found, args.id)]
    if args.action == "show":
        print(_content(chosen[0]))
    elif args.action == "drop":
        with writing(engine) as connection:
            for kept in chosen:
                quarantine.drop(connection, kept.id)
        print(f"{len(chosen)} dropped")
    else:
        _replay(engine, chosen, now)


def _replay(engine: Engine, chosen: Sequence[Kept], now: datetime) -> None:
    """The oldest first: a batch needs those before it."""
    outcomes = []
    for kept in sorted(chosen, key=lambda kept: kept.id):
        outcomes.append(replaying.replay(engine, kept, now))
        print(kept.id, outcomes[-1].words)
    stored = sum(outcome.is_stored for outcome in outcomes)
    print(f"{stored} of {len(outcomes)} stored")


def _one(found: Sequence[Kept], id_: str) -> Kept:
    for kept in found:
        if str(kept.id) == id_:
            return kept
    raise BadInput(f"no message {id_!r} in the quarantine; see: posko-center quarantine list")


def _facts(kept: Kept) -> dict[str, object]:
    return {
        "id": kept.id,
        "received_at": iso(kept.received_at),
        "site": kept.site,
        "code": kept.code,
        "size_bytes": kept.size_bytes,
        "is_cut": kept.is_cut,
        "topic": kept.topic,
    }


def _json(found: Sequence[Kept]) -> str:
    return json.dumps([_facts(kept) for kept in found], indent=1)


def _table(found: Sequence[Kept]) -> str:
    rows = [
        (
            *(str(kept.id), iso(kept.received_at) or "", kept.site or "-", kept.code),
            *(str(kept.size_bytes), f"{kept.topic}{' (cut)' if kept.is_cut else ''}"),
        )
        for kept in found
    ]
    return table(("ID", "RECEIVED", "SITE", "CODE", "BYTES", "TOPIC"), rows)


def _content(kept: Kept) -> str:
    """Control characters are escaped: they could move the cursor of whoever reads."""
    text = _expanded(kept.payload).decode("utf-8", "backslashreplace")
    shown = "".join(
        c if c.isprintable() or c == "\n" else c.encode("unicode_escape").decode() for c in text
    )
    return f"{json.dumps(_facts(kept), indent=1)}\n{shown}"


def _expanded(payload: bytes) -> bytes:
    """The text of a compressed message, as far as it is one."""
    if payload[:1] == b"\x78":
        with contextlib.suppress(zlib.error):
            return zlib.decompressobj().decompress(payload, wire.EXPANDED_MAX_BYTES)
    return payload
