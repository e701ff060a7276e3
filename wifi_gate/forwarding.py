"""Whether this machine passes packets on at all (sysctl); never before there are rules."""

from pathlib import Path

_SYSCTL = Path("/proc/sys/net")
_IPV4, _IPV6 = "ipv4/ip_forward", "ipv6/conf/all/forwarding"
_REFUSALS = ("ipv4/icmp_ratelimit", "ipv6/icmp/ratelimit")
"""How long a device waits for its next refusal, after the first six. A page has more hosts than
that, and a browser waits seconds for QUIC that is not refused; the limit of all devices together
(icmp_msgs_per_sec) stays."""

_CONNTRACK = "netfilter/nf_conntrack_tcp_timeout_time_wait"
_TIME_WAIT_S = "3"
"""How long a closed connection is kept in mind. Every probe is a connection of its own: with the
kernel's two minutes one device could fill the table for all."""


def turn_on(wan: str, *, has_ipv6: bool) -> None:
    """Pass packets on, refuse what is refused at once, and let the wan be a host in IPv6."""
    for name in _REFUSALS:
        _set(name, "0")
    _set(_CONNTRACK, _TIME_WAIT_S)
    if has_ipv6:
        _set(f"ipv6/conf/{wan}/accept_ra", "2")
        _set(_IPV6, "1")
    _set(_IPV4, "1")


def is_on(*, has_ipv6: bool) -> bool:
    """Whether packets are passed on still; other programs and people set that, too."""
    return all(
        (_SYSCTL / name).read_text(encoding="ascii").strip() != "0"
        for name in (_IPV4, _IPV6)[: 1 + has_ipv6]
        if (_SYSCTL / name).exists()
    )


def turn_off() -> None:
    """Pass nothing on."""
    for name in (_IPV4, _IPV6):
        _set(name, "0")


def _set(name: str, value: str) -> None:
    """Set a variable; a kernel without IPv6, or an interface that is not there, has none."""
    if (path := _SYSCTL / name).exists():
        path.write_text(value, encoding="ascii")
