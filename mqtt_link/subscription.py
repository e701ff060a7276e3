"""What we want to read, and what the broker has said to it; no I/O.

A refusal (SUBACK 0x80) need not be the last word: an ACL is corrected, a cluster elects its leader.
So what is refused, or not answered, is asked for again while the connection lives.
"""

from collections.abc import Mapping, Sequence

from mqtt_link.backoff import ask_again_s


class Subscription:
    """The topic filters of one connection; times are monotonic seconds."""

    def __init__(self, filters: Sequence[str]) -> None:
        self._missing = list(filters)
        self._due_s = float("inf")
        self._refusals = 0
        self.is_answered = False
        """Whether the broker has said anything to our filters, be it no."""

    @property
    def refused(self) -> list[str]:
        """The filters that the broker's latest answer refused."""
        return self._missing if self._refusals else []

    def is_due(self, now_s: float) -> bool:
        """Whether it is time to ask again."""
        return now_s >= self._due_s

    def ask(self, now_s: float, chance: float) -> list[str]:
        """The filters to ask for now; `chance` is uniform in [0, 1)."""
        self._due_s = now_s + ask_again_s(self._refusals, chance)
        return list(self._missing)

    def answer(self, is_granted: Mapping[str, bool]) -> None:
        """The broker's answer to one asking."""
        self.is_answered = True
        self._missing = [wanted for wanted in self._missing if not is_granted.get(wanted)]
        self._refusals = self._refusals + 1 if self._missing else 0
        if not self._missing:
            self._due_s = float("inf")
