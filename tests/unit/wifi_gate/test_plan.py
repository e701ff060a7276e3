"""Whatever the kernel holds, one transaction leads to the sessions wanted."""

import copy
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.netns import a_network
from tests.unit.wifi_gate.kernel_model import KernelModel
from tests.unit.wifi_gate.zones import WIFI
from wifi_gate import ruleset
from wifi_gate.kernel import Element, Kernel, Quota, parse
from wifi_gate.nft import Nft
from wifi_gate.plan import LINGER_S, TOLERANCE_S, Plan, Wanted, plan

MAC = "02:00:5e:10:00:01"
NOW_S = 1000.0


def a_session(**changes: object) -> Wanted:
    session = Wanted(
        slot=7,
        mac=MAC,
        addresses=["10.77.0.50"],
        ends_at_s=NOW_S + 3600,
        limit_bytes=300_000_000,
        up_bytes=0,
        down_bytes=0,
    )
    return replace(session, **changes)


def after(*wanted: Wanted) -> Kernel:
    return plan(wanted, Kernel(), NOW_S).target


@pytest.fixture
def nft() -> Iterator[Nft]:
    with a_network():
        yield Nft()


def held_by(nft: Nft, now_s: float | None = None) -> Kernel:
    return parse(nft.table(ruleset.TABLE) or b"", now_s or time.monotonic())


def test_a_login_is_these_commands() -> None:
    assert plan([a_session(up_bytes=5, down_bytes=9)], Kernel(), NOW_S).text.splitlines() == [
        "add counter inet posko d7 { packets 0 bytes 9 }",
        "add counter inet posko u7 { packets 0 bytes 5 }",
        "add quota inet posko q7 { over 300000000 bytes used 14 bytes }",
        "add element inet posko class_of { 7 : 1:7 }",
        'add element inet posko counter_down { 7 : "d7" }',
        'add element inet posko counter_up { 7 : "u7" }',
        'add element inet posko quota_of { 7 : "q7" }',
        "add element inet posko down4 { 10.77.0.50 timeout 3603000ms : 7 }",
        "add element inet posko up4 { 02:00:5e:10:00:01 . 10.77.0.50 timeout 3600000ms : 7 }",
    ]


def test_at_a_login_the_connections_to_the_portal_are_flushed() -> None:
    assert plan([a_session()], Kernel(), NOW_S).sources_to_flush == {"10.77.0.50"}


def test_at_a_logout_the_way_down_lingers_so_that_connections_are_reset() -> None:
    made = plan([], after(a_session()), NOW_S)
    assert made.text.splitlines() == [
        "add element inet posko up4 { 02:00:5e:10:00:01 . 10.77.0.50 timeout 1ms : 7 }",
        "delete element inet posko up4 { 02:00:5e:10:00:01 . 10.77.0.50 }",
        "add element inet posko down4 { 10.77.0.50 timeout 1ms : 7 }",
        "delete element inet posko down4 { 10.77.0.50 }",
        "add element inet posko down4 { 10.77.0.50 timeout 3000ms : 7 }",
    ]
    assert made.marks_to_flush == set()


def test_after_it_has_lingered_all_is_removed_and_its_connections_are_flushed() -> None:
    lingering = plan([], after(a_session()), NOW_S).target
    made = plan([], lingering, NOW_S + LINGER_S + 1)
    assert made.target == Kernel()
    assert made.marks_to_flush == {7}


def test_an_extension_keeps_counters_and_swaps_the_quota() -> None:
    known = after(a_session())
    known.counters["d7"], known.quotas["q7"] = 1234, Quota(300_000_000, 1234)
    longer = a_session(ends_at_s=NOW_S + 7200, limit_bytes=500_000_000)
    text = plan([longer], known, NOW_S).text
    assert "counter inet" not in text
    assert "add quota inet posko q7 { over 500000000 bytes used 1234 bytes }" in text
    assert "timeout 7200000ms : 7" in text


def test_a_new_mac_takes_the_session_along_and_the_old_one_is_cut() -> None:
    moved = a_session(mac="02:00:5e:10:00:02", addresses=["10.77.0.51"])
    made = plan([moved], after(a_session()), NOW_S)
    assert set(made.target.up) == {("02:00:5e:10:00:02", "10.77.0.51")}
    assert made.target.counters.keys() == {"u7", "d7"}


def test_a_table_made_anew_gets_all_that_was_known() -> None:
    known = after(a_session())
    known.counters["d7"] = 4711
    text = plan([a_session()], known, NOW_S, rules="rules\n").text
    assert text.startswith("rules\n")
    assert "add counter inet posko d7 { packets 0 bytes 4711 }" in text
    assert "delete" not in text


def test_a_table_made_anew_keeps_the_walled_garden(nft: Nft) -> None:
    """The resolver fills it when it learns an address, which may be hours later."""
    nft.apply(ruleset.ruleset(WIFI))
    nft.apply("add element inet posko garden4 { 203.0.113.9 }\n")
    nft.apply("add element inet posko garden6 { 2001:db8::9 }\n")
    nft.apply(plan([], held_by(nft), time.monotonic(), rules=ruleset.ruleset(WIFI)).text)
    assert held_by(nft).garden == {"203.0.113.9", "2001:db8::9"}


def test_a_session_without_an_address_has_its_counters_only() -> None:
    target = after(a_session(addresses=[]))
    assert not target.up
    assert target.counters.keys() == {"u7", "d7"}


@dataclass
class Step:
    """What happens: time passes, sessions are wanted, somebody meddles."""

    pause_s: float
    wanted: list[Wanted]
    moved: dict[int, int]
    is_flushed: bool
    lost: int


