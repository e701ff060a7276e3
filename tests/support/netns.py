"""A network of the test's own: the calling thread, and all it starts meanwhile, sees no other."""

import ctypes
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

from tests.support.programs import leave_out, needs

_NEW_NETWORK = 0x40000000
"""CLONE_NEWNET."""
_LIBC = ctypes.CDLL(None, use_errno=True)


@contextmanager
def a_network() -> Iterator[None]:
    """A network namespace that lasts as long as the block, with a loopback; needs root."""
    if os.geteuid() != 0:
        leave_out("network namespaces need root")
    home = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
    try:
        assert _LIBC.unshare(_NEW_NETWORK) == 0, os.strerror(ctypes.get_errno())
        ip("link set lo up")
        yield
    finally:
        assert _LIBC.setns(home, _NEW_NETWORK) == 0, os.strerror(ctypes.get_errno())
        os.close(home)


def ip(*commands: str) -> None:
    """Run lines of ip(8) in one go, e.g. `link set eth0 up`."""
    batch = [needs("ip"), "-batch", "-"]
    subprocess.run(batch, input="\n".join(commands), text=True, check=True)
