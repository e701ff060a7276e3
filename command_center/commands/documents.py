"""The part of `posko-center`'s command line that publishes documents.

Parses words and prints answers; the transactions are in `publishing`.
"""

import argparse
import json
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine

from appliance.domain.blobs import BLOB_MAX_BYTES
from appliance.domain.errors import BadInput
from command_center import report
from command_center.sending import commanding, publishing
from command_center.store.database import reading
from command_center.store.sending import documents
from command_center.store.sending.documents import CityDocument
from command_center.subcommands import Subcommands


def add(commands: Subcommands) -> None:
    """Register the commands."""
    words = "give a PDF, PNG, JPEG or text file to boxes, for residents at the portal"
    publish = commands.add("publish-document", words)
    withdraw = commands.add("withdraw-document", "take a document back from every box")
    listing = commands.add("documents", "list the documents and how far each has come")
    publish.add_argument("site", metavar="SITE", help="14.71.07, or all that were ever heard")
    publish.add_argument("file", metavar="FILE", type=Path)
    publish.add_argument("--title", required=True, help="what residents read")
    withdraw.add_argument("document_id", metavar="DOCUMENT")
    listing.add_argument("--json", action="store_true", help="for scripts")


def run(engine: Engine, args: argparse.Namespace, now: datetime, new_id: Callable[[], str]) -> None:
    """Do one of them; raises BadInput with what to do about it."""
    if args.command == "publish-document":
        sites = commanding.sites(engine, args.site)
        document_id = new_id()
        publishing.publish(
            engine, sites, _content(args.file), args.title, document_id=document_id, now=now
        )
        print(f"{document_id} goes to {len(sites)} box(es); see `posko-center documents`")
    elif args.command == "withdraw-document":
        document = publishing.withdraw(engine, args.document_id, now)
        print(f"{document.document_id} is taken back from {len(document.sites)} box(es)")
    else:
        _list(engine, as_json=args.json)


def _content(file: Path) -> bytes:
    try:
        with file.open("rb") as opened:
            content = opened.read(BLOB_MAX_BYTES + 1)
    except OSError as error:
        raise BadInput(f"cannot read {file}: {error.strerror}") from None
    if not 1 <= len(content) <= BLOB_MAX_BYTES:
        limit = BLOB_MAX_BYTES // 1024 // 1024
        raise BadInput(f"{file} must have 1 byte to {limit} MB; make it smaller or split it")
    return content


def _list(engine: Engine, *, as_json: bool) -> None:
    with reading(engine) as connection:
        found = documents.every(connection)
    if as_json:
        print(json.dumps([_record(document) for document in found], ensure_ascii=False, indent=1))
        return
    rows = [
        (
            document.document_id,
            document.title[: report.TEXT_COLUMN_CHARS],
            f"{-(-document.file.size_bytes // 1024)} kB",
            "withdrawn" if document.withdrawn_at else _progress(document),
        )
        for document in found
    ]
    print(report.table(("DOCUMENT", "TITLE", "SIZE", "BOXES"), rows))


def _progress(document: CityDocument) -> str:
    counts = Counter(document.sites.values())
    return ", ".join(f"{count} {state}" for state, count in sorted(counts.items()))


def _record(document: CityDocument) -> dict[str, object]:
    return {
        "document_id": document.document_id,
        "title": document.title,
        "media_type": document.file.media_type,
        "size_bytes": document.file.size_bytes,
        "sha256": document.file.sha256,
        "published_at": report.iso(document.published_at),
        "withdrawn_at": report.iso(document.withdrawn_at),
        "sites": document.sites,
    }