MACS = [f"02:00:5e:10:00:0{number}" for number in range(4)]
ADDRESSES = ["10.77.0.50", "10.77.0.51", "fd00:77::50", "fd00:77::51", "fd00:77::52"]


@st.composite
def steps(draw: st.DrawFn) -> Step:
    """Each address has one owner, each slot one session."""
    slots = draw(st.lists(st.integers(1, 6), unique=True, max_size=4))
    owners = draw(st.lists(st.sampled_from([*slots, None]), min_size=5, max_size=5))
    macs = draw(st.permutations(MACS))
    wanted = [
        a_session(
            slot=slot,
            mac=mac,
            addresses=[a for a, owner in zip(ADDRESSES, owners, strict=True) if owner == slot],
            ends_at_s=draw(st.floats(0.5, 50)),
            limit_bytes=draw(st.sampled_from([None, 1000, 2000])),
        )
        for slot, mac in zip(slots, macs, strict=False)
    ]
    return Step(
        pause_s=draw(st.floats(0, 20)),
        wanted=wanted,
        moved=draw(st.dictionaries(st.integers(1, 6), st.integers(1, 900), max_size=3)),
        is_flushed=draw(st.booleans()),
        lost=draw(st.integers(0, 4)),
    )


def meddle(held: Kernel, how_many: int) -> None:
    """Take away what one can take away by hand: elements and ties."""
    for _ in range(how_many):
        for place in (held.up, held.ties, held.down):
            if place:
                place.pop(min(place))
                break


def check(held: Kernel, wanted: list[Wanted], now_s: float) -> None:
    """The kernel lets the wanted sessions through and no other."""
    expected = {(one.mac, address): one for one in wanted for address in one.addresses}
    assert held.up.keys() == expected.keys()
    for key, session in expected.items():
        up, down = held.up[key], held.down[key[1:]]
        assert up.slot == down.slot == session.slot
        assert up.ends_at_s <= max(session.ends_at_s + TOLERANCE_S, now_s + 1)
        assert 1.9 <= down.ends_at_s - up.ends_at_s <= 5.1
    for key, element in held.down.items():
        assert key in {up[1:] for up in held.up} or element.ends_at_s <= now_s + LINGER_S
    for one in wanted:
        assert {f"u{one.slot}", f"d{one.slot}"} <= held.counters.keys()
        assert (f"q{one.slot}" in held.quotas) == (one.limit_bytes is not None)


@settings(max_examples=150, deadline=None)
@given(st.lists(steps(), max_size=8))
def test_from_any_state_one_transaction_converges(happened: list[Step]) -> None:
    kernel = KernelModel()
    for step in happened:
        kernel.now_s += step.pause_s
        for slot, size in step.moved.items():
            kernel.count(slot, size)
        meddle(kernel.held(), step.lost)
        known = copy.deepcopy(kernel.held())
        if step.is_flushed:
            kernel.flush()
        wanted = [replace(w, ends_at_s=kernel.now_s + w.ends_at_s) for w in step.wanted]
        made = plan(wanted, known, kernel.now_s, rules="rules\n" if step.is_flushed else "")
        kernel.apply(made.text)
        check(kernel.held(), wanted, kernel.now_s)
        assert plan(wanted, kernel.held(), kernel.now_s).text == ""
        assert kernel.held().counters == made.target.counters
        assert kernel.held().quotas == made.target.quotas
        assert made.marks_to_flush == known.slots() - kernel.held().slots()


def test_an_element_that_expires_between_look_and_plan_does_no_harm() -> None:
    kernel = KernelModel()
    kernel.apply(plan([a_session(ends_at_s=NOW_S + 2)], kernel.held(), NOW_S).text)
    known = copy.deepcopy(kernel.held())
    kernel.now_s += 4
    kernel.apply(plan([], known, NOW_S + 1).text)
    assert not kernel.held().up


@pytest.mark.slow
def test_the_real_kernel_agrees(nft: Nft) -> None:
    """Times are apart by more than the kernel rounds. What lingers may be over at any moment."""
    nft.apply(ruleset.ruleset(WIFI))
    start_s = time.monotonic()

    @settings(max_examples=60, deadline=None)
    @given(steps())
    def converges(step: Step) -> None:
        now_s = time.monotonic()
        wanted = [replace(w, ends_at_s=start_s + 100 * int(1 + w.ends_at_s)) for w in step.wanted]
        known = held_by(nft)
        made: Plan = plan(wanted, known, now_s, rules=ruleset.ruleset(WIFI) * step.is_flushed)
        nft.apply(made.text)
        held, later_s = held_by(nft), time.monotonic()
        check(held, wanted, later_s)
        assert "add" not in plan(wanted, held_by(nft, later_s), later_s).text
        assert held.counters == made.target.counters

    converges()


def test_what_the_kernel_lists_is_read_as_it_was_written(nft: Nft) -> None:
    nft.apply(ruleset.ruleset(WIFI))
    addresses = ["10.77.0.50", "fd00:77::50"]
    nft.apply(plan([a_session(addresses=addresses, up_bytes=5)], Kernel(), NOW_S).text)
    held = parse(nft.table(ruleset.TABLE) or b"", NOW_S)
    assert held.version == ruleset.version(WIFI)
    assert held.up.keys() == {(MAC, one) for one in addresses}
    assert held.down["10.77.0.50",] == Element(7, pytest.approx(NOW_S + 3603, abs=30))
    assert held.usage(7) == (5, 0)
    assert held.quotas == {"q7": Quota(300_000_000, 5)}
