"""The units as files, and how exposed systemd finds them."""

import re
import subprocess

from tests.support.programs import needs
from tests.support.repository import ROOT

SYSTEMD = ROOT / "systemd"
UNITS = SYSTEMD / "system"
THRESHOLD = 2.0
_EXPOSURE = re.compile(r"Overall exposure level for \S+: ([\d.]+)")


def text(unit: str) -> str:
    """A service with its drop-ins, in the order in which systemd reads them."""
    parts = [UNITS / f"{unit}.service", *sorted((UNITS / f"{unit}.service.d").glob("*.conf"))]
    return "\n".join(part.read_text() for part in parts)


def values(unit: str, key: str) -> list[str]:
    return re.findall(rf"(?m)^{key}=(.*)$", text(unit))


def exposure(unit: str) -> float:
    """As systemd computes it, without running anything."""
    done = subprocess.run(
        [
            needs("systemd-analyze"),
            *("security", "--offline=true", f"--threshold={THRESHOLD * 10:.0f}", "--no-pager"),
            str(UNITS / f"{unit}.service"),
        ],
        check=False,
        capture_output=True,
        text=True,
    )
    found = _EXPOSURE.search(done.stdout)
    assert found, done.stdout + done.stderr
    assert (done.returncode == 0) == (float(found[1]) <= THRESHOLD)
    return float(found[1])
