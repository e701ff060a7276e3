"""The life of an update: box check 14 in the abstract."""

import itertools
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from software_update.rescue.machine import (
    ENDS,
    NEXT,
    STEADY_S,
    IllegalMove,
    Observed,
    Phase,
    Verdict,
    judge,
    moved,
    resumed,
)
from tests.support.an_update import UPDATE

FAULTS = st.frozensets(st.sampled_from(["portal", "database", "city", "posko-sync.service"]))


@given(st.lists(st.tuples(st.floats(1, 60), FAULTS), min_size=1, max_size=120))
def test_a_release_stays_only_after_it_was_well_for_long_enough(
    looks: list[tuple[float, frozenset[str]]],
) -> None:
    now_s, well_since, seen = 0.0, None, Observed(0.0, 0.0)
    for pause_s, lost in looks:
        now_s += pause_s
        well_since = None if lost else now_s if well_since is None else well_since
        seen = seen.after(lost, now_s)
        verdict = judge(UPDATE.minutes, seen, now_s)
        is_steady = well_since is not None and now_s - well_since >= STEADY_S
        assert (verdict is Verdict.KEEP) == is_steady
        if not is_steady:
            assert (verdict is Verdict.GO_BACK) == (now_s >= UPDATE.minutes * 60)
        if verdict is not Verdict.WAIT:
            return


@given(st.lists(st.sampled_from(Phase), max_size=8), st.lists(st.booleans(), max_size=8))
def test_whatever_is_asked_of_it_it_never_leaves_its_path(
    asked: list[Phase], reboots: list[bool]
) -> None:
    update, path = UPDATE, [UPDATE.phase]
    for phase, is_reboot in zip(asked, reboots, strict=False):
        if is_reboot:
            update = resumed(update, f"boot {len(path)}")
        before = update
        try:
            update = moved(update, phase)
        except IllegalMove:
            assert update == before
        path.append(update.phase)
    for one, other in itertools.pairwise(path):
        assert one == other or other in NEXT[one] or Phase.RETURNING in NEXT[one]


def test_every_phase_leads_to_an_end() -> None:
    for phase in Phase:
        reached, edge = {phase}, {phase}
        while edge:
            edge = {after for one in edge for after in NEXT[one]} - reached
            reached |= edge
        assert reached & ENDS
        assert (phase in ENDS) == (not NEXT[phase])


def test_a_release_that_was_installed_can_always_go_back_until_it_stays() -> None:
    for phase in (Phase.INSTALLING, Phase.TRIAL):
        assert moved(replace(UPDATE, phase=phase), Phase.RETURNING, "why").why == "why"
    with pytest.raises(IllegalMove):
        moved(replace(UPDATE, phase=Phase.KEPT), Phase.RETURNING)


@pytest.mark.parametrize("phase", [Phase.INSTALLING, Phase.TRIAL])
def test_the_third_restart_is_one_too_many(phase: Phase) -> None:
    update = replace(UPDATE, phase=phase)
    for boot in ("second", "third"):
        update = resumed(update, boot)
        assert resumed(update, boot) == update
        assert update.phase is phase
    assert resumed(update, "fourth").phase is Phase.RETURNING


def test_restarts_before_anything_was_changed_and_while_going_back_count_for_nothing() -> None:
    for phase in (Phase.STAGED, Phase.RETURNING, Phase.KEPT):
        update = replace(UPDATE, phase=phase)
        for boot in "abcdef":
            update = resumed(update, boot)
        assert update.phase is phase
