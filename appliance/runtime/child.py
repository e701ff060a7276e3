"""Running a short-lived child process: bounded in time and, if it is told so, in what it takes.

For work that a stranger's bytes or a stuck device may upset: whatever becomes of the child, the
caller goes on. Limits are set by `prlimit` of util-linux, so that they hold before the program
starts and for programs that are not ours.
"""

import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from typing import IO

_PRLIMIT = "/usr/bin/prlimit"
_ERRORS_MAX_BYTES = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a child may take; it is killed by the kernel beyond."""

    memory_bytes: int
    cpu_s: int
    output_bytes: int

    def before(self, command: Sequence[str]) -> list[str]:
        """The command that runs another one within these limits."""
        return [
            _PRLIMIT,
            f"--as={self.memory_bytes}",
            f"--cpu={self.cpu_s}",
            f"--fsize={self.output_bytes}",
            "--core=0",
            "--nofile=64",
            "--",
            *command,
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """What a child said, and how it ended: a negative status is the signal that killed it."""

    output: bytes
    errors: str
    status: int
    is_over_time: bool


def run(
    command: Sequence[str],
    *,
    limit_s: float,
    stdin: bytes = b"",
    limits: Limits | None = None,
) -> Ended:
    """Run a command to its end, at most `limit_s` long."""
    words = limits.before(command) if limits else list(command)
    with _memory_file() as output, _memory_file() as errors:
        with subprocess.Popen(  # noqa: S603 - callers name programs, no shell
            words, stdin=subprocess.PIPE, stdout=output, stderr=errors
        ) as child:
            try:
                child.communicate(stdin, timeout=limit_s)
                is_over_time = False
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
                is_over_time = True
        return Ended(
            output=_read(output),
            errors=_end(errors).decode("utf-8", "replace"),
            status=child.returncode,
            is_over_time=is_over_time,
        )


def _memory_file() -> IO[bytes]:
    """Not a pipe, so that `Limits.output_bytes` bounds it; not on a disk, which may be full."""
    return os.fdopen(os.memfd_create("child"), "w+b")


def _read(file: IO[bytes]) -> bytes:
    file.seek(0)
    return file.read()


def _end(file: IO[bytes]) -> bytes:
    file.seek(max(0, file.seek(0, os.SEEK_END) - _ERRORS_MAX_BYTES))
    return file.read()
