"""The SMS modems. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from appliance.doctor.finding import Finding, Level, fault, ok, warn

_LITTLE_RP = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Probed:
    """One requirement, as the modem itself has answered."""

    check: str
    level: Level
    found: str
    change: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Modem:
    """One modem: refused to us, held by its daemon, or looked over."""

    name: str
    device: str
    refusal: str = ""
    """Why its port cannot be opened, and what to do."""
    is_held: bool = False
    stated: Mapping[str, str]
    """What posko-modem last said of it."""
    probed: Sequence[Probed] = ()


def modem(seen: Modem) -> Iterator[Finding]:
    """Whether texts come and go by it."""
    if seen.is_held and seen.stated.get("state"):
        yield from _of_daemon(seen)
    elif seen.refusal:
        yield fault(seen.name, f"{seen.device} cannot be used", seen.refusal)
        return
    else:
        for probed in seen.probed:
            found = f"{probed.check}: {probed.found}"
            yield Finding(probed.level, seen.name, found, probed.change)
    yield from _account(seen)


def _of_daemon(seen: Modem) -> Iterator[Finding]:
    state, advice = seen.stated["state"], seen.stated.get("advice", "")
    signal = seen.stated.get("signal_dbm", "")
    told = f"posko-modem says {state}" + (f", signal {signal} dBm" if signal else "")
    if state == "ready":
        yield warn(seen.name, told, advice) if advice else ok(seen.name, told)
    elif state == "starting":
        yield warn(seen.name, told, "wait a minute and look again")
    else:
        yield fault(seen.name, told, advice or "see: journalctl -u posko-modem")


def _account(seen: Modem) -> Iterator[Finding]:
    left, until = seen.stated.get("balance_rp", ""), seen.stated.get("valid_until", "")
    if left.isdigit() and int(left) < _LITTLE_RP:
        yield warn(f"{seen.name} credit", f"Rp{left} left", "top the SIM up")
    elif left or until:
        yield ok(f"{seen.name} credit", f"Rp{left or '?'} left, valid until {until or '?'}")


def numbers(own: Sequence[str]) -> Finding:
    """Whether residents can be told where to write."""
    if own:
        return ok("SMS number", ", ".join(own))
    return warn(
        "SMS number",
        "not known, so slips and pages name none",
        'put the SIM\'s number into [modem] own_numbers, like ["+628123456789"]',
    )
