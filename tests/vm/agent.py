"""Runs in the machine: calls methods of a `World` for a test outside, over a port of virtio.

`python -m tests.vm.agent PORT`. A call names an object, a method, and its arguments; the answer
is what it returned or raised.
"""

import os
import socket
import sys
import traceback

from tests.vm.calls import Raised, receive, send
from tests.vm.world import World


def main(port: str) -> None:
    """Make the world, tell systemd, and answer calls for ever."""
    world = World()
    if address := os.environ.get("NOTIFY_SOCKET"):
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notify:
            notify.sendto(b"READY=1", address)
    with open(port, "r+b", buffering=0) as line:  # noqa: PTH123
        while True:
            send(line, _answered(world, receive(line)))


def _answered(world: World, call: tuple[str, str, tuple, dict]) -> tuple[bool, object]:
    name, method, arguments, options = call
    try:
        return True, getattr(world.object(name), method)(*arguments, **options)
    except Exception:  # noqa: BLE001 - told to whoever called
        return False, Raised(traceback.format_exc())


if __name__ == "__main__":
    main(sys.argv[1])
