"""What is wrong now: told once when it begins and once when it is over."""

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from appliance.domain.errors import PoskoError

log = logging.getLogger(__name__)


class Problems:
    """By topic, in the words of the error."""

    def __init__(self) -> None:
        self._words: dict[str, str] = {}

    def __contains__(self, topic: str) -> bool:
        return topic in self._words

    def __str__(self) -> str:
        return "; ".join(f"{topic}: {words}" for topic, words in sorted(self._words.items()))

    @contextmanager
    def guard(self, topic: str) -> Iterator[None]:
        """Note how the block fails, or that it works again; what is expected to fail goes on."""
        try:
            yield
        except (OSError, sqlite3.Error, PoskoError) as error:
            if topic not in self._words:
                log.error("%s does not work problem=%s", topic, error)
            self._words[topic] = str(error)
        else:
            if self._words.pop(topic, ""):
                log.warning("%s works again", topic)
