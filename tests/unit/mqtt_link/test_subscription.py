"""What is refused is asked for again, ever less often, until it is granted."""

from hypothesis import given
from hypothesis import strategies as st

from mqtt_link.backoff import ASK_AGAIN_S, LONGEST_ASK_AGAIN_S
from mqtt_link.subscription import Subscription

BOTH = ["up/#", "state/#"]


def test_what_is_granted_is_not_asked_for_again() -> None:
    wanted = Subscription(BOTH)
    assert wanted.ask(0.0, 0.5) == BOTH
    wanted.answer(dict.fromkeys(BOTH, True))
    assert wanted.is_answered
    assert wanted.refused == []
    assert not wanted.is_due(1e9)


def test_only_what_was_refused_is_named_and_asked_for_again() -> None:
    wanted = Subscription(BOTH)
    wanted.ask(0.0, 0.5)
    wanted.answer({"up/#": True, "state/#": False})
    assert wanted.refused == ["state/#"]
    assert wanted.is_due(60.0)
    assert wanted.ask(60.0, 0.5) == ["state/#"]
    wanted.answer({"state/#": True})
    assert wanted.refused == []


def test_an_asking_without_answer_is_repeated_and_a_late_answer_to_it_counts() -> None:
    wanted = Subscription(BOTH)
    wanted.ask(0.0, 0.5)
    assert not wanted.is_answered
    assert wanted.is_due(ASK_AGAIN_S)
    wanted.ask(ASK_AGAIN_S, 0.5)
    wanted.answer({"up/#": True, "state/#": False})
    wanted.answer({"up/#": True, "state/#": False})
    assert wanted.refused == ["state/#"]


def test_an_answer_that_leaves_a_filter_out_grants_nothing() -> None:
    wanted = Subscription(BOTH)
    wanted.ask(0.0, 0.5)
    wanted.answer({"up/#": True})
    assert wanted.refused == ["state/#"]


@given(chances=st.lists(st.floats(0, 1, exclude_max=True), min_size=1, max_size=40))
def test_askings_are_5_s_apart_at_first_and_never_more_than_72_s(chances: list[float]) -> None:
    wanted, now_s = Subscription(BOTH), 0.0
    for number, chance in enumerate(chances):
        wanted.ask(now_s, chance)
        shortest_s = 0.8 * min(ASK_AGAIN_S * 2**number, LONGEST_ASK_AGAIN_S)
        assert not wanted.is_due(now_s + shortest_s - 0.01)
        now_s += shortest_s * 1.5
        assert wanted.is_due(now_s)
        wanted.answer(dict.fromkeys(BOTH, False))
    assert 1.2 * LONGEST_ASK_AGAIN_S <= 72
