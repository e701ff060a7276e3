"""What is true of PostgreSQL only: who waits for whom, and what a technician is told."""

import logging
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError, OperationalError

from command_center.receiving import ingest
from command_center.receiving.applying import Arrival
from command_center.store import database, migrate
from command_center.store.database import writing
from command_center.store.postgresql import UnusableDatabaseError
from command_center.store.receiving import feed
from tests.builders import CITY_EPOCH
from tests.conftest import SITE, START
from tests.support.postgres import GUARDED, CityServer, Server
from tests.unit.command_center.city import (
    NEIGHBOUR,
    a_batch,
    a_received,
    all_requests,
    rows,
    wire_event,
)
from tests.unit.command_center.conftest import connected

pytestmark = pytest.mark.slow
WAITS_S = 0.3
"""Longer than what is not held up takes."""


@pytest.fixture
def engine(postgresql: CityServer, tmp_path: Path) -> Iterator[Engine]:
    """A city on a server."""
    with postgresql.emptied() as url:
        made = connected(url, tmp_path)
        yield made
        made.dispose()


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("INSERT INTO secret VALUES (:words || '?', NULL)", "null value in column"),
        ("INSERT INTO secret VALUES (:words, 1)", "duplicate key value"),
        ("INSERT INTO secret VALUES (:words || '!', 1)", "violates check constraint"),
        ("SELECT CAST(CAST(:words AS text) AS integer)", "invalid input syntax for type integer"),
    ],
)
def test_what_a_server_says_of_a_row_it_refuses_tells_nothing_of_the_row(
    engine: Engine, caplog: pytest.LogCaptureFixture, statement: str, said: str
) -> None:
    words = "Siti Rahmawati +6281234567890"
    try:
        with writing(engine) as connection:
            connection.exec_driver_sql(
                "CREATE TEMPORARY TABLE secret (words text PRIMARY KEY, n integer NOT NULL, "
                "CHECK (right(words, 1) <> '!')) ON COMMIT DROP"
            )
            connection.execute(text("INSERT INTO secret VALUES (:words, 1)"), {"words": words})
            connection.execute(text(statement), {"words": words})
    except DBAPIError:
        logging.getLogger("test").exception("message breaks the store")
    assert said in caplog.text
    assert [one for one in ("Siti", "628", "DETAIL") if one in caplog.text] == []


def refused(url: str) -> str:
    """What a technician is told about a database."""
    engine = database.connect(url)
    with pytest.raises(UnusableDatabaseError) as told:
        migrate.ensure(engine, SITE.city, lambda: CITY_EPOCH, START)
    engine.dispose()
    return str(told.value)


def test_a_database_that_is_not_there_is_told_with_how_to_create_it(
    postgresql: CityServer,
) -> None:
    told = refused(postgresql.url("absent"))
    assert 'database "absent" does not exist' in told
    assert "--encoding UTF8 --locale C --template template0 absent" in told


def test_a_server_that_is_not_there_is_told(tmp_path: Path) -> None:
    assert "Start the server" in refused(f"postgresql://posko@/city?host={tmp_path}")
    assert "Correct the host" in refused("postgresql://posko@nowhere.invalid/city")


def test_a_wrong_password_is_told_with_where_it_belongs_and_never_shown(
    postgresql: CityServer, tmp_path: Path
) -> None:
    postgresql.run(f"CREATE ROLE {GUARDED} LOGIN PASSWORD 'right'")
    url = postgresql.url("postgres").replace("postgres@", f"{GUARDED}:wr0ng@")
    told = refused(url)
    assert "password authentication failed" in told
    assert "passfile=" in told
    assert "wr0ng" not in told
    passfile = tmp_path / "pgpass"
    passfile.write_text(f"*:*:*:{GUARDED}:right\n")
    passfile.chmod(0o600)
    engine = database.connect(f"{url.replace(':wr0ng', '')}&passfile={passfile}")
    with database.reading(engine) as connection:
        assert connection.scalar(text("SELECT current_user")) == GUARDED
    engine.dispose()


def test_a_database_with_another_order_of_texts_is_refused(postgresql: CityServer) -> None:
    url = postgresql.bare("ENCODING 'SQL_ASCII' TEMPLATE template0")
    assert "posko needs UTF8 and C" in refused(url)


