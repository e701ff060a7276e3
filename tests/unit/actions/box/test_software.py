"""The release that the city wants: fetched, laid out for posko-update, forgotten once it runs."""

import sqlite3
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from appliance.actions.box import software
from appliance.actions.cases import casework, photos
from appliance.domain.events import Event
from appliance.domain.events.files import SoftwarePublished, SoftwareWithdrawn
from appliance.store import blob_files
from appliance.store.box import software as stored
from tests.builders import a_batch
from tests.conftest import START, at

CONTENT = b"a signed release"
NAME = sha256(CONTENT).hexdigest()
PUBLISHED = SoftwarePublished(
    version="1.2.0", sha256=NAME, size_bytes=len(CONTENT), published_at=START
)


def apply(db: sqlite3.Connection, event: Event, first: int = 1) -> None:
    casework.apply_batch(db, a_batch(event, first=first), at())


def fetch(db: sqlite3.Connection) -> None:
    folder = blob_files.of(db)
    folder.keep(folder.stage(CONTENT))
    software.fetched(db, NAME, at(), is_stored=True)


@pytest.fixture
def laid_out(db_path: Path):
    def names() -> list[str]:
        return sorted(path.name for path in (db_path.parent / "software").glob("*"))

    return names


def test_a_fetched_release_is_laid_out_and_swept_only_when_it_is_wanted_no_more(
    db: sqlite3.Connection, laid_out
) -> None:
    apply(db, PUBLISHED)
    assert software.keep_house(db, "1.1.0", at()) == {"from_city": "1.2.0 wanted"}
    assert laid_out() == []
    fetch(db)
    photos.sweep(db)
    assert software.keep_house(db, "1.1.0", at()) == {"from_city": "1.2.0 stored"}
    assert laid_out() == [f"1.2.0-{NAME[:16]}.poskoupdate"]
    apply(db, SoftwareWithdrawn(version="1.2.0"), first=2)
    assert software.keep_house(db, "1.1.0", at()) == {"from_city": ""}
    assert laid_out() == []
    photos.sweep(db)
    assert not blob_files.of(db).has(NAME)


def test_it_waits_until_the_city_lets_it(db: sqlite3.Connection, laid_out) -> None:
    later = SoftwarePublished(
        version="1.2.0",
        sha256=NAME,
        size_bytes=len(CONTENT),
        published_at=START,
        not_before=START + timedelta(hours=5),
    )
    apply(db, later)
    fetch(db)
    software.keep_house(db, "1.1.0", at(hours=4))
    assert laid_out() == []
    software.keep_house(db, "1.1.0", at(hours=5))
    assert laid_out() != []


def test_what_runs_already_is_forgotten(db: sqlite3.Connection, laid_out) -> None:
    apply(db, PUBLISHED)
    fetch(db)
    software.keep_house(db, "1.1.0", at())
    software.keep_house(db, "1.2.0", at())
    assert (stored.offered(db), laid_out()) == (None, [])


def test_a_file_that_is_gone_is_fetched_again(db: sqlite3.Connection) -> None:
    apply(db, PUBLISHED)
    fetch(db)
    blob_files.of(db).remove(NAME)
    assert software.keep_house(db, "1.1.0", at()) == {"from_city": "1.2.0 wanted"}


def test_another_release_takes_the_place_of_the_one_before(db: sqlite3.Connection) -> None:
    apply(db, PUBLISHED)
    newer = SoftwarePublished(version="1.3.0", sha256="0" * 64, size_bytes=1, published_at=START)
    apply(db, newer, first=2)
    offer = stored.offered(db)
    assert offer is not None
    assert offer.version == "1.3.0"


@pytest.mark.parametrize(
    ("version", "size_bytes"), [("../../etc", 1), ("", 1), ("1.2.0", 0), ("1.2.0", (64 << 20) + 1)]
)
def test_what_cannot_be_a_release_is_set_aside(
    db: sqlite3.Connection, version: str, size_bytes: int
) -> None:
    wrong = SoftwarePublished(
        version=version, sha256=NAME, size_bytes=size_bytes, published_at=START
    )
    apply(db, wrong)
    assert stored.offered(db) is None
