"""A database that a test may damage."""

import shutil
from pathlib import Path

import pytest

from appliance.store.files import wal
from tests.unit.store import box_in_use


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A box's database, closed, so that all of it is in one file."""
    path = tmp_path_factory.mktemp("sample") / "posko.db"
    box_in_use.make(path).close()
    assert not wal(path).exists()
    return path


@pytest.fixture
def path(sample: Path, tmp_path: Path) -> Path:
    """A copy to be damaged."""
    copy = tmp_path / "posko.db"
    shutil.copyfile(sample, copy)
    return copy
