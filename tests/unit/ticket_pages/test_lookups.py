"""How often a client may try ticket numbers."""

from datetime import timedelta

from appliance.domain.quota import Exceeded, Quota
from appliance.ticket_pages.lookups import Lookups
from tests.conftest import START

QUOTA = Quota(limit=3, window=timedelta(minutes=10))


def test_a_client_waits_until_its_oldest_look_is_old_enough() -> None:
    lookups = Lookups(QUOTA)
    for minute in range(3):
        assert lookups.take("a", START + timedelta(minutes=minute)) is None
    assert lookups.take("a", START + timedelta(minutes=4)) == Exceeded(retry_after_s=360)
    assert lookups.take("a", START + timedelta(minutes=11)) is None


def test_trying_while_refused_does_not_prolong_the_wait() -> None:
    lookups = Lookups(QUOTA)
    for _ in range(100):
        lookups.take("a", START)
    assert lookups.take("a", START + timedelta(minutes=10)) is None


def test_clients_are_counted_apart_and_this_machine_not_at_all() -> None:
    lookups = Lookups(QUOTA)
    for client in ("a", "a", "a", None, None, None, None):
        assert lookups.take(client, START) is None
    assert lookups.take("a", START) is not None
    assert lookups.take("b", START) is None


def test_only_so_many_clients_are_remembered_the_latest_ones() -> None:
    lookups = Lookups(QUOTA, max_clients=2)
    for client in ("old", "a", "a", "a", "b", "a"):
        lookups.take(client, START)
    assert lookups.clients == ("b", "a")
    assert lookups.take("a", START) is not None


def test_a_clock_set_back_locks_nobody_out_longer_than_the_window() -> None:
    lookups = Lookups(QUOTA)
    for _ in range(3):
        lookups.take("a", START + timedelta(days=400))
    refused = lookups.take("a", START)
    assert refused is not None
    assert refused.retry_after_s <= 600
