"""Whether the box is the only one that has its addresses. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from appliance.doctor.finding import Finding, fault, ok


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """An address of the box, and which other devices say that it is theirs."""

    interface: str
    address: str
    setting: str
    """What gives the box another."""
    others: tuple[str, ...] = ()


def addresses(seen: Iterable[Held]) -> Iterator[Finding]:
    """Two devices with one address take each other's packets in turns."""
    for one in seen:
        what = f"address {one.address}"
        if one.others:
            yield fault(
                what,
                f"{', '.join(one.others)} at {one.interface} has it too: now one is reached, now "
                "the other",
                "find that device (the router's list names it by this MAC) and let it take its "
                f"address by DHCP; or give the box another: {one.setting}",
            )
        else:
            yield ok(what, f"nobody else at {one.interface} has it")
