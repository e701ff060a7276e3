"""The waits between attempts, over hours that pass at once."""

import random

from hypothesis import given
from hypothesis import strategies as st

from mqtt_link.backoff import KICKED_WAIT_S, LASTING_S, SHORTEST_S, Backoff

HOUR_S = 3600.0


@given(
    outcomes=st.lists(st.sampled_from(["failed", "kicked", "lost", "lasting"]), max_size=40),
    chance=st.floats(0, 1, exclude_max=True),
)
def test_a_wait_is_never_longer_than_the_ceiling(outcomes: list[str], chance: float) -> None:
    backoff = Backoff(60.0)
    for outcome in outcomes:
        if outcome == "failed":
            backoff = backoff.failed()
        else:
            lived_s = LASTING_S if outcome == "lasting" else 1.0
            backoff = backoff.lost(lived_s, closed_by_broker=outcome == "kicked")
        assert SHORTEST_S <= backoff.wait_s(chance) <= 60.0


def test_the_first_loss_is_mended_within_two_seconds() -> None:
    assert Backoff().lost(1.0, closed_by_broker=True).wait_s(0.999) <= 2.0


def test_only_a_connection_that_lasted_forgets_the_failures_before_it() -> None:
    tried = Backoff().failed().failed()
    assert tried.lost(LASTING_S - 1, closed_by_broker=False).failures == 3
    assert tried.lost(LASTING_S, closed_by_broker=False).failures == 0


def test_a_broker_that_was_away_does_not_look_like_a_clone() -> None:
    backoff = Backoff()
    for _ in range(5):
        backoff = backoff.lost(1.0, closed_by_broker=True).failed()
    assert not backoff.is_kicked


def test_a_broker_that_kicks_sees_less_than_one_connection_in_ten_seconds() -> None:
    """Check 12, from the second kick on."""
    chance, backoff, now_s, tries = random.Random(1), Backoff(), 0.0, 0
    while now_s < HOUR_S:
        backoff = backoff.lost(0.0, closed_by_broker=True)
        now_s += backoff.wait_s(chance.random())
        tries += 1
    assert tries < HOUR_S / KICKED_WAIT_S


def test_two_machines_with_one_client_id_kick_each_other_rarely() -> None:
    """Check 12: below one reconnect in ten seconds for each."""
    for seed in range(20):
        chance = random.Random(seed)
        backoffs, returns_at_s, counts = [Backoff(), Backoff()], [0.0, 0.1], [0, 0]
        up: int | None = None
        since_s = 0.0
        suspected = 0
        while (now_s := min(returns_at_s)) < HOUR_S:
            comer = returns_at_s.index(now_s)
            counts[comer] += 1
            if up is not None:
                backoffs[up] = backoffs[up].lost(now_s - since_s, closed_by_broker=True)
                suspected += backoffs[up].is_kicked
                returns_at_s[up] = now_s + backoffs[up].wait_s(chance.random())
            up, since_s, returns_at_s[comer] = comer, now_s, float("inf")
        assert max(counts) < HOUR_S / 10
        assert suspected, "neither ever suspects a copied card"
