"""Check 26: real processes; the database is new, made by an edited migration, or of tomorrow."""

import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from appliance.store import migrate as box_migrate
from command_center.store import database
from command_center.store import migrate as city_migrate
from tests.builders import CITY_EPOCH
from tests.conftest import EPOCH, SITE, START
from tests.support.waiting import wait_for

pytestmark = pytest.mark.slow

SITE_LINES = '[site]\ncode = "14.71.07"\nname = "Bukit Raya"\ncity = "Kota Pekanbaru"\n'
AT_ONCE = 4


def box_command(folder: Path) -> list[str]:
    config = folder / "posko.toml"
    config.write_text(f'{SITE_LINES}[store]\npath = "{folder}/posko.db"\n')
    return [sys.executable, "-m", "appliance", "--config", str(config), "migrate"]


def city_command(folder: Path, number: int = 0, listen: str = "127.0.0.1:1") -> list[str]:
    config = folder / f"center-{number}.toml"
    config.write_text(
        f'{SITE_LINES}[center]\nlisten = "{listen}"\ndatabase = "sqlite:///{folder}/center.db"\n'
    )
    return [sys.executable, "-m", "command_center", "--config", str(config)]


def content(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as db:
        return list(db.iterdump())


def execute(path: Path, sql: str) -> None:
    with closing(sqlite3.connect(path)) as db, db:
        assert db.execute(sql).rowcount == 1


def ask(path: Path, sql: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as db:
        return db.execute(sql).fetchall()


def answers(address: str) -> bool:
    try:
        with urlopen(f"http://{address}/", timeout=5) as page:
            return bool(page.status == 200)
    except URLError:
        return False


@pytest.fixture
def center_addresses() -> list[str]:
    found = []
    for _ in range(AT_ONCE):
        with socket.create_server(("127.0.0.1", 0)) as probe:
            found.append(f"127.0.0.1:{probe.getsockname()[1]}")
    return found


@pytest.fixture
def centers(tmp_path: Path, center_addresses: list[str]) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Several command centers that start at once on a database that is not there yet."""
    commands = [city_command(tmp_path, n, to) for n, to in enumerate(center_addresses)]
    running = [subprocess.Popen(command) for command in commands]
    yield running
    for process in running:
        process.kill()
        process.wait()


def test_programs_of_a_box_that_start_at_once_make_one_database(tmp_path: Path) -> None:
    command = box_command(tmp_path)
    running = [subprocess.Popen(command, stderr=subprocess.PIPE) for _ in range(AT_ONCE)]
    told = [process.communicate(timeout=60)[1] for process in running]
    assert [process.returncode for process in running] == [0] * AT_ONCE, told
    path = tmp_path / "posko.db"
    assert ask(path, "PRAGMA user_version") == [(len(box_migrate.scripts()),)]
    assert ask(path, "SELECT count(*) FROM box") == [(1,)]
    assert ask(path, "PRAGMA integrity_check") == [("ok",)]


def test_command_centers_that_start_at_once_make_one_database(
    tmp_path: Path, center_addresses: list[str], centers: list[subprocess.Popen[bytes]]
) -> None:
    for address in center_addresses:
        wait_for(lambda to=address: answers(to), "every one answers", limit_s=60)  # type: ignore[misc]
    for process in centers:
        process.send_signal(signal.SIGTERM)
    assert [process.wait(15) for process in centers] == [0] * AT_ONCE
    path = tmp_path / "center.db"
    assert ask(path, "SELECT count(*) FROM city") == [(1,)]
    assert ask(path, "SELECT count(*) FROM alembic_version") == [(1,)]
    assert ask(path, "PRAGMA integrity_check") == [("ok",)]


@pytest.fixture
def box_path(tmp_path: Path) -> Path:
    path = tmp_path / "posko.db"
    box_migrate.ensure(path, SITE, lambda: EPOCH)
    return path


@pytest.fixture
def city_path(tmp_path: Path) -> Path:
    path = tmp_path / "center.db"
    engine = database.connect(f"sqlite:///{path}")
    city_migrate.ensure(engine, SITE.city, lambda: CITY_EPOCH, START)
    engine.dispose()
    return path


def check_that_it_is_refused(command: list[str], path: Path, words: str) -> None:
    before = content(path)
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert content(path) == before


OF_TOMORROW = "INSERT INTO migration_checksums VALUES ('999-of-tomorrow', '')"
EDITED = (
    "UPDATE migration_checksums SET sha256 = 'of another text'"
    " WHERE rowid = (SELECT min(rowid) FROM migration_checksums)"
)


def test_a_box_of_tomorrow_is_left_alone(box_path: Path) -> None:
    execute(box_path, OF_TOMORROW)
    with closing(sqlite3.connect(box_path)) as db:
        db.execute(f"PRAGMA user_version = {len(box_migrate.scripts()) + 1}")
    check_that_it_is_refused(box_command(box_path.parent), box_path, "Install the newer posko")
    assert ask(box_path, "PRAGMA user_version") == [(len(box_migrate.scripts()) + 1,)]


def test_a_city_of_tomorrow_is_left_alone(city_path: Path) -> None:
    execute(city_path, "UPDATE alembic_version SET version_num = '9999'")
    check_that_it_is_refused(city_command(city_path.parent), city_path, "Install the newer posko")


def test_a_box_made_by_an_edited_migration_is_left_alone(box_path: Path) -> None:
    execute(box_path, EDITED)
    check_that_it_is_refused(box_command(box_path.parent), box_path, "is not the one")


def test_a_city_made_by_an_edited_migration_is_left_alone(city_path: Path) -> None:
    execute(city_path, EDITED)
    check_that_it_is_refused(city_command(city_path.parent), city_path, "is not the one")
