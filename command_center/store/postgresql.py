"""What PostgreSQL needs so that the city's transactions mean the same as on SQLite.

Advisory locks stand for SQLite's one writer: a transaction that writes holds the city, receivers
share it and hold their boxes. So what is read there stays true until the commit, and numbers that
the database gives (`events.id`) are committed in their order as far as anybody sees who holds the
city. Readers see one snapshot.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import URL, ExceptionContext
from sqlalchemy.exc import OperationalError

from appliance.domain.errors import PoskoError

if TYPE_CHECKING:
    import psycopg
    from psycopg.abc import Buffer

SCHEMES = ("postgresql", "postgres", "postgresql+psycopg")
MINIMUM_VERSION = 14
LOCK_TIMEOUT_MS = 10_000
"""How long a writer waits for another; a transaction takes milliseconds."""
IDLE_TIMEOUT_MS = 60_000
"""A program that has stopped in the middle of a transaction holds up others for no longer."""
POOL = {"pool_size": 5, "max_overflow": 5, "pool_timeout": 10, "pool_pre_ping": True}
"""Four threads of pages and the receiver; so a program has at most ten connections."""
_SESSION = {
    "client_encoding": "UTF8",
    "lock_timeout": LOCK_TIMEOUT_MS,
    "idle_in_transaction_session_timeout": IDLE_TIMEOUT_MS,
    "tcp_keepalives_idle": 30,
    "tcp_keepalives_interval": 10,
    "tcp_keepalives_count": 3,
}
"""With the server's, so that what a machine held is free a minute after it has gone."""
READING = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
"""Options of a connection that only reads."""

_OURS = 0x706F736B
"""First half of our advisory locks; the second says which: 0 the city, else a site's digits."""
_HOLD_CITY = text(f"SELECT pg_advisory_xact_lock({_OURS}, 0)")
_SHARE_CITY = f"SELECT pg_advisory_xact_lock_shared({_OURS}, 0)"
_AND_SITE = f", pg_advisory_xact_lock({_OURS}, %s)"
_FACTS = text(
    "SELECT current_setting('server_version_num'), pg_encoding_to_char(encoding), datcollate "
    "FROM pg_database WHERE datname = current_database()"
)
_BYTE_ORDERS = ("C", "POSIX", "C.UTF-8", "C.utf8")
_NOT_OUR_FAULT = ("08", "25006", "25P03", "53", "55", "57", "58", "F0", "XX")
"""SQLSTATEs of a server that cannot right now: connection, a standby, resources, operator, system;
none of them is the fault of what was to be stored."""
_WRONG_VALUE = "22"
"""SQLSTATEs of a value that does not fit; the first line quotes it."""


_PASSFILE = (
    "Write HOST:PORT:DATABASE:USER:PASSWORD into a file of mode 0600 and name it: "
    "?passfile=/etc/posko/pgpass behind center.database."
)
_ADVICE = {
    "password authentication failed": _PASSFILE,
    "no password supplied": _PASSFILE,
    "Peer authentication failed": "Name a host in center.database, or let pg_hba.conf map this "
    "system user.",
    "no pg_hba.conf entry": "Let pg_hba.conf of the server admit this machine and user.",
    "Connection refused": "Start the server, or correct host and port in center.database.",
    "No such file or directory": "Start the server, or name its host in center.database.",
    "resolve host": "Correct the host in center.database.",
    "timeout expired": "Is the server reachable from here?",
    "too many": "Raise max_connections of the server: each program of ours takes up to ten.",
    "starting up": "It will be ready soon.",
    "lock timeout": "Another program works on the database for long; try again.",
}
"""What a technician can do, by what the server or libpq says."""
_CREATE = "createdb --owner USER --encoding UTF8 --locale C --template template0"


class UnusableDatabaseError(PoskoError, RuntimeError):
    """The server, or what it has for us, cannot be used; the message says what to do."""


def is_behind(engine: Engine) -> bool:
    """Whether an engine's database is a PostgreSQL server."""
    return engine.dialect.name == "postgresql"


