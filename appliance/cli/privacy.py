"""`posko privacy`: a person's data, on her wish: shown, erased, a consent taken back."""

import argparse
import getpass
import sqlite3
from typing import Any

from appliance.actions.privacy import consenting, erasing, exporting
from appliance.cli.opening import database
from appliance.cli.output import print_json
from appliance.cli.subparsers import Subparsers
from appliance.domain.cases.service_request import ServiceRequest
from appliance.domain.errors import BadInput
from appliance.domain.ids import Ticket
from appliance.domain.phone import Msisdn
from appliance.runtime import clock
from appliance.store.cases import requests

_TITLES = {
    "requests": "Laporan",
    "consents": "Persetujuan",
    "history": "Riwayat",
    "said_later": "Kata pelapor kemudian",
    "sms": "SMS dari pelapor",
    "texts": "SMS dari Posko",
    "told_to_the_city": "Dikirim ke kota",
    "processed": "Pemrosesan data ini",
}


def add(commands: Subparsers) -> None:
    """Register the commands."""
    command = commands.add_parser(
        "privacy", help="a person's data: show, erase, take a consent back"
    )
    actions = command.add_subparsers(dest="action", required=True, metavar="ACTION")
    export = actions.add_parser("export", help="print all that is known, without others' data")
    export.add_argument("whose", metavar="TICKET|PHONE")
    export.add_argument("--json", action="store_true", help="print one JSON object")
    export.set_defaults(run=_export)
    erase = actions.add_parser("erase", help="erase it here and at the city, for good")
    erase.add_argument("whose", metavar="TICKET|PHONE")
    erase.add_argument("--yes", action="store_true", help="do not ask")
    erase.set_defaults(run=_erase)
    withdraw = actions.add_parser("withdraw", help="take back what was agreed to about a request")
    withdraw.add_argument("ticket", metavar="TICKET")
    withdraw.set_defaults(run=_withdraw)


def _export(args: argparse.Namespace) -> None:
    with database(args.config) as db:
        whose, now = _whose(db, args.whose), clock.now()
        if isinstance(whose, ServiceRequest):
            facts = exporting.of_request(db, whose, now, by=_who())
        else:
            facts = exporting.of_phone(db, whose, now, by=_who())
    if args.json:
        print_json(facts)
    else:
        print("\n".join(_lines(facts)))


def _erase(args: argparse.Namespace) -> None:
    with database(args.config) as db:
        whose = _whose(db, args.whose)
        named = str(whose.ticket) if isinstance(whose, ServiceRequest) else whose.grouped
        if not args.yes and not _is_sure(named):
            raise BadInput("nothing was erased; type yes when asked, or give --yes")
        if isinstance(whose, ServiceRequest):
            erasing.erase(db, whose, clock.now(), by=_who())
        else:
            count = erasing.erase_phone(db, whose, clock.now(), by=_who())
            named = f"{named}, {count} requests"
    print(f"{named}: erased. The city erases it as soon as it hears of it; posko-sync overwrites")
    print("free space within half a minute. Backups made before: docs/runbook.md.")


def _withdraw(args: argparse.Namespace) -> None:
    with database(args.config) as db:
        request = _of_ticket(db, Ticket.parse(args.ticket))
        count = consenting.withdraw(db, request, clock.now(), by=_who())
    print(f"{request.ticket}: {count} consents taken back")


def _is_sure(named: str) -> bool:
    """Whether somebody is there who says so."""
    try:
        said = input(f"Erase the personal data of {named} for good? Type yes: ")
    except EOFError:
        print()
        return False
    return said.strip() == "yes"


def _who() -> str:
    return f"posko, {getpass.getuser()}"[:80]


def _whose(db: sqlite3.Connection, words: str) -> ServiceRequest | Msisdn:
    """The request of a ticket, or a phone; a ticket has eight digits and a right check digit."""
    try:
        ticket = Ticket.parse(words)
    except BadInput:
        return Msisdn.parse(words)
    return _of_ticket(db, ticket)


def _of_ticket(db: sqlite3.Connection, ticket: Ticket) -> ServiceRequest:
    request = requests.by_ticket(db, ticket)
    if request is None:
        raise BadInput(f"no request {ticket} at this box; look at the number again")
    return request


def _lines(facts: dict[str, Any], indent: str = "") -> list[str]:
    """For people: one line a fact, lists under a title of their own."""
    lines: list[str] = []
    for name, value in facts.items():
        if not isinstance(value, list):
            lines.append(f"{indent}{name}: {'-' if value is None else value}")
        elif value:
            lines.append(f"{indent}{_TITLES[name]}:")
            for one in value:
                inner = _lines(one, indent + "    ")
                lines += [f"{indent}  - {inner[0].strip()}", *inner[1:]]
    return lines
