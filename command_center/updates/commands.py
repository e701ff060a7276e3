"""`posko-center updates`: release keys, updates made of packages, and giving them to boxes.

Parses words and prints answers.
"""

import argparse
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Engine

from appliance.domain.box import software as update_file
from appliance.domain.errors import BadInput
from appliance.domain.moment import CITY_TIME
from command_center import report
from command_center.fleet import listing as fleet
from command_center.fleet.listing import FleetBox
from command_center.sending import commanding
from command_center.store.database import reading
from command_center.store.fleet import software
from command_center.store.fleet.software import Release
from command_center.subcommands import Subcommands
from command_center.updates import making, publishing

OFFLINE = ("key", "sign", "show")
"""Actions of whoever makes releases; they have neither settings nor a database."""


def add(commands: Subcommands) -> None:
    """Register the command."""
    words = "make, sign and publish updates of the boxes"
    actions = commands.group("updates", words)

    key = actions.add("key", "make a release key")
    key.add_argument("file", metavar="FILE", type=Path)
    sign = actions.add("sign", "make an update of a package")
    sign.add_argument("package", metavar="PACKAGE.deb", type=Path)
    sign.add_argument("--key", metavar="FILE", type=Path, required=True, help="the release key")
    sign.add_argument("--out", metavar="FILE", type=Path, help="default: beside the package")
    sign.add_argument("--minimum", metavar="VERSION", help="the oldest release it can follow")
    sign.add_argument(
        "--floor", metavar="VERSION", help="once it has stayed, boxes take nothing older than this"
    )
    publish = actions.add("publish", "give an update to boxes; each installs it at night, on trial")
    publish.add_argument("file", metavar="FILE", type=Path)
    publish.add_argument(
        "--to", metavar="SITE", nargs="+", default=[commanding.EVERYWHERE], help="default: all"
    )
    words = "only so many of them that lack it, connected ones first; then the same again for more"
    publish.add_argument("--first", metavar="N", type=int, help=words)
    publish.add_argument("--after", metavar="TIME", help="not before, like 2026-12-01T18:00+07:00")
    withdraw = actions.add("withdraw", "stop a release: boxes that do not run it yet are not to")
    withdraw.add_argument("version", metavar="VERSION")
    listing = actions.add("list", "the releases, and how far each has come")
    listing.add_argument("--json", action="store_true", help="for scripts")
    show = actions.add("show", "what an update says of itself; its signature is not checked")
    show.add_argument("file", metavar="FILE", type=Path)


def run_offline(args: argparse.Namespace) -> None:
    """Do one of OFFLINE; raises BadInput or KeyFileError."""
    if args.action == "key":
        public = making.create_key(args.file)
        print(f"made {args.file}; keep it offline. In the posko.toml of each box:")
        print(f'[update]\nrelease_keys = ["{public}"]')
    elif args.action == "sign":
        out = args.out or args.package.with_suffix(update_file.SUFFIX)
        made = making.sign(args.package, args.key, out, minimum=args.minimum, floor=args.floor)
        print(f"{out} is Posko {made.version} for {made.architecture}")
    else:
        _show(args.file)


def run(engine: Engine, args: argparse.Namespace, keys: Sequence[str], now: datetime) -> None:
    """Publish, withdraw or list; `keys` are those whose releases boxes take. Raises BadInput."""
    if args.action == "publish":
        _publish(engine, args, keys, now)
    elif args.action == "withdraw":
        sites = publishing.withdraw(engine, args.version, now)
        print(f"{args.version} is taken back from {len(sites)} box(es); who runs it keeps it")
    else:
        _list(engine, now, as_json=args.json)


def _publish(engine: Engine, args: argparse.Namespace, keys: Sequence[str], now: datetime) -> None:
    if args.first is not None and args.first < 1:
        raise BadInput("--first: a whole number from 1 on")
    named = sorted({site for name in args.to for site in commanding.sites(engine, name)})
    version = publishing.version_of(args.file, keys)
    sites = publishing.without(engine, named, version, args.first)
    publishing.publish(engine, sites, args.file, keys=keys, not_before=_time(args.after), now=now)
    print(f"{version} goes to {len(sites)} box(es): {', '.join(map(str, sites)) or 'all have it'}")


def _time(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise BadInput(f"--after: {text!r} is not a time like 2026-12-01T18:00+07:00") from None
    return (at if at.tzinfo else at.replace(tzinfo=CITY_TIME)).astimezone(UTC)


def _list(engine: Engine, now: datetime, *, as_json: bool) -> None:
    with reading(engine) as connection:
        releases, boxes = software.every(connection), fleet.every(connection, now)
    found = [_record(release, boxes) for release in releases]
    if as_json:
        print(json.dumps(found, indent=1))
        return
    rows = [
        (
            str(one["version"]),
            "withdrawn" if one["withdrawn_at"] else str(len(release.sites)),
            str(one["not_before"] or "at once"),
            str(one["running"]),
            "; ".join(f"{site}: {why}" for site, why in _problems(release, boxes).items()),
        )
        for release, one in zip(releases, found, strict=True)
    ]
    print(report.table(("VERSION", "PUBLISHED TO", "NOT BEFORE", "RUNNING", "PROBLEMS"), rows))


def _record(release: Release, boxes: Sequence[FleetBox]) -> dict[str, object]:
    return {
        "version": release.version,
        "published_at": report.iso(release.published_at),
        "withdrawn_at": report.iso(release.withdrawn_at),
        "sites": [str(site) for site in release.sites],
        "not_before": report.iso(release.not_before),
        "running": sum(box.software == release.version for box in boxes),
        "problems": _problems(release, boxes),
    }


def _problems(release: Release, boxes: Sequence[FleetBox]) -> dict[str, str]:
    return {
        str(box.site): box.update_problem
        for box in boxes
        if box.update_problem.startswith(f"{release.version} ")
    }


def _show(file: Path) -> None:
    try:
        with file.open("rb") as opened:
            manifest = update_file.claimed(opened.read(update_file.HEAD_MAX_BYTES))
    except OSError as error:
        raise BadInput(f"cannot read {file}: {error.strerror}") from None
    for field in manifest.__struct_fields__:
        print(f"{field:<16} {getattr(manifest, field)}")
