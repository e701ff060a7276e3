"""How much memory a process holds, shared pages by its share of them (proc(5), PSS)."""

import re
from pathlib import Path


def pss_kib(pid: int) -> int:
    """What it holds now; daemons share pages, so that these may be added."""
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
    [kib] = re.findall(r"^Pss:\s+(\d+) kB", rollup, re.MULTILINE)
    return int(kib)


def peak_mib() -> float:
    """The most that this process has held since its program began (proc(5), VmHWM)."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    [kib] = re.findall(r"^VmHWM:\s+(\d+) kB", status, re.MULTILINE)
    return int(kib) / 1024
