"""A box with something to lose, and a stick."""

import shutil
from pathlib import Path

import pytest

from tests.unit.backup.nights import keep
from tests.unit.store import box_in_use


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A box in use, closed, so that all of it is in one file."""
    path = tmp_path_factory.mktemp("sample") / "posko.db"
    box_in_use.make(path).close()
    return path


@pytest.fixture
def database(sample: Path, tmp_path: Path) -> Path:
    """A copy of it, with files."""
    path = tmp_path / "box" / "posko.db"
    path.parent.mkdir()
    shutil.copyfile(sample, path)
    keep(path, b"a photo")
    keep(path, b"a document" * 20_000)
    return path


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    folder = tmp_path / "stick"
    folder.mkdir()
    return folder
