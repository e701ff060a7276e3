"""Logging to stderr: one line per thing that matters, and nobody's data in clear."""

import logging
import sys
from dataclasses import dataclass

TRAFFIC = 5
"""Level below DEBUG for raw bytes of a serial line."""


@dataclass(frozen=True, slots=True)
class Masked:
    """A personal value in a log line: shown by its first and last characters only."""

    value: str

    def __str__(self) -> str:
        if len(self.value) <= 6:
            return "***"
        return f"{self.value[:3]}***{self.value[-2:]}"


def configure(process: str, level: str) -> None:
    """Send this process's log lines to stderr; journald adds the time on the box."""
    logging.addLevelName(TRAFFIC, "TRAFFIC")
    logging.getLogger("alembic").setLevel(logging.WARNING)
    logging.basicConfig(
        stream=sys.stderr,
        level=level,
        format=f"%(asctime)s {process} %(levelname)s %(message)s",
        datefmt="%H:%M:%S",
    )
