"""Starts the simulated modem as a process of its own, for tests and the demo."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.sim.control import ModemControl

_ROOT = Path(__file__).parents[2]


@contextmanager
def running_modem(folder: Path, *options: str) -> Iterator[ModemControl]:
    """Run a modem whose device is `folder/modem` until the block ends."""
    control = folder / "modem.sock"
    command = [sys.executable, "-m", "tests.sim.modem_pty"]
    command += ["--link", str(folder / "modem"), "--control", str(control), *options]
    with subprocess.Popen(command, cwd=_ROOT) as process:
        try:
            modem = ModemControl(control)
            modem.wait_until_up()
            yield modem
        finally:
            process.terminate()
