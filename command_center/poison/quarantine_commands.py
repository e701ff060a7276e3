"""`posko-center quarantine`: the messages that nobody could read or store."""

import argparse
import contextlib
import json
import zlib
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Engine

from appliance.domain.city import wire
from appliance.domain.errors import BadInput
from command_center.poison import replaying
from command_center.poison.replaying import Outcome
from command_center.report import iso, table
from command_center.store.database import reading, writing
from command_center.store.receiving import asides, quarantine
from command_center.store.receiving.asides import Aside
from command_center.store.receiving.quarantine import Kept
from command_center.subcommands import Subcommands

ALL = "all"
EVENT = "e"
"""Before the number of an event, to tell it from a message."""
UNKNOWN = "unknown"
"""In place of a code: the event is of a kind that this release does not know."""


def add(commands: Subcommands) -> None:
    """Register the command."""
    words = "list, read, try again or forget what could not be read, stored or done"
    actions = commands.group("quarantine", words)
    listing = actions.add("list", "messages and events, the newest first, without content")
    listing.add_argument("--json", action="store_true", help="for scripts")
    show = actions.add("show", "one with its content (personal data!)")
    show.add_argument("id", metavar="ID", help=f"of a message, or {EVENT}NUMBER of an event")
    replay = actions.add("replay", "take it in, where this release can; repeats well")
    replay.add_argument("id", metavar="ID", help="or all")
    drop = actions.add("drop", "forget a message, or all; events stay")
    drop.add_argument("id", metavar="ID", help="or all")


def run(engine: Engine, args: argparse.Namespace, now: datetime) -> None:
    """Do it; raises BadInput with what to do about it."""
    if args.action == "list":
        _list(engine, as_json=args.json)
    elif args.id == ALL and args.action != "show":
        _with_all(engine, args.action, now)
    else:
        _with_one(engine, args.action, args.id, now)


def _list(engine: Engine, *, as_json: bool) -> None:
    with reading(engine) as connection:
        messages, events = quarantine.every(connection), asides.every(connection)
    facts = [*map(_facts, messages), *map(_event_facts, events)]
    print(json.dumps(facts, indent=1) if as_json else _tables(messages, events))
    if len(events) == asides.LISTED and not as_json:
        print(f"Of events only the newest {asides.LISTED} are listed.")


def _with_all(engine: Engine, action: str, now: datetime) -> None:
    """The oldest first: a batch needs those before it, and events of a case its report."""
    with reading(engine) as connection:
        messages = sorted(quarantine.every(connection), key=lambda one: one.id)
    if action == "drop":
        _drop(engine, messages)
        return
    outcomes = [_tell(str(one.id), replaying.replay(engine, one, now)) for one in messages]
    last = 0
    while events := _events_after(engine, last):
        last = events[-1].id
        outcomes += [_tell(_id(one), replaying.redo(engine, one, now)) for one in events]
    print(f"{sum(outcome.is_stored for outcome in outcomes)} of {len(outcomes)} stored")


def _with_one(engine: Engine, action: str, id_: str, now: datetime) -> None:
    with reading(engine) as connection:
        messages = [one for one in quarantine.every(connection) if str(one.id) == id_]
        number = id_.removeprefix(EVENT)
        is_event = number != id_ and number.isascii() and number.isdecimal() and len(number) < 19
        event = asides.by_id(connection, int(number)) if is_event else None
    if not messages and event is None:
        raise BadInput(f"no {id_!r} in the quarantine; see: posko-center quarantine list")
    if event is None:
        _with_message(engine, action, messages[0], now)
    elif action == "show":
        print(_event_content(event))
    elif action == "replay":
        _tell(id_, replaying.redo(engine, event, now))
    else:
        raise BadInput("an event stays where it is in its stream; only messages are dropped")


def _with_message(engine: Engine, action: str, message: Kept, now: datetime) -> None:
    if action == "show":
        print(_content(message))
    elif action == "replay":
        _tell(str(message.id), replaying.replay(engine, message, now))
    else:
        _drop(engine, [message])


def _drop(engine: Engine, messages: Sequence[Kept]) -> None:
    with writing(engine) as connection:
        for message in messages:
            quarantine.drop(connection, message.id)
    print(f"{len(messages)} dropped")


def _events_after(engine: Engine, id_: int) -> list[Aside]:
    with reading(engine) as connection:
        return asides.after(connection, id_)


def _tell(id_: str, outcome: Outcome) -> Outcome:
    print(id_, outcome.words)
    return outcome


def _id(aside: Aside) -> str:
    return f"{EVENT}{aside.id}"


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
        "id": _id(aside),
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
            *(_id(aside), iso(aside.received_at) or "", str(aside.site)),
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
