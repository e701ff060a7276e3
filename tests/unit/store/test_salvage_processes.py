"""Processes that meet damage, salvage at once or are killed while they do."""

import contextlib
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from appliance.actions.cases import intake
from appliance.store.cases import requests
from appliance.store.database import connect, transaction
from appliance.store.errors import Replaced
from appliance.store.files import wal
from appliance.store.repair import integrity, salvage
from tests.builders import a_draft
from tests.conftest import at
from tests.unit.store.damaged import damage, ids_of, page_of, start, zeroed


def test_damage_that_a_process_meets_is_looked_for_at_the_next_start(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(integrity, "ALWAYS_CHECKED_BYTES", 0)
    start(path)
    damage(path, zeroed(page_of(path, "texts", kind=b"\x0d")))
    start(path)
    assert salvage.damaged_files(path) == []
    db = connect(path)
    with pytest.raises(sqlite3.DatabaseError), transaction(db):
        db.execute("SELECT body FROM texts NOT INDEXED")
    db.close()
    start(path)
    assert len(salvage.damaged_files(path)) == 1


def test_a_process_with_the_damaged_file_open_stores_nothing_more(path: Path) -> None:
    old = connect(path)
    old.execute("SELECT * FROM box")
    damage(path, zeroed(page_of(path, "texts", kind=b"\x0d")))
    start(path)
    with pytest.raises(Replaced):
        intake.receive(old, a_draft(), at(days=1))
    db = connect(path)
    receipt = intake.receive(db, a_draft("sampah"), at(days=1))
    assert isinstance(receipt, intake.Receipt)
    old.close()
    assert wal(path).exists(), "closing the old file must leave the new one's WAL"
    assert requests.by_id(db, receipt.request.id)
    db.close()


class Killed(BaseException):
    """The process ended here."""


def die_after(survived: int, patch: pytest.MonkeyPatch) -> list[str]:
    """Let this many renames and removals happen, then die; the list tells which were begun."""
    begun: list[str] = []

    def mortal(name: str) -> Callable[..., object]:
        real = getattr(Path, name)

        def step(*args: object, **more: object) -> object:
            begun.append(name)
            if len(begun) > survived:
                raise Killed
            return real(*args, **more)

        return step

    for name in ("rename", "unlink"):
        patch.setattr(Path, name, mortal(name))
    return begun


def test_a_salvage_that_was_killed_goes_on_at_the_next_start(
    path: Path, sample: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Die at each rename and removal in turn, as kill -9 would."""
    damage(path, zeroed(page_of(path, "requests", kind=b"\x0d")))
    content = path.read_bytes()
    for survived in range(60):
        for file in path.parent.iterdir():
            file.unlink()
        path.write_bytes(content)
        with monkeypatch.context() as patch, contextlib.suppress(Killed):
            begun = die_after(survived, patch)
            start(path)
        start(path)
        assert ids_of(path) == ids_of(sample)
        assert [file.read_bytes() for file in salvage.damaged_files(path)] == [content]
        assert not salvage.is_pending(path)
        if len(begun) <= survived:
            return
    pytest.fail("the salvage has more steps than this test has tries")


def test_only_the_newest_damaged_files_are_kept(path: Path) -> None:
    for _ in range(salvage.DAMAGED_KEPT + 2):
        damage(path, zeroed(page_of(path, "box", kind=b"\x0d")))
        start(path)
    assert len(salvage.damaged_files(path)) == salvage.DAMAGED_KEPT


def test_daemons_that_start_at_once_salvage_once(path: Path, sample: Path) -> None:
    damage(path, zeroed(page_of(path, "requests", kind=b"\x0d")))
    errors: list[BaseException] = []

    def one() -> None:
        try:
            start(path)
        except BaseException as error:  # noqa: BLE001 - reported below
            errors.append(error)

    threads = [threading.Thread(target=one) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert len(salvage.damaged_files(path)) == 1
    assert ids_of(path) == ids_of(sample)
