"""How often a client may try ticket numbers."""

from datetime import timedelta

from appliance.domain.quota import Exceeded, Quota
from appliance.ticket_pages.lookups import Lookups
from tests.conftest import Clock, at

QUOTA = Quota(limit=3, window=timedelta(minutes=10))


def test_a_client_waits_until_its_oldest_look_is_old_enough() -> None:
    lookups = Lookups(QUOTA)
    for minute in range(3):
        assert lookups.take("a", at(minutes=minute)) is None
    assert lookups.take("a", at(minutes=4)) == Exceeded(retry_after_s=360)
    assert lookups.take("a", at(minutes=11)) is None


def test_trying_while_refused_does_not_prolong_the_wait() -> None:
    lookups = Lookups(QUOTA)
    for _ in range(100):
        lookups.take("a", at())
    assert lookups.take("a", at(minutes=10)) is None


def test_clients_are_counted_apart_and_this_machine_not_at_all() -> None:
    lookups = Lookups(QUOTA)
    for client in ("a", "a", "a", None, None, None, None):
        assert lookups.take(client, at()) is None
    assert lookups.take("a", at()) is not None
    assert lookups.take("b", at()) is None


def test_only_so_many_clients_are_remembered_the_latest_ones() -> None:
    lookups = Lookups(QUOTA, max_clients=2)
    for client in ("old", "a", "a", "a", "b", "a"):
        lookups.take(client, at())
    assert lookups.clients == ("b", "a")
    assert lookups.take("a", at()) is not None


def test_a_wall_clock_set_back_locks_nobody_out() -> None:
    clock, lookups = Clock(), Lookups(QUOTA)
    clock.set_wall(days=400)
    for _ in range(3):
        lookups.take("a", clock())
    clock.set_wall(days=-400)
    clock.forward(minutes=10)
    assert lookups.take("a", clock()) is None
