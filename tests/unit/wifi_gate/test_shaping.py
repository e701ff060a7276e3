"""Which classes sessions need, and in which order the kernel takes them."""

from hypothesis import given
from hypothesis import strategies as st

from tests.unit.wifi_gate.zones import a_zone
from wifi_gate.shaping import FIRST_ZONE_CLASS, ROOT, Band, Put, Remove, plan, wanted

HALL = 0xFFF0


def test_a_session_has_a_class_each_way() -> None:
    classes = wanted([a_zone(down_kbps=4000, up_kbps=1000)], "wan", {7: "hall"})
    assert classes == {
        "lan": {7: Band(parent=ROOT, rate_kbps=4000, ceil_kbps=4000)},
        "wan": {7: Band(parent=ROOT, rate_kbps=1000, ceil_kbps=1000)},
    }


def test_a_way_without_limit_has_no_class() -> None:
    classes = wanted([a_zone(down_kbps=0, up_kbps=1000)], "wan", {7: "hall"})
    assert classes["lan"] == {}


def test_sessions_of_a_limited_zone_share_it() -> None:
    classes = wanted([a_zone(down_kbps=4000, zone_kbps=9000)], "wan", {7: "hall", 8: "hall"})
    each = Band(parent=HALL, rate_kbps=8, ceil_kbps=4000)
    whole = Band(parent=ROOT, rate_kbps=9000, ceil_kbps=9000)
    assert classes["lan"] == {HALL: whole, 7: each, 8: each}


def test_a_session_without_limit_may_have_the_whole_zone() -> None:
    classes = wanted([a_zone(down_kbps=0, zone_kbps=9000)], "wan", {7: "hall"})
    assert classes["lan"][7].ceil_kbps == 9000


def test_zones_meet_on_the_way_to_the_internet_each_below_its_own_class() -> None:
    zones = [a_zone(zone_kbps=9000), a_zone(name="park", interface="park", zone_kbps=5000)]
    classes = wanted(zones, "wan", {7: "hall", 8: "park"})
    assert classes["wan"][7].parent != classes["wan"][8].parent
    assert set(classes["lan"]) == {7, HALL}


def test_a_zone_without_sessions_has_no_class() -> None:
    assert wanted([a_zone(zone_kbps=9000)], "wan", {}) == {"lan": {}, "wan": {}}


def bands() -> st.SearchStrategy[dict[int, Band]]:
    """Trees of two floors, as `wanted` makes them."""
    rates = st.integers(1, 3)
    zones = st.dictionaries(st.integers(FIRST_ZONE_CLASS, FIRST_ZONE_CLASS + 2), rates)
    slots = st.dictionaries(st.integers(1, 6), st.tuples(st.integers(0, 3), rates))
    return st.builds(tree, zones, slots)


def tree(zones: dict[int, int], slots: dict[int, tuple[int, int]]) -> dict[int, Band]:
    above = [ROOT, *zones]
    made = {n: Band(parent=ROOT, rate_kbps=kbps, ceil_kbps=kbps) for n, kbps in zones.items()}
    for slot, (parent, kbps) in slots.items():
        made[slot] = Band(parent=above[parent % len(above)], rate_kbps=kbps, ceil_kbps=9)
    return made


@given(bands(), bands())
def test_a_plan_leads_to_what_is_wanted_by_steps_the_kernel_takes(
    existing: dict[int, Band], target: dict[int, Band]
) -> None:
    kernel = dict(existing)
    for step in plan(target, existing):
        match step:
            case Remove(number):
                assert all(band.parent != number for band in kernel.values())
                del kernel[number]
            case Put(number, band, exists):
                assert exists == (number in kernel)
                assert not exists or kernel[number].parent == band.parent
                assert band.parent == ROOT or band.parent in kernel
                kernel[number] = band
    assert kernel == target


@given(bands())
def test_what_is_there_already_takes_no_step(existing: dict[int, Band]) -> None:
    assert plan(existing, existing) == []
