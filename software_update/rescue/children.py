"""Running other programs: bounded in time, and as the owner of the database where it is read."""

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path


def run_as(
    command: Sequence[str], owner_of: Path | None = None, *, timeout_s: float = 60.0
) -> "subprocess.CompletedProcess[str]":
    """Run a program and take what it says; raises OSError, TimeoutExpired."""
    user = group = None
    if owner_of is not None and os.geteuid() == 0:
        owner = owner_of.stat()
        user, group = owner.st_uid, owner.st_gid
    return subprocess.run(  # noqa: S603 - Debian's and our own
        command,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=timeout_s,
        check=False,
        user=user,
        group=group,
        extra_groups=None if group is None else [group],
    )


def answer(command: Sequence[str], owner_of: Path | None = None, *, timeout_s: float = 60.0) -> str:
    """What a program says; nothing if it fails."""
    try:
        done = run_as(command, owner_of, timeout_s=timeout_s)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.rstrip("\n") if done.returncode == 0 else ""
