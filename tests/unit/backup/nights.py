"""Backups as tests make and restore them."""

from contextlib import closing
from datetime import timedelta
from pathlib import Path

from appliance.backup import making, restoring
from appliance.backup.making import Made, Source
from appliance.backup.restoring import Restored, Target
from appliance.backup.shelf import Shelf
from appliance.domain.privacy import sealing
from appliance.store import blob_files
from appliance.store.cases import requests
from appliance.store.database import connect
from tests.conftest import SITE, START, at

SECRET = b"\x07" * 32
KEY = sealing.public_key(SECRET)
ANOTHER_EPOCH = "000abcde"
DAY = timedelta(days=1)


def keep(database: Path, content: bytes) -> str:
    folder = blob_files.at(database)
    staged = folder.stage(content)
    folder.keep(staged)
    return staged.sha256


def make(database: Path, stick: Path, *, nights: int = 0, keep: int = 7) -> Made:
    settings = database.with_name("posko.toml")
    settings.write_text('[modem]\npin = "4321"\n')
    source = Source(database=database, site=SITE, settings=(settings,))
    return making.make(source, Shelf(stick, SITE), KEY, keep=keep, now=START + nights * DAY)


def restore(
    backup: Path, database: Path, *, secret: bytes = SECRET, sets_aside: bool = False
) -> Restored:
    target = Target(database=database, site=SITE, new_epoch=lambda: ANOTHER_EPOCH)
    return restoring.restore(backup, secret, target, at(days=3), sets_aside=sets_aside)


def ids(database: Path) -> set[str]:
    with closing(connect(database)) as db:
        return {request.id for request in requests.every(db)}


def everything(stick: Path) -> bytes:
    return b"".join(file.read_bytes() for file in stick.rglob("*") if file.is_file())