def test_a_server_that_is_too_old_is_refused(
    postgresql: CityServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("command_center.store.postgresql.MINIMUM_VERSION", 99)
    assert "needs 99 or newer" in refused(postgresql.bare())


def test_who_writes_has_the_city_and_receivers_share_it(engine: Engine) -> None:
    """What SQLite's one writer gives, without holding up boxes for each other."""

    def enters(how: str, *sites: str) -> bool:
        """Whether a transaction of another program may begin by now."""
        entered = threading.Event()

        def begin() -> None:
            with (
                database.writing(engine) if how == "write" else database.receiving(engine, sites)
            ) as connection:
                connection.execute(text("SELECT 1"))
                entered.set()

        thread = threading.Thread(target=begin)
        thread.start()
        may = entered.wait(WAITS_S)
        threads.append(thread)
        return may

    threads: list[threading.Thread] = []
    with database.receiving(engine, [str(SITE)]):
        assert enters("receive", str(NEIGHBOUR))
        assert not enters("receive", str(SITE))
        assert not enters("write")
    with database.writing(engine):
        assert not enters("receive", str(NEIGHBOUR))
    for thread in threads:
        thread.join(10)


def test_a_reader_sees_one_moment_and_may_not_write(engine: Engine) -> None:
    with database.reading(engine) as reader:
        assert reader.scalar(text("SELECT quarantined FROM city")) == 0
        with database.writing(engine) as connection:
            connection.execute(text("UPDATE city SET quarantined = 7"))
        assert reader.scalar(text("SELECT quarantined FROM city")) == 0
        with pytest.raises(OperationalError, match="read-only"):
            reader.execute(text("UPDATE city SET quarantined = 8"))


def test_a_sum_is_an_integer_and_an_average_a_float(engine: Engine) -> None:
    sql = "SELECT sum(n), avg(n) FROM (VALUES (1::bigint), (4::bigint)) AS numbers (n)"
    [row] = rows(engine, sql.replace("::", "\\:\\:"))
    assert [(value, type(value)) for value in row] == [(5, int), (2.5, float)]


def test_two_receivers_with_the_same_messages_store_each_event_once(engine: Engine) -> None:
    events = [wire_event(a_received()) for _ in range(40)]
    batches = [a_batch(*events[at : at + 4], first=at + 1) for at in range(0, 40, 4)]

    def receive(turn: int) -> list[int]:
        acks = []
        for batch in [*batches[turn % 2 :], *batches]:
            with database.receiving(engine, [str(SITE)]) as connection:
                arrival = Arrival(site=SITE, batch=batch)
                acks.append(ingest.store(connection, arrival, START).upto)
        return acks

    with ThreadPoolExecutor(4) as pool:
        acked = list(pool.map(receive, range(4)))
    assert [upto[-1] for upto in acked] == [40] * 4
    assert rows(engine, "SELECT seq FROM events ORDER BY id") == [(n,) for n in range(1, 41)]
    assert len(all_requests(engine)) == 40


def test_the_feed_does_not_run_ahead_of_an_event_that_is_still_being_stored(
    engine: Engine,
) -> None:
    """Its number is lower than one that is there already: a reader would never see it."""
    seen: list[int] = []
    late = database.receiving(engine, [str(SITE)])
    connection = late.__enter__()
    ingest.store(connection, Arrival(site=SITE, batch=a_batch()), START)
    with database.receiving(engine, [str(NEIGHBOUR)]) as other:
        ingest.store(other, Arrival(site=NEIGHBOUR, batch=a_batch()), START)
    reader = threading.Thread(target=lambda: seen.append(feed.newest(engine)))
    reader.start()
    reader.join(WAITS_S)
    assert seen == []
    late.__exit__(None, None, None)
    reader.join(10)
    assert seen == [2]


def test_what_a_server_cannot_do_is_nobodys_poison(engine: Engine) -> None:
    """A standby after a fail-over, a session that an operator ends, a server that is killed."""
    with pytest.raises(OperationalError), database.writing(engine) as connection:
        connection.execute(text("SET LOCAL transaction_read_only = on"))
        connection.execute(text("UPDATE city SET quarantined = 1"))
    with (
        pytest.raises(OperationalError),
        database.writing(engine) as connection,
        connection.begin_nested(),
    ):
        own = connection.scalar(text("SELECT pg_backend_pid()"))
        with engine.connect() as other:
            other.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": own})
        connection.execute(text("UPDATE city SET quarantined = 2"))
    assert rows(engine, "SELECT quarantined FROM city") == [(0,)]


def test_the_pages_go_on_after_the_server_was_killed(tmp_path: Path) -> None:
    server = Server(fsync="off")
    try:
        engine = database.connect(server.url("postgres"))
        with database.reading(engine) as connection:
            connection.execute(text("SELECT 1"))
        server.kill()
        with pytest.raises(OperationalError), database.reading(engine) as connection:
            connection.execute(text("SELECT 1"))
        server.start()
        with database.reading(engine) as connection:
            assert connection.scalar(text("SELECT 1")) == 1
        engine.dispose()
    finally:
        server.close()
