"""TCP ports of 127.0.0.1 that nobody uses."""

import random
import socket
from pathlib import Path

LOWEST = 10_000
EPHEMERAL = Path("/proc/sys/net/ipv4/ip_local_port_range")


def unused_ports(count: int) -> list[int]:
    """Ports that are all different and that no outgoing connection is given meanwhile.

    A port of the kernel's own range (which is what binding port 0 gives) may be somebody's
    client port a moment later, and the server it was meant for cannot listen.
    """
    first_ephemeral = int(EPHEMERAL.read_text().split()[0])
    candidates = random.SystemRandom().sample(range(LOWEST, first_ephemeral), 50 * count)
    free = (port for port in candidates if _is_free(port))
    return [next(free) for _ in range(count)]


def _is_free(port: int) -> bool:
    try:
        socket.create_server(("127.0.0.1", port)).close()
    except OSError:
        return False
    return True
