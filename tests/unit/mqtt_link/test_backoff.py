"""The waits between attempts, over hours that pass at once."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mqtt_link.backoff import (
    FIRST_CEILING_S,
    HELD_AT_MOST,
    HELD_S,
    LASTING_S,
    PACE_S,
    SHORTEST_S,
    SPREAD_S,
    THROWN_OUT_BY_NODES,
    UNDISPUTED_S,
    Backoff,
)

HOUR_S = 3600.0


@given(
    outcomes=st.lists(
        st.sampled_from(["failed", "held", "thrown out", "lost", "lasting"]), max_size=40
    ),
    chance=st.floats(0, 1, exclude_max=True),
    now_s=st.floats(0, 1e6),
)
def test_a_wait_is_never_longer_than_the_ceiling(
    outcomes: list[str], chance: float, now_s: float
) -> None:
    backoff = Backoff(60.0)
    for outcome in outcomes:
        if outcome == "failed":
            backoff = backoff.failed()
        elif outcome == "held":
            backoff = backoff.failed(held_s=4.0)
        else:
            backoff = backoff.accepted(now_s)
            lived_s = LASTING_S if outcome == "lasting" else 1.0
            now_s += lived_s
            backoff = backoff.lost(lived_s, was_thrown_out=outcome == "thrown out")
        wait_s = backoff.wait_s(now_s, chance)
        assert SHORTEST_S <= wait_s <= 60.0
        now_s += wait_s


def test_the_first_loss_is_mended_within_a_second() -> None:
    backoff = Backoff().accepted(0.0).lost(1.0, was_thrown_out=True)
    assert backoff.wait_s(1.0, 0.999) <= 1.0


def test_what_an_attempt_took_counts_as_waited() -> None:
    """Check 30, our part of it: a node that held our CONNECT has cost time enough."""
    tried = Backoff().failed().failed()
    assert tried.wait_s(0.0, 0.999) > 1.9
    assert tried.wait_s(0.0, 0.999, tried_s=1.0) < 1.0
    assert SHORTEST_S <= tried.wait_s(0.0, 0.999, tried_s=4.0) <= SPREAD_S


@given(chance=st.floats(0, 1, exclude_max=True))
def test_a_node_that_makes_us_wait_for_an_election_is_asked_again_within_a_second(
    chance: float,
) -> None:
    """Check 30, our part of it: NATS holds a CONNECT for 1 s, as often as it takes to elect."""
    backoff = Backoff().accepted(0.0).lost(4.0, was_thrown_out=True)
    for _ in range(HELD_AT_MOST):
        backoff = backoff.failed(held_s=HELD_S)
        assert backoff.wait_s(9.0, chance, tried_s=HELD_S) <= FIRST_CEILING_S - HELD_S


def test_whoever_makes_us_wait_for_ever_is_asked_more_and_more_seldom() -> None:
    backoff = Backoff().accepted(0.0).lost(4.0, was_thrown_out=True)
    for _ in range(HELD_AT_MOST + 6):
        backoff = backoff.failed(held_s=1.0)
    assert backoff.wait_s(0.0, 0.999, tried_s=1.0) > 50


def test_a_broker_that_does_not_make_us_wait_is_asked_more_seldom_at_once() -> None:
    backoff = Backoff().failed(held_s=HELD_S / 2).failed(held_s=0.0)
    assert backoff.wait_s(0.0, 0.999) > FIRST_CEILING_S


def test_only_a_connection_that_lasted_forgets_the_failures_before_it() -> None:
    tried = Backoff().failed().failed()
    assert tried.lost(LASTING_S - 1, was_thrown_out=False).failures == 3
    assert tried.lost(LASTING_S, was_thrown_out=False).failures == 1
    assert tried.lasting().failures == 0


@given(
    lives_s=st.lists(
        st.floats(0.1, 60), min_size=THROWN_OUT_BY_NODES, max_size=THROWN_OUT_BY_NODES
    ),
    chance=st.floats(0, 1, exclude_max=True),
)
def test_nodes_that_die_in_turn_neither_delay_nor_look_like_a_clone(
    lives_s: list[float], chance: float
) -> None:
    """Check 30, our part of it: another node serves us, and throws us out once more."""
    now_s = 0.0
    backoff = Backoff().accepted(now_s)
    for lived_s in lives_s:
        now_s += lived_s
        backoff = backoff.lost(lived_s, was_thrown_out=True)
        assert not backoff.is_disputed
        assert backoff.wait_s(now_s, chance) <= 1.0
        now_s += backoff.wait_s(now_s, chance)
        backoff = backoff.accepted(now_s)


def test_a_broker_that_was_away_does_not_look_like_a_clone() -> None:
    backoff = Backoff()
    for _ in range(2 * THROWN_OUT_BY_NODES):
        backoff = backoff.lost(1.0, was_thrown_out=True).failed()
    assert not backoff.is_disputed


def test_a_broker_that_lets_us_in_and_does_not_serve_does_not_look_like_a_clone() -> None:
    backoff = Backoff()
    for _ in range(2 * THROWN_OUT_BY_NODES):
        backoff = backoff.lost(1.0, was_thrown_out=False)
    assert not backoff.is_disputed
    assert backoff.wait_s(0.0, 0.999) > 50, "and it waits like after any failure"


def test_a_connection_that_outlives_every_wait_of_a_clone_ends_the_suspicion() -> None:
    backoff = Backoff()
    for _ in range(THROWN_OUT_BY_NODES + 1):
        backoff = backoff.lost(LASTING_S - 1, was_thrown_out=True)
    assert backoff.is_disputed
    assert backoff.lost(UNDISPUTED_S - 1, was_thrown_out=True).is_disputed
    assert not backoff.lost(UNDISPUTED_S, was_thrown_out=True).is_disputed


@given(
    lives_s=st.lists(st.floats(0, 40), min_size=1, max_size=60),
    chance=st.floats(0, 1, exclude_max=True),
)
def test_no_history_beats_the_pace(lives_s: list[float], chance: float) -> None:
    """Check 12, by construction: whatever a broker does, n connections take (n - 7) x 10 s."""
    now_s, backoff = 0.0, Backoff()
    for number, lived_s in enumerate(lives_s, start=1):
        backoff = backoff.accepted(now_s)
        assert now_s >= (number - 1 - THROWN_OUT_BY_NODES) * PACE_S - 1e-6  # sums of floats
        now_s += lived_s
        backoff = backoff.lost(lived_s, was_thrown_out=True)
        now_s += backoff.wait_s(now_s, chance)


@dataclass
class Machine:
    """One of two with the same client id."""

    longest_s: float
    backoff: Backoff = field(init=False)
    returns_at_s: float = 0.0
    connections: int = 0
    suspects_at_s: float | None = None

    def __post_init__(self) -> None:
        self.backoff = Backoff(self.longest_s)


@pytest.mark.parametrize("longest_s", [30.0, 60.0], ids=["command centers", "boxes"])
@pytest.mark.parametrize("seed", range(20))
def test_two_machines_with_one_client_id_disturb_each_other_rarely_and_both_suspect_it(
    seed: int, longest_s: float
) -> None:
    """Check 12: at most one reconnect in ten seconds for each; named within five minutes."""
    machines = [Machine(longest_s), Machine(longest_s, returns_at_s=0.1)]
    for now_s in duel(machines, random.Random(seed)):
        if now_s > HOUR_S:
            break
    for machine in machines:
        assert machine.connections <= HOUR_S / PACE_S
        assert machine.suspects_at_s is not None
        assert machine.suspects_at_s < 300


def duel(machines: list[Machine], chance: random.Random) -> Iterator[float]:
    """The moments at which one throws the other out, for ever."""
    up: Machine | None = None
    since_s = 0.0
    while True:
        comer = min(machines, key=lambda machine: machine.returns_at_s)
        now_s = comer.returns_at_s
        if up is not None:
            up.backoff = up.backoff.lost(now_s - since_s, was_thrown_out=True)
            if up.backoff.is_disputed and up.suspects_at_s is None:
                up.suspects_at_s = now_s
            up.returns_at_s = now_s + up.backoff.wait_s(now_s, chance.random())
        comer.backoff = comer.backoff.accepted(now_s)
        comer.connections += 1
        comer.returns_at_s = float("inf")
        up, since_s = comer, now_s
        yield now_s
