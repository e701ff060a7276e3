"""When a new generation stays and when the one before comes back."""

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from firmware_config.trial import Observed, Trial, Verdict, failure, judge, resumed

TRIAL = Trial(
    generation=2,
    before=1,
    minutes=10,
    needs=("uplink", "wlan0"),
    config="/etc/posko/posko.toml",
    resolvers=(),
    boot="first",
)
UPLINK = frozenset({"uplink"})


def seen(*moments: tuple[float, frozenset[str]]) -> Observed:
    observed = Observed(0.0)
    for now_s, lost in moments:
        observed = observed.after(lost, now_s)
    return observed


def test_while_all_is_there_it_waits_and_at_the_end_it_stays() -> None:
    well = seen((0.0, frozenset()))
    assert judge(TRIAL, well, 599.9) is Verdict.WAIT
    assert judge(TRIAL, well, 600.0) is Verdict.KEEP


def test_what_is_lost_for_ninety_seconds_takes_it_back() -> None:
    lost = seen((100.0, UPLINK), (150.0, UPLINK))
    assert judge(TRIAL, lost, 189.9) is Verdict.WAIT
    assert judge(TRIAL, lost, 190.0) is Verdict.GO_BACK
    assert failure(lost) == "lost: uplink"


def test_what_comes_back_in_time_is_forgiven() -> None:
    back = seen((100.0, UPLINK), (150.0, frozenset()), (180.0, UPLINK))
    assert judge(TRIAL, back, 200.0) is Verdict.WAIT


def test_what_changes_hands_is_lost_without_a_break() -> None:
    assert judge(TRIAL, seen((100.0, UPLINK), (150.0, frozenset({"wlan0"}))), 190.0) is (
        Verdict.GO_BACK
    )


def test_at_the_end_nothing_may_be_missing_not_even_for_a_moment() -> None:
    assert judge(TRIAL, seen((599.0, UPLINK)), 600.0) is Verdict.GO_BACK


def test_a_short_trial_has_less_patience() -> None:
    short = msgspec.structs.replace(TRIAL, minutes=1)
    assert judge(short, seen((0.0, UPLINK)), 30.0) is Verdict.GO_BACK


def test_the_same_boot_goes_on_and_another_begins_anew() -> None:
    assert resumed(TRIAL, "first") == TRIAL
    again = resumed(TRIAL, "second")
    assert (again.boot, again.boots, again.failure) == ("second", 1, "")


def test_the_third_restart_takes_it_back() -> None:
    trial = TRIAL
    for boot in ("second", "third"):
        trial = resumed(trial, boot)
    assert not trial.failure
    assert (
        resumed(trial, "fourth").failure == "the box restarted 3 times before anyone confirmed it"
    )


def test_going_back_goes_on_after_a_restart_for_the_same_reason() -> None:
    failing = msgspec.structs.replace(TRIAL, failure="lost: uplink", boots=2)
    assert resumed(failing, "later").failure == "lost: uplink"


@given(
    st.lists(
        st.tuples(st.floats(0.1, 60), st.sampled_from([frozenset[str](), UPLINK])), max_size=60
    )
)
def test_it_never_stays_with_something_missing_nor_goes_back_with_nothing(
    steps: list[tuple[float, frozenset[str]]],
) -> None:
    now_s, observed = 0.0, Observed(0.0)
    for wait_s, lost in steps:
        now_s += wait_s
        observed = observed.after(lost, now_s)
        verdict = judge(TRIAL, observed, now_s)
        if verdict is Verdict.KEEP:
            assert not lost
            assert now_s >= 600
        elif verdict is Verdict.GO_BACK:
            assert lost
        else:
            assert now_s < 600
