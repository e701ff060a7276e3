"""`posko-center privacy`: a person's data at the city, shown and erased, and wishes ticked off."""

import argparse
import getpass
import json
from datetime import datetime
from typing import Any

from sqlalchemy import Engine

from appliance.domain.errors import BadInput
from appliance.domain.ids import Ticket
from appliance.domain.phone import Msisdn
from command_center import report
from command_center.privacy import erasing, exporting
from command_center.privacy.answering import answer
from command_center.store.cases import requests
from command_center.store.cases.requests import CityRequest, Filter
from command_center.store.database import reading, writing
from command_center.store.privacy import erasures
from command_center.store.receiving import follow_ups
from command_center.subcommands import Subcommands

_AT_MOST = 10_000


def add(commands: Subcommands) -> None:
    """Register the commands."""
    words = "a person's data: show, erase, and the wishes about them that wait for an answer"
    actions = commands.group("privacy", words)

    export = actions.add("export", "print all that is known, without others' data")
    export.add_argument("whose", metavar="TICKET|PHONE")
    export.add_argument("--json", action="store_true", help="print one JSON array")
    erase = actions.add("erase", "erase it here, and order the box to, for good")
    erase.add_argument("whose", metavar="TICKET|PHONE", help="of a phone, all its requests")
    erase.add_argument("--yes", action="store_true", help="do not ask")
    tasks = actions.add(
        "tasks", "list wishes to be answered, and erasures boxes have not confirmed"
    )
    tasks.add_argument("--json", action="store_true", help="for scripts")
    done = actions.add("done", "tick a wish off: it has been answered")
    done.add_argument("id", metavar="ID", help="of `posko-center privacy tasks`")


def run(engine: Engine, args: argparse.Namespace, now: datetime) -> None:
    """Do one of them; raises BadInput with what to do about it."""
    by = f"posko-center, {getpass.getuser()}"[: erasing.BY_MAX_CHARS]
    if args.action == "export":
        facts = exporting.export(engine, _whose(engine, args.whose), by=by, now=now)
        print(json.dumps(facts, ensure_ascii=False, indent=1) if args.json else _text(facts))
    elif args.action == "erase":
        _erase(engine, args, by=by, now=now)
    elif args.action == "tasks":
        _list(engine, now, as_json=args.json)
    else:
        _tick_off(engine, args.id, by=by, now=now)


def _erase(engine: Engine, args: argparse.Namespace, *, by: str, now: datetime) -> None:
    found = _whose(engine, args.whose)
    if not found:
        raise BadInput("no request of this phone at the city; look at the number again")
    named = ", ".join(dict.fromkeys(str(Ticket(request.ticket)) for request in found))
    named += f" ({len(found)} requests)" if found[1:] else ""
    if not args.yes and not _is_sure(named):
        raise BadInput("nothing was erased; type yes when asked, or give --yes")
    for request in found:
        erasing.order(engine, request.request_id, by=by, now=now)
    print(f"{named}: erased here; the box does so as soon as it hears of it")


def _is_sure(named: str) -> bool:
    """Whether somebody is there who says so."""
    try:
        said = input(f"Erase the personal data of {named} here and at the box for good? Type yes: ")
    except EOFError:
        print()
        return False
    return said.strip() == "yes"


def _list(engine: Engine, now: datetime, *, as_json: bool) -> None:
    with reading(engine) as connection:
        rows = [
            {
                "id": wish.id,
                "ticket": _ticket(requests.by_id(connection, wish.request_id)),
                "wish": wish.wish,
                "due_at": report.iso(wish.due_at),
                "is_late": wish.due_at < now,
            }
            for wish in follow_ups.due(connection)
        ] + [
            {
                "id": "-",
                "ticket": _ticket(requests.by_id(connection, request_id)),
                "wish": "waits for the box to erase",
                "due_at": None,
                "is_late": False,
            }
            for request_id in erasures.unconfirmed(connection)
        ]
    if as_json:
        print(json.dumps(rows, indent=1))
        return
    head = ("ID", "TICKET", "WISH", "DUE", "LATE")
    print(report.table(head, [tuple(str(value or "-") for value in row.values()) for row in rows]))


def _tick_off(engine: Engine, follow_up_id: str, *, by: str, now: datetime) -> None:
    with writing(engine) as connection:
        wish = answer(connection, follow_up_id, by=by, now=now)
    if wish is None:
        raise BadInput("no open wish of this id; see posko-center privacy tasks")
    print(f"{wish.wish}: answered")


def _whose(engine: Engine, words: str) -> list[CityRequest]:
    """The requests of a ticket or a phone."""
    try:
        ticket = Ticket.parse(words)
    except BadInput:
        phone = Msisdn.parse(words)
        with reading(engine) as connection:
            return requests.of_phone(connection, phone.e164)
    return _of_ticket(engine, ticket)


def _of_ticket(engine: Engine, ticket: Ticket) -> list[CityRequest]:
    with reading(engine) as connection:
        found = requests.page(connection, Filter(ticket=ticket.digits), limit=_AT_MOST)
    if not found:
        raise BadInput(f"no request {ticket} at the city; look at the number again")
    return found


def _ticket(request: CityRequest | None) -> str:
    return str(Ticket(request.ticket)) if request else "?"


def _text(facts: list[dict[str, Any]]) -> str:
    """For people: one line a fact."""
    lines: list[str] = []
    for one in facts:
        for name, value in one.items():
            if isinstance(value, list):
                lines += [f"{name}:"] if value else []
                lines += ["  - " + ", ".join(f"{k}: {v}" for k, v in row.items()) for row in value]
            else:
                lines.append(f"{name}: {'-' if value is None else value}")
        lines.append("")
    return "\n".join(lines) if lines else "nothing is known"
