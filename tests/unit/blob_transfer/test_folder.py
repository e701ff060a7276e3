"""Files by their hash, on a real disk."""

import os
from hashlib import sha256
from pathlib import Path

import pytest

from blob_transfer.folder import UNFINISHED_FOR_S, Folder

CONTENT = b"a photo" * 1000
NAME = sha256(CONTENT).hexdigest()


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path / "posko.db.blobs")


def test_staged_content_has_its_name_only_once_it_is_kept(folder: Folder) -> None:
    staged = folder.stage(CONTENT)
    assert (staged.sha256, staged.size_bytes) == (NAME, len(CONTENT))
    assert not folder.has(NAME)
    folder.keep(staged)
    assert folder.read(NAME, 0, 10**6) == CONTENT
    folder.discard(staged)
    assert folder.has(NAME)


def test_discarded_content_leaves_nothing(folder: Folder) -> None:
    folder.discard(folder.stage(CONTENT))
    assert list(folder.path.iterdir()) == []


def test_a_disk_that_does_not_remove_breaks_nothing(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The report of a photo is stored by then."""
    staged = folder.stage(CONTENT)

    def refuse(_file: Path, **_: object) -> None:
        raise OSError(30, "Read-only file system")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", refuse)
        folder.discard(staged)
    assert staged.file.exists()


def test_a_part_grows_and_is_put_in_its_place_when_it_is_what_its_name_says(
    folder: Folder,
) -> None:
    assert folder.partial_bytes(NAME) == 0
    folder.append(NAME, 0, CONTENT[:4000])
    folder.append(NAME, 4000, CONTENT[4000:])
    assert folder.partial_bytes(NAME) == len(CONTENT)
    assert not folder.has(NAME)
    assert folder.finish(NAME)
    assert folder.read(NAME, 4000, 5) == CONTENT[4000:4005]
    assert folder.partial_bytes(NAME) == 0
    assert folder.finish(NAME), "finishing again changes nothing"


def test_what_an_interrupted_write_left_behind_is_overwritten(folder: Folder) -> None:
    folder.append(NAME, 0, CONTENT[:4000] + b"torn")
    folder.append(NAME, 4000, CONTENT[4000:])
    assert folder.finish(NAME)


def test_a_part_that_is_something_else_is_dropped(folder: Folder) -> None:
    folder.append(NAME, 0, CONTENT[:-1] + b"?")
    assert not folder.finish(NAME)
    assert list(folder.path.iterdir()) == []


def test_two_peers_may_send_the_same_file(folder: Folder) -> None:
    other = Folder(folder.path, peer="14.71.07")
    folder.append(NAME, 0, CONTENT)
    other.append(NAME, 0, CONTENT[:4000])
    assert folder.finish(NAME)
    assert other.partial_bytes(NAME) == 4000
    assert folder.sweep({NAME}, {NAME}) == 0
    assert folder.sweep({NAME}, set()) == 1


def test_what_no_row_names_is_swept_away(folder: Folder) -> None:
    other, coming = sha256(b"1").hexdigest(), sha256(b"2").hexdigest()
    folder.keep(folder.stage(CONTENT))
    folder.keep(folder.stage(b"orphan"))
    folder.append(other, 0, b"1")
    folder.append(coming, 0, b"2")
    fresh, old = folder.stage(b"being written"), folder.stage(b"left by a process that died")
    past = old.file.stat().st_mtime - UNFINISHED_FOR_S - 60
    os.utime(old.file, (past, past))
    assert folder.sweep({NAME}, {coming}) == 3
    left = {file.name for file in folder.path.iterdir()}
    assert left == {NAME, f"{coming}.part", fresh.file.name}


def test_there_is_nothing_to_sweep_where_no_file_ever_was(folder: Folder) -> None:
    assert folder.sweep(set(), set()) == 0
    assert folder.read(NAME, 0, 10) is None
