"""`posko-center fleet`: enrol boxes, revoke them, and see which runs what.

Parses words and prints answers.
"""

import argparse
import getpass
import json
import secrets
import sys
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine

from appliance.domain.city.enrolment import SECRET_BYTES
from appliance.domain.errors import BadInput
from appliance.domain.ids import SiteCode
from appliance.domain.reference import kecamatan_name
from command_center import report
from command_center.fleet import breach, enrolling, listing, revoking
from command_center.fleet.listing import FleetBox
from command_center.fleet.office import Office
from command_center.store.database import reading, writing
from command_center.store.fleet import credentials
from command_center.store.staff import staff_log
from command_center.subcommands import Subcommands

BY = "posko-center"


def add(commands: Subcommands) -> None:
    """Register the commands."""
    words = "enrol boxes, revoke them, and see which runs what"
    actions = commands.group("fleet", words)

    enrol = actions.add("enrol", "make the code by which a box gets its credential, once")
    revoke = actions.add("revoke", "take a box's credential back: it is stolen, lost or given up")
    lost = actions.add("checklist", "what to do about a box that is gone, and what was on it")
    for one in (enrol, revoke, lost):
        one.add_argument("site", metavar="SITE", help="147107 or 14.71.07")
    revoke.add_argument("--reason", required=True, help="kept, and shown in the checklist")
    revoke.add_argument(
        "--box-is-here",
        action="store_true",
        help="only its credential is lost: what this very box holds will still be taken, once it "
        "is enrolled again",
    )
    adopt = actions.add("adopt", "know certificates of make-certificates.sh, so as to revoke them")
    adopt.add_argument("files", metavar="FILE.pem", type=Path, nargs="+")
    actions.add(
        "broker-files", "write the broker's crl.pem and passwords anew, and have it read them"
    )
    shown = actions.add("list", "every box: its credential, what it runs, and what it was sent")
    shown.add_argument("--json", action="store_true", help="for scripts")


def run(engine: Engine, args: argparse.Namespace, office: Office, now: datetime) -> None:
    """Do one of them; raises BadInput with what to do about it."""
    if args.action == "enrol":
        _enrol(engine, enrolling.site_of(engine, args.site), office, now)
    elif args.action == "revoke":
        _revoke(engine, args, office, now)
    elif args.action == "checklist":
        with reading(engine) as connection:
            found = breach.look(connection, enrolling.site_of(engine, args.site), now)
        print("\n".join(breach.checklist(found)))
    elif args.action == "adopt":
        sites = revoking.adopt(engine, [_text(file) for file in args.files])
        print("known now:", *sites)
    elif args.action == "broker-files":
        revoking.tell_broker(engine, office)
        print("written, and the broker told")
    else:
        _list(engine, now, as_json=args.json)


def _enrol(engine: Engine, site: SiteCode, office: Office, now: datetime) -> None:
    chance = secrets.token_bytes(SECRET_BYTES)
    code = enrolling.new_code(engine, office, site, chance, by=BY, now=now)
    with reading(engine) as connection:
        valid = [c for c in credentials.of_site(connection, site) if c.revoked_at is None]
    if valid:
        print(
            f"warning: {site} has a valid credential, of {report.iso(valid[0].issued_at)}. If "
            "another machine is to replace it, revoke that first.",
            file=sys.stderr,
        )
    login = "" if office.authority else " --login password"
    print(f"{code}   for {site} {kecamatan_name(site)}, good for 24 hours and one box")
    print(f"at the box: posko enrol --city {office.url or 'https://...'}{login} --code {code}")


def _revoke(engine: Engine, args: argparse.Namespace, office: Office, now: datetime) -> None:
    site = enrolling.site_of(engine, args.site)
    is_lost = not args.box_is_here
    revoking.revoke(engine, site, args.reason, is_box_lost=is_lost, now=now)
    with writing(engine) as connection:
        by = f"{BY}, {getpass.getuser()}"
        staff_log.add(connection, by=by, what="revoke_box", subject=str(site), now=now)
    print(f"{site} is revoked: the city takes nothing from it any more")
    revoking.shut_out(engine, office, site, now)
    print("the broker refuses it, and its connection has ended")
    if is_lost:
        print(f"next: posko-center fleet checklist {site.site}")


def _list(engine: Engine, now: datetime, *, as_json: bool) -> None:
    with reading(engine) as connection:
        found = listing.every(connection, now)
    if as_json:
        records = [listing.record(box) for box in found]
        print(json.dumps(records, ensure_ascii=False, indent=1))
        return
    head = ("SITE", "NAME", "CREDENTIAL", "UNTIL", "SOFTWARE", "LAST SEEN", "TABLES", "LAST PUSH")
    print(report.table((*head, "PENDING"), [_row(box) for box in found]))


def _row(box: FleetBox) -> tuple[str, ...]:
    newest = max((push.version or 0 for push in box.tables.values()), default=0)
    last = box.last_push
    return (
        str(box.site),
        box.name,
        box.credential,
        (report.iso(box.ends_at or box.code_until) or "")[:10],
        box.software,
        report.iso(box.last_seen_at) or "never",
        str(newest or "shipped"),
        f"{last.what} {last.state}" if last else "",
        str(box.pending),
    )


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"{file} cannot be read: {error}") from None
