"""Starting the watch over a trial so that it outlives whoever started it, and a lost connection."""

import subprocess
import sys
from pathlib import Path

from firmware_config.applying import Box

WATCH_UNIT = "posko-firmware-watch"
_SYSTEMD = Path("/run/systemd/system")


def start_watch(box: Box, config: Path) -> None:
    """As a transient unit, restarted if it dies; without systemd as a process in its own session.

    After a power cut the unit that runs `posko-firmware watch` at boot goes on.
    """
    command = [sys.executable, "-m", "firmware_config", "--config", str(config)]
    command += ["--root", str(box.root), "watch"]
    if _SYSTEMD.exists() and box.is_running:
        unit = ["systemd-run", "--quiet", "--collect", f"--unit={WATCH_UNIT}"]
        again = ["--property=Restart=on-failure", "--property=RestartSec=2", "--"]
        subprocess.run([*unit, *again, *command], check=True)  # noqa: S603 - our own program
        return
    with (box.state / "watch.log").open("ab") as log:
        subprocess.Popen(  # noqa: S603 - our own; nobody's child once apply has ended
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
        )
