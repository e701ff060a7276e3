"""The way to the Internet, and the link to the city. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from appliance.doctor.finding import Finding, fault, ok, warn

_LONG_AGO = timedelta(days=1)
_A_WHILE_AGO = timedelta(hours=1)
"""A box that is well is answered more often than that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Uplink:
    """The interface to the Internet."""

    interface: str
    others: Sequence[str]
    exists: bool
    has_carrier: bool = False
    addresses: Sequence[str] = ()
    gateway: str = ""
    gateway_answers: bool | None = None
    resolvers: Sequence[str] = ()
    is_online: bool = False


def uplink(seen: Uplink) -> Iterator[Finding]:
    """From the plug outwards; what lies behind the first trouble is not told."""
    what = f"uplink {seen.interface}"
    if not seen.exists:
        yield fault(
            what,
            f"there is no such interface; there are: {', '.join(seen.others) or 'none'}",
            "set [wifi] wan to the one the office's router is plugged into",
        )
    elif not seen.has_carrier:
        yield fault(what, "no carrier", "plug the cable in at both ends; is the router on?")
    elif not seen.addresses:
        yield fault(
            what,
            "no address",
            "the router gives none by DHCP: restart it, or set [network] wan_ipv4 and wan_gateway",
        )
    else:
        yield ok(what, f"plugged in, {', '.join(seen.addresses)}")
    if seen.exists and seen.has_carrier and seen.addresses and not seen.gateway:
        yield fault(
            "gateway", "there is no default route", "set [network] wan_gateway, or mend the router"
        )
    elif seen.gateway and seen.gateway_answers is False and not seen.is_online:
        yield fault("gateway", f"{seen.gateway} does not answer", "restart the office's router")
    elif seen.gateway:
        yield ok("gateway", seen.gateway)
    asked = ", ".join(seen.resolvers) or "none"
    if seen.is_online:
        yield ok("Internet", f"names are answered ({asked})")
    else:
        yield fault(
            "Internet",
            f"no resolver answers (asked: {asked})",
            "restart the office's router and look at its line's lamp; if phones get out by it, set "
            "[wifi] resolvers to an address that answers",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class City:
    """The link, from this end: `trouble` is what a try to reach the broker met."""

    broker: str
    is_enrolled: bool
    has_tls: bool = False
    trouble: str = ""
    ends_soon: str = ""
    stated: Mapping[str, str]
    backlog: int | None = None
    """None: the database cannot be read."""
    acked_at: datetime | None = None


def city(seen: City, now: datetime) -> Iterator[Finding]:
    """Whether the city hears this box."""
    if not seen.is_enrolled:
        yield warn(
            "enrolment",
            f"this box trusts no city yet (broker {seen.broker}, no tls_ca)",
            "let the city make a code (posko-center fleet enrol SITE), then: posko enrol --city "
            "URL --code CODE",
        )
    else:
        yield ok("enrolment", f"with the city of {seen.broker}")
        yield _broker(seen)
    if seen.ends_soon:
        found, _, what_next = seen.ends_soon.partition("; ")
        yield warn("certificate", found, what_next)
    if seen.backlog is not None:
        yield _backlog(seen, seen.backlog, now)


def _broker(seen: City) -> Finding:
    if not seen.trouble:
        return ok("broker", f"{seen.broker} answers, {'TLS is good' if seen.has_tls else 'no TLS'}")
    code, _, words = seen.trouble.partition(": ")
    found, _, what_next = words.partition("; ")
    return fault("broker", f"{seen.broker}: {code}: {found}", what_next or "posko enrol again")


def _backlog(seen: City, backlog: int, now: datetime) -> Finding:
    link, reason = seen.stated.get("link", ""), seen.stated.get("link_reason", "")
    last = f"last acknowledged {seen.acked_at:%Y-%m-%d %H:%M} UTC" if seen.acked_at else ""
    told = "; ".join(
        part for part in (f"{backlog} events wait" if backlog else "nothing waits", last) if part
    )
    if link == "up" and not backlog:
        return ok("link", f"up, {told}")
    is_old = seen.acked_at is None or now - seen.acked_at > _LONG_AGO
    if backlog and is_old and link != "up":
        return fault(
            "link",
            f"{link or 'never up'}, {told}",
            reason.partition("; ")[2] or reason or "systemctl restart posko-sync; see its log",
        )
    if link == "up" and (seen.acked_at is None or now - seen.acked_at > _A_WHILE_AGO):
        answers = fault if seen.acked_at and is_old else warn
        return answers(
            "link",
            f"up, and the city does not answer: {told}",
            "in the city: does posko-center run, and may this box's login write and read its own "
            "topics (deploy/README.md)? See posko-center status",
        )
    if backlog:
        return warn("link", f"{link or 'never up'}, {told}", reason or "wait; it sends by itself")
    if link:
        return warn("link", f"{link}, {told}", reason or "see: journalctl -u posko-sync")
    return warn("link", f"never up, {told}", "systemctl start posko-sync")
