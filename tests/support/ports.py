"""TCP ports of 127.0.0.1 that nobody uses."""

import socket


def unused_ports(count: int) -> list[int]:
    """Ports that are all different; nothing keeps others from taking them meanwhile."""
    probes = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [probe.getsockname()[1] for probe in probes]
    for probe in probes:
        probe.close()
    return ports