def engine(address: URL) -> Engine:
    """Make an engine for a server; libpq looks for the password in its own file (`passfile`)."""
    made = create_engine(
        address.set(drivername="postgresql+psycopg"),
        connect_args={
            "connect_timeout": 10,
            "application_name": "posko-center",
            "keepalives_idle": 30,
            "tcp_user_timeout": 30_000,
            "options": " ".join(f"-c {name}={value}" for name, value in _SESSION.items()),
        },
        hide_parameters=True,
        **POOL,
    )
    event.listen(made, "handle_error", _leave_out_values)
    event.listen(made, "handle_error", _blame_the_server)
    event.listen(made, "connect", _count_in_integers)
    return made


def _count_in_integers(connection: "psycopg.Connection[Any]", _record: object) -> None:
    """Read a sum of integers as an integer, and an average as a float, as SQLite says them."""
    from psycopg.adapt import Loader  # noqa: PLC0415 - only where there is a server

    class Number(Loader):
        def load(self, data: "Buffer") -> int | float:
            digits = bytes(data)
            return float(digits) if b"." in digits else int(digits)

    connection.adapters.register_loader("numeric", Number)


def hold_city(connection: Connection) -> None:
    """Wait until nobody else writes, and keep others from it until this transaction ends."""
    connection.execute(_HOLD_CITY)


def hold_sites(connection: Connection, sites: Iterable[str]) -> None:
    """Share the city with other receivers, and keep these boxes (by code) for this transaction.

    Always in one order, so that no two wait for each other.
    """
    numbers = sorted({int(site.replace(".", "")) for site in sites})
    statement = _SHARE_CITY + _AND_SITE * len(numbers)
    connection.exec_driver_sql(statement, tuple(numbers))


def _leave_out_values(context: ExceptionContext) -> None:
    """Of what a server says of a row keep what holds nothing of it: no DETAIL, which quotes the
    row, and nothing behind a colon where a value is wrong."""
    original: Any = context.original_exception
    said = getattr(getattr(original, "diag", None), "message_primary", None)
    if said is None:
        return
    if original.sqlstate.startswith(_WRONG_VALUE):
        said = said.partition(":")[0]
    original.args = (said,)
    if context.sqlalchemy_exception is not None:
        context.sqlalchemy_exception.args = (f"({type(original).__name__}) {said}",)


def _blame_the_server(context: ExceptionContext) -> None:
    """Make one kind of error of all that a server may say when it cannot: then nothing is
    acknowledged, and no message is taken for poison."""
    original: Any = context.original_exception
    state = getattr(original, "sqlstate", None) or ""
    is_known = isinstance(context.sqlalchemy_exception, OperationalError)
    if not is_known and (context.is_disconnect or state.startswith(_NOT_OUR_FAULT)):
        raise OperationalError(
            context.statement, None, original, hide_parameters=True
        ) from original


def explained(engine: Engine, error: OperationalError) -> UnusableDatabaseError:
    """Say for a technician why the server cannot be used; never with the password."""
    said = " ".join(str(error.orig).split())
    name = engine.url.database
    if f'database "{name}" does not exist' in said:
        advice = f"Create it: {_CREATE} {name}"
    else:
        advice = next((words for sign, words in _ADVICE.items() if sign in said), "")
    where = engine.url.set(password=None).render_as_string()
    return UnusableDatabaseError(
        f"the database at {where} cannot be used: {said} {advice}".rstrip()
    )


def check(connection: Connection) -> None:
    """Raise UnusableDatabaseError for a server that is too old, or a database that would sort and
    compare texts otherwise than the city does."""
    version, encoding, collation = connection.execute(_FACTS).one()
    if int(version) < MINIMUM_VERSION * 10_000:
        raise UnusableDatabaseError(
            f"the server is PostgreSQL {int(version) // 10_000}, and posko needs "
            f"{MINIMUM_VERSION} or newer. Upgrade it."
        )
    if encoding != "UTF8" or collation not in _BYTE_ORDERS:
        name = connection.engine.url.database
        raise UnusableDatabaseError(
            f"database {name} has encoding {encoding} and collation {collation}; posko needs UTF8 "
            f"and C, so that an upgrade of the system changes no order. Create another: "
            f"{_CREATE} {name}"
        )
