"""The part of `posko-center`'s command line about corrections: make one, list them, export labels.

Parses words and prints answers; the transaction is in `correcting`.
"""

import argparse
import csv
import sys
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Engine

from appliance.domain import reference
from appliance.domain.cases.service_request import Kind, Sensitivity
from appliance.domain.privacy import masking
from command_center import report
from command_center.cases import correcting, tickets
from command_center.cases.correcting import Wanted
from command_center.store.cases import corrections, requests
from command_center.store.cases.corrections import Correction
from command_center.store.cases.requests import CityRequest
from command_center.store.database import reading
from command_center.subcommands import Subcommands

_LABELS = ("id", "text", "category", "kelurahan", "kind", "sensitive", "was", "by", "at", "reason")


def add(commands: Subcommands) -> None:
    """Register the commands."""
    words = "correct what a request is about; its box is told"
    correct = commands.add("correct", words)
    correct.add_argument("ticket", metavar="TICKET")
    correct.add_argument("--by", required=True, metavar="NAME", help="the officer who says so")
    correct.add_argument("--category", help="an id of categories.csv; the agency follows")
    correct.add_argument("--kind", help=", ".join(Kind))
    correct.add_argument("--kelurahan", help="name or code; empty: not known")
    correct.add_argument("--agency", help="an agency's id, e.g. DLHK")
    correct.add_argument("--sensitivity", help=", ".join(Sensitivity))
    correct.add_argument("--reason", default="", help="needed to let more people see the text")
    words = "list what officers corrected, oldest first"
    listing = commands.add("corrections", words)
    listing.add_argument(
        "--csv", action="store_true", help="texts with their labels as corrected, for the triage"
    )


def run(engine: Engine, args: argparse.Namespace, now: datetime) -> None:
    """Do one of them; raises BadInput with what to do about it."""
    if args.command == "correct":
        _correct(engine, args, now)
        return
    with reading(engine) as connection:
        made = corrections.every(connection)
        ids = dict.fromkeys(one.request_id for one in made)
        cases = {id_: case for id_ in ids if (case := requests.by_id(connection, id_))}
    if args.csv:
        _export(made, cases)
    else:
        head = ("AT", "TICKET", "FIELD", "FROM", "TO", "BY", "REASON")
        print(report.table(head, [_row(one, cases[one.request_id]) for one in made]))


def _correct(engine: Engine, args: argparse.Namespace, now: datetime) -> None:
    request = tickets.only(engine, args.ticket)
    wanted = Wanted(
        category=args.category,
        kind=args.kind,
        kelurahan=_code(args.kelurahan),
        agency=args.agency.upper() if args.agency else None,
        sensitivity=args.sensitivity,
        reason=args.reason,
    )
    changed = correcting.correct(engine, request.request_id, wanted, by=args.by, now=now)
    print(f"{report.grouped(request.ticket)}:", ", ".join(f"{k} = {v}" for k, v in changed.items()))


def _code(named: str | None) -> str | None:
    return reference.any_kelurahan_code(named) or named if named else named


def _row(made: Correction, case: CityRequest) -> tuple[str, ...]:
    when = report.iso(made.at) or ""
    ticket = report.grouped(case.ticket)
    return (when, ticket, made.field, made.before, made.after, made.by, made.reason)


def _export(made: Iterable[Correction], cases: dict[str, CityRequest]) -> None:
    """One line a request, as it is labelled now; never a confidential text, nor a number."""
    by_case: dict[str, list[Correction]] = {}
    for one in made:
        by_case.setdefault(one.request_id, []).append(one)
    writer = csv.DictWriter(sys.stdout, _LABELS, lineterminator="\n")
    writer.writeheader()
    left_out = 0
    for request_id, changes in by_case.items():
        case = cases[request_id]
        if case.sensitivity == Sensitivity.CONFIDENTIAL:
            left_out += 1
            continue
        writer.writerow(_label(case, changes))
    if left_out:
        print(f"{left_out} confidential requests are left out", file=sys.stderr)


def _label(case: CityRequest, changes: list[Correction]) -> dict[str, object]:
    first = {one.field: one.before for one in reversed(changes)}
    return {
        "id": f"{case.site}-{case.ticket}",
        "text": masking.mask(case.text, name=case.name),
        "category": case.category,
        "kelurahan": reference.kelurahan_name(case.site, case.kelurahan or ""),
        "kind": case.kind,
        "sensitive": int(case.sensitivity != Sensitivity.PUBLIC),
        "was": "|".join(f"{field}={before}" for field, before in sorted(first.items())),
        "by": changes[-1].by,
        "at": report.iso(changes[-1].at),
        "reason": changes[-1].reason,
    }
