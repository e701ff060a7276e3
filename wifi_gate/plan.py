"""From the sessions that are wanted and what the kernel holds to one nftables transaction. Pure.

What the kernel should hold is worked out first (`_target`), then the way there (`_difference`).
Nothing is remembered between two plans: a plan after its own success is empty.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from wifi_gate.kernel import Element, Kernel, Key, Quota
from wifi_gate.ruleset import TABLE

LINGER_S = 3
"""The way down outlives the way up by so much, so that a live TCP connection is reset by what the
device still sends, and does not hang."""
TOLERANCE_S = 2
"""The kernel tells whole seconds; elements this near to the wanted time are left alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A session to let through until `ends_at_s`; the bytes count where the kernel has none."""

    slot: int
    mac: str
    addresses: Sequence[str]
    ends_at_s: float
    limit_bytes: int | None
    up_bytes: int
    down_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """`text` for nft, empty if all is well; whose connections to flush once it is in force."""

    text: str
    target: Kernel
    marks_to_flush: set[int]
    """Of sessions that are gone: their connections with the Internet."""
    sources_to_flush: set[str]
    """Of addresses let through now: their connections led to the portal."""


def plan(wanted: Sequence[Wanted], known: Kernel, now_s: float, *, rules: str = "") -> Plan:
    """Plan the way from the kernel as known to the sessions wanted.

    With `rules` the table is made anew from them in the same transaction, and what was known is
    put into it, with exact times.
    """
    held = Kernel() if rules else known
    target = _target(wanted, replace(known, up=held.up), now_s)
    lines = list(_difference(held, target, now_s))
    return Plan(
        text=rules + "".join(f"{line}\n" for line in lines),
        target=target,
        marks_to_flush=known.slots() - target.slots(),
        sources_to_flush={key[-1] for key in target.up.keys() - known.up.keys()},
    )


def class_of(slot: int) -> str:
    """The class of the traffic shaper for a session: on the zone's side and on the Internet's."""
    return f"1:{slot:x}"


def _target(wanted: Sequence[Wanted], known: Kernel, now_s: float) -> Kernel:
    target = Kernel(version=known.version, garden=known.garden)
    for session in wanted:
        _let_through(target, session, known, now_s)
    for key, element in known.down.items():
        ends_at_s = min(element.ends_at_s, now_s + LINGER_S)
        if key not in target.down and ends_at_s >= now_s:
            target.down[key] = Element(element.slot, ends_at_s)
    lingering = {one.slot for one in target.down.values()} - {one.slot for one in wanted}
    for slot in lingering:
        _keep_objects(target, slot, known)
    return target


def _let_through(target: Kernel, session: Wanted, known: Kernel, now_s: float) -> None:
    slot = session.slot
    if session.ends_at_s <= now_s:
        _keep_objects(target, slot, known)
        return
    for address in session.addresses:
        up, down = (session.mac, address), (address,)
        held = known.up.get(up), known.down.get(down)
        target.up[up], target.down[down] = _ways(*held, slot, session.ends_at_s)
    target.counters[f"u{slot}"] = known.counters.get(f"u{slot}", session.up_bytes)
    target.counters[f"d{slot}"] = known.counters.get(f"d{slot}", session.down_bytes)
    target.ties["counter_up", slot] = f"u{slot}"
    target.ties["counter_down", slot] = f"d{slot}"
    target.ties["class_of", slot] = class_of(slot)
    if session.limit_bytes is not None:
        held_quota = known.quotas.get(f"q{slot}", Quota(0, session.up_bytes + session.down_bytes))
        target.quotas[f"q{slot}"] = Quota(session.limit_bytes, held_quota.used)
        target.ties["quota_of", slot] = f"q{slot}"


def _ways(
    up: Element | None, down: Element | None, slot: int, ends_at_s: float
) -> tuple[Element, Element]:
    """The elements held, if both are as they should be, else new ones."""
    wanted = Element(slot, ends_at_s), Element(slot, ends_at_s + LINGER_S)
    if up and down and _is_near(up, wanted[0]) and _is_near(down, wanted[1]):
        return up, down
    return wanted


def _is_near(held: Element, wanted: Element) -> bool:
    return held.slot == wanted.slot and abs(held.ends_at_s - wanted.ends_at_s) <= TOLERANCE_S


def _keep_objects(target: Kernel, slot: int, known: Kernel) -> None:
    for name in (f"u{slot}", f"d{slot}"):
        if name in known.counters:
            target.counters[name] = known.counters[name]
    if (name := f"q{slot}") in known.quotas:
        target.quotas[name] = known.quotas[name]
    target.ties.update({tie: name for tie, name in known.ties.items() if tie[1] == slot})


def _difference(held: Kernel, target: Kernel, now_s: float) -> Iterator[str]:
    """Ways up close first and open last; an object is tied after it is made, deleted untied."""
    yield from _closing("up", held.up, target.up)
    yield from _closing("down", held.down, target.down)
    swapped = {
        name for name, quota in held.quotas.items()
        if name not in target.quotas or target.quotas[name].limit != quota.limit
    }  # fmt: skip
    gone = swapped | (held.counters.keys() - target.counters.keys())
    untied = {
        tie for tie, name in held.ties.items() if target.ties.get(tie) != name or name in gone
    }
    yield from (f"delete element {TABLE} {name} {{ {slot} }}" for name, slot in sorted(untied))
    yield from (f"delete {_kind(name)} {TABLE} {name}" for name in sorted(gone))
    yield from _objects(held, target, swapped)
    for tie in sorted(target.ties.keys() - (held.ties.keys() - untied)):
        value = target.ties[tie]
        shown = value if tie[0] == "class_of" else f'"{value}"'
        yield f"add element {TABLE} {tie[0]} {{ {tie[1]} : {shown} }}"
    for address in sorted(target.garden - held.garden):
        yield f"add element {TABLE} garden{_family(address)} {{ {address} }}"
    yield from _opening("down", held.down, target.down, now_s)
    yield from _opening("up", held.up, target.up, now_s)


def _objects(held: Kernel, target: Kernel, swapped: set[str]) -> Iterator[str]:
    for name in sorted(target.counters.keys() - held.counters.keys()):
        yield f"add counter {TABLE} {name} {{ packets 0 bytes {target.counters[name]} }}"
    for name in sorted(target.quotas.keys() - (held.quotas.keys() - swapped)):
        quota = target.quotas[name]
        yield f"add quota {TABLE} {name} {{ over {quota.limit} bytes used {quota.used} bytes }}"


def _closing(way: str, held: dict[Key, Element], target: dict[Key, Element]) -> Iterator[str]:
    """Delete elements. One that has just expired cannot be deleted, so each is added before."""
    for key in _changed(held, target):
        name, shown = _place(way, key)
        yield f"add element {TABLE} {name} {{ {shown} timeout 1ms : {held[key].slot} }}"
        yield f"delete element {TABLE} {name} {{ {shown} }}"


def _opening(
    way: str, held: dict[Key, Element], target: dict[Key, Element], now_s: float
) -> Iterator[str]:
    """A new time needs a new element: kernels before 6.12 ignore that of one added again."""
    for key in _changed(target, held):
        name, shown = _place(way, key)
        timeout_ms = max(1, int((target[key].ends_at_s - now_s) * 1000))
        slot = target[key].slot
        yield f"add element {TABLE} {name} {{ {shown} timeout {timeout_ms}ms : {slot} }}"


def _changed(these: dict[Key, Element], those: dict[Key, Element]) -> Iterable[Key]:
    return sorted(
        key
        for key, element in these.items()
        if (other := those.get(key)) is not element and other != element
    )


def _place(way: str, key: Key) -> tuple[str, str]:
    return f"{way}{_family(key[-1])}", " . ".join(key)


def _family(address: str) -> int:
    return 6 if ":" in address else 4


def _kind(name: str) -> str:
    return "quota" if name.startswith("q") else "counter"
