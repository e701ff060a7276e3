"""A PostgreSQL server of one's own: for a run of tests, on a socket in a folder, gone afterwards.

`CityServer` hands out databases of a city: one that is emptied after each test, which takes
milliseconds, and copies of it for tests that change tables.
"""

import contextlib
import itertools
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Connection, create_engine, text

from command_center.store import database, migrate
from command_center.store.schema import metadata
from tests.builders import CITY_EPOCH
from tests.conftest import SITE, START
from tests.support.programs import leave_out

USER = "postgres"
"""The server refuses to run as root; so does whoever starts it."""
GUARDED = "guarded"
"""A user that needs a password, once a test has made him."""
QUICK = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
"""For tests that kill no server."""
TEMPLATE = "template_of_cities"


def programs() -> Path:
    """The folder with `initdb` and `postgres`; without one the test is left out."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=_version)
    path = found[-1] if found else shutil.which("initdb")
    if path is None:
        leave_out("PostgreSQL is not installed; `make test` installs it")
    return Path(path).parent


def _version(path: Path) -> int:
    return int(path.parts[-3]) if path.parts[-3].isdigit() else 0


class Server:
    """A server that may be killed and started again."""

    def __init__(self, **settings: str) -> None:
        self._programs = programs()
        self.folder = Path(tempfile.mkdtemp(prefix="posko-pg-"))
        self._data = self.folder / "data"
        self._settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.folder),
            "max_connections": "60",
            "shared_buffers": "32MB",
            **settings,
        }
        self._process: subprocess.Popen[bytes] | None = None
        account = pwd.getpwnam(USER) if os.getuid() == 0 else None
        self._as = {} if account is None else {"user": USER, "group": account.pw_gid}
        if account is not None:
            os.chown(self.folder, account.pw_uid, account.pw_gid)
        self._make()
        self.start()

    def _make(self) -> None:
        options = ("--no-sync", "--auth=trust", "-U", USER, "--encoding=UTF8", "--locale=C")
        command = [self._programs / "initdb", "-D", self._data, *options]
        done = subprocess.run(command, capture_output=True, cwd="/", check=False, **self._as)  # type: ignore[call-overload]
        assert done.returncode == 0, done.stderr.decode()
        guarded = f"local all {GUARDED} scram-sha-256\nlocal all all trust\n"
        (self._data / "pg_hba.conf").write_text(guarded)

    def start(self) -> None:
        """Start it and wait until it answers."""
        options = [f"-c{name}={value}" for name, value in self._settings.items()]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(  # type: ignore[call-overload]
                [self._programs / "postgres", "-D", self._data, *options],
                stdout=log,
                stderr=log,
                cwd="/",
                start_new_session=True,
                **self._as,
            )
        deadline_s = time.monotonic() + 30
        while not self._answers():
            assert time.monotonic() < deadline_s, (self.folder / "log").read_text()
            assert self._process.poll() is None, (self.folder / "log").read_text()
            time.sleep(0.02)

    def kill(self) -> None:
        """End the server and all its children as a power cut does."""
        assert self._process is not None
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def close(self) -> None:
        """End it and remove what it leaves."""
        if self._process is not None and self._process.poll() is None:
            self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def url(self, name: str) -> str:
        """The address of a database, as settings name it."""
        return f"postgresql://{USER}@/{name}?host={self.folder}"

    def run(self, *statements: str, name: str = USER) -> None:
        """Say something that belongs into no transaction."""
        engine = create_engine(self.url(name).replace("postgresql:", "postgresql+psycopg:"))
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)
        engine.dispose()

    def _answers(self) -> bool:
        with contextlib.suppress(Exception):
            self.run("SELECT 1")
            return True
        return False


class CityServer(Server):
    """A server with a migrated database of Pekanbaru, and copies of it."""

    def __init__(self, **settings: str) -> None:
        super().__init__(**settings)
        self._numbers = itertools.count(1)
        self.run(f"CREATE DATABASE {TEMPLATE}")
        engine = database.connect(self.url(TEMPLATE))
        migrate.ensure(engine, SITE.city, lambda: CITY_EPOCH, START)
        engine.dispose()
        self._emptied: str | None = None

    def copy(self) -> str:
        """The address of a database that nobody else uses."""
        name = f"city_{next(self._numbers)}"
        self.run(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}")
        return self.url(name)

    def bare(self, options: str = "") -> str:
        """The address of a database without a table."""
        name = f"bare_{next(self._numbers)}"
        self.run(f"CREATE DATABASE {name} {options}")
        return self.url(name)

    @contextlib.contextmanager
    def emptied(self) -> Iterator[str]:
        """The address of a database that is emptied afterwards."""
        self._emptied = self._emptied or self.copy()
        yield self._emptied
        engine = create_engine(self._emptied.replace("postgresql:", "postgresql+psycopg:"))
        with engine.begin() as connection:
            _empty(connection)
        engine.dispose()


def _empty(connection: Connection) -> None:
    """Take the rows away and begin to count anew; what the migrations have written stays."""
    connection.execute(text("SET LOCAL session_replication_role = replica"))
    stays = {"migration_checksums", "city"}
    names = [table.name for table in metadata.sorted_tables if table.name not in stays]
    connection.exec_driver_sql("DROP FUNCTION IF EXISTS bug() CASCADE")
    connection.exec_driver_sql("; ".join(f"DELETE FROM {name}" for name in names))
    connection.exec_driver_sql("UPDATE city SET quarantined = 0")
    connection.exec_driver_sql("INSERT INTO lapor_state (id, cursor, error) VALUES (1, '', '')")
    sequences = connection.scalars(
        text("SELECT sequencename FROM pg_sequences WHERE last_value IS NOT NULL")
    ).all()
    for sequence in sequences:
        connection.exec_driver_sql(f"ALTER SEQUENCE {sequence} RESTART")
