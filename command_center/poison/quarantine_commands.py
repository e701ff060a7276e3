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
from command_center.store import asides, quarantine
from command_center.store.asides import Aside
from command_center.store.database import reading, writing
from command_center.store.quarantine import Kept
from command_center.subcommands import Subcommands

NAME = "quarantine"
ALL = "all"
EVENT = "e"
"""Before the number of an event, to tell it from a message."""
UNKNOWN = "unknown"
"""In place of a code: the event is of a kind that this release does not know."""


def add(commands: Subcommands) -> None:
    """Register the command."""
    words = "list, read, try again or forget what could not be read, stored or done"
    actions = commands.group(NAME, words)
    listing = actions.add("list", "messages and events, the newest first, without content")
    listing.add_argument("--json", action="store_true", help="for scripts")
    show = actions.add("show", "one with its content (personal data!)")
    show.add_argument("id", metavar="ID", help=f"of a message, or {EVENT}NUMBER of an event")
    replay = actions.add("replay", "take it in, where this release can; repeats well")
    replay.add_argument("id", metavar="ID", help="or all")
    drop = actions.add("drop", "forget a message; events stay")
    drop.add_argument("id", metavar="ID", help="or all")


def run(engine: Engine, args: argparse.Namespace, now: datetime) -> None:
    """Do it; raises BadInput with what to do about it."""
    with reading(engine) as connection:
        messages = quarantine.every(connection)
        events = asides.every(connection)
    if args.action == "list":
        facts = [*map(_facts, messages), *map(_event_facts, events)]
        print(json.dumps(facts, indent=1) if args.json else _tables(messages, events))
        return
    if args.id != ALL or args.action == "show":
        messages = [one for one in messages if str(one.id) == args.id]
        events = [one for one in events if f"{EVENT}{one.id}" == args.id]
        if not messages and not events:
            raise BadInput(f"no {args.id!r} in the quarantine; see: posko-center quarantine list")
    if args.action == "show":
        print(_content(messages[0]) if messages else _event_content(events[0]))
    elif args.action == "replay":
        _replay(engine, messages, events, now)
    elif args.id != ALL and events:
        raise BadInput("an event stays where it is in its stream; only messages are dropped")
    else:
        with writing(engine) as connection:
            for message in messages:
                quarantine.drop(connection, message.id)
        print(f"{len(messages)} dropped")


def _replay(
    engine: Engine, messages: Sequence[Kept], events: Sequence[Aside], now: datetime
) -> None:
    """The oldest first: a batch needs those before it, and events of a case its report."""
    outcomes = []
    for message in sorted(messages, key=lambda one: one.id):
        outcomes.append(replaying.replay(engine, message, now))
        print(message.id, outcomes[-1].words)
    for event in sorted(events, key=lambda one: one.id):
        outcomes.append(replaying.redo(engine, event))
        print(f"{EVENT}{event.id}", outcomes[-1].words)
    stored = sum(outcome.is_stored for outcome in outcomes)
    print(f"{stored} of {len(outcomes)} stored")


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


def _event_facts(aside: Aside) -> dict[str, object]:
    return {
        "id": f"{EVENT}{aside.id}",
        "received_at": iso(aside.received_at),
        "site": str(aside.site),
        "code": aside.code or UNKNOWN,
        "kind": aside.event.y,
        "epoch": aside.epoch,
        "lane": aside.lane,
        "seq": aside.seq,
        "detail": aside.detail,
    }


def _tables(messages: Sequence[Kept], events: Sequence[Aside]) -> str:
    head = ("ID", "RECEIVED", "SITE", "CODE", "BYTES", "TOPIC")
    rows = [
        (
            *(str(kept.id), iso(kept.received_at) or "", kept.site or "-", kept.code),
            *(str(kept.size_bytes), f"{kept.topic}{' (cut)' if kept.is_cut else ''}"),
        )
        for kept in messages
    ]
    told = [
        (
            *(f"{EVENT}{aside.id}", iso(aside.received_at) or "", str(aside.site)),
            *(aside.code or UNKNOWN, aside.event.y, aside.detail),
        )
        for aside in events
    ]
    if not told:
        return table(head, rows)
    of_events = table(("ID", "RECEIVED", "SITE", "CODE", "EVENT", "WHY"), told)
    return f"{table(head, rows)}\n\n{of_events}" if rows else of_events


def _content(kept: Kept) -> str:
    text = _expanded(kept.payload).decode("utf-8", "backslashreplace")
    return f"{json.dumps(_facts(kept), indent=1)}\n{_printable(text)}"


def _event_content(aside: Aside) -> str:
    text = bytes(aside.event.d).decode()
    return f"{json.dumps(_event_facts(aside), indent=1)}\n{_printable(text)}"


def _printable(text: str) -> str:
    """Control characters are escaped: they could move the cursor of whoever reads."""
    return "".join(
        c if c.isprintable() or c == "\n" else c.encode("unicode_escape").decode() for c in text
    )


def _expanded(payload: bytes) -> bytes:
    """The text of a compressed message, as far as it is one."""
    if payload[:1] == b"\x78":
        with contextlib.suppress(zlib.error):
            return zlib.decompressobj().decompress(payload, wire.EXPANDED_MAX_BYTES)
    return payload
