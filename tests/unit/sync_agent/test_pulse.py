from itertools import pairwise

from sync_agent.pulse import EVERY_S, PAUSE_S, SOON_S, Pulse


def test_every_few_minutes() -> None:
    pulse = Pulse(0.0)
    assert [pulse.take(s) for s in (EVERY_S - 1, EVERY_S, EVERY_S, 2 * EVERY_S)] == [
        False,
        True,
        False,
        True,
    ]


def test_soon_after_a_change() -> None:
    pulse = Pulse(0.0)
    pulse.soon(100.0)
    assert [pulse.take(100.0), pulse.take(100.0 + SOON_S)] == [False, True]


def test_whatever_changes_there_is_a_pause_between_two() -> None:
    pulse = Pulse(0.0)
    beats = []
    for second in range(3600):
        pulse.soon(second)
        if pulse.take(second):
            beats.append(second)
    assert min(later - sooner for sooner, later in pairwise(beats)) >= PAUSE_S
    assert len(beats) > 100


def test_the_end_of_a_backlog_is_news_only_where_its_beginning_was() -> None:
    pulse = Pulse(0.0)
    pulse.drained(10.0)
    assert not pulse.take(10.0 + PAUSE_S)
    pulse.told(has_backlog=True)
    pulse.drained(50.0)
    assert pulse.take(50.0 + SOON_S)
    pulse.told(has_backlog=False)
    pulse.drained(100.0)
    assert not pulse.take(100.0 + PAUSE_S)
