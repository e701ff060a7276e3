"""Opening the city's database and running transactions on it, the same on SQLite and PostgreSQL.

A transaction that writes has the whole city for itself; receivers alone share it, each holding the
boxes whose messages it stores. SQLite knows one writer at a time anyway. What each database needs
beyond that is in `sqlite` and `postgresql`.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.engine import make_url

from command_center.store import postgresql, sqlite

_FILES = "posko_files"


def connect(url: str, *, files: Path | None = None) -> Engine:
    """Make an engine; nothing is opened before its first use.

    `files` is the folder for large files where the database is a server's; SQLite keeps them
    beside its file. What cannot be written is not in the error, which goes to the log.
    """
    address = make_url(url)
    if address.drivername in postgresql.SCHEMES:
        engine = postgresql.engine(address)
    else:
        engine = create_engine(address, hide_parameters=True)
        sqlite.prepare(engine)
    return engine.execution_options(**{_FILES: files})


def file_of(engine: Engine) -> Path | None:
    """The file behind an SQLite engine; None for a server."""
    return None if postgresql.is_behind(engine) else sqlite.file_of(engine)


def folder_of(engine: Engine) -> Path:
    """Where the large files lie that belong to this database."""
    path, files = file_of(engine), engine.get_execution_options().get(_FILES)
    if files is not None:
        return Path(files)
    assert path is not None, "settings demand center.files for a server"
    return path.with_name(path.name + ".blobs")


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """Run the block in one write transaction, while nothing else is written; any exception rolls
    all of it back."""
    with engine.begin() as connection:
        if postgresql.is_behind(engine):
            postgresql.hold_city(connection)
        yield connection


@contextmanager
def receiving(engine: Engine, sites: Iterable[str]) -> Iterator[Connection]:
    """As `writing`, for what boxes say: others may meanwhile store what other boxes say."""
    with engine.begin() as connection:
        if postgresql.is_behind(engine):
            postgresql.hold_sites(connection, sites)
        yield connection


@contextmanager
def attempting(connection: Connection) -> Iterator[None]:
    """Run the block inside the caller's transaction; an exception undoes the block alone.

    As `begin_nested`, which makes its statements anew each time: longer than the server needs for
    them.
    """
    connection.exec_driver_sql("SAVEPOINT attempt")
    try:
        yield
    except BaseException:
        connection.exec_driver_sql("ROLLBACK TO SAVEPOINT attempt")
        connection.exec_driver_sql("RELEASE SAVEPOINT attempt")
        raise
    connection.exec_driver_sql("RELEASE SAVEPOINT attempt")


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Run the block on one snapshot without holding up writers."""
    options = postgresql.READING if postgresql.is_behind(engine) else sqlite.READING
    with engine.connect().execution_options(**options) as connection:
        yield connection


@contextmanager
def at_rest(engine: Engine) -> Iterator[Connection]:
    """As `reading`, at a moment when nothing is being written: numbers that the database has given
    are all there or never will be."""
    with writing(engine) if postgresql.is_behind(engine) else reading(engine) as connection:
        yield connection


def checkpoint(engine: Engine, *, from_bytes: int = sqlite.CHECKPOINT_FROM_BYTES) -> bool:
    """Fold a large WAL back into the database; False if there was no need or others were busy.

    A server does so by itself, and says True. Only the receiver's worker calls this.
    """
    return postgresql.is_behind(engine) or sqlite.checkpoint(engine, from_bytes=from_bytes)
