"""Whether a message is the city's own and meant for this run of the agent; counts those refused.

With keys in `[sync] city_keys`, only what one of the trusted keys has signed for the topic is
taken, and only if it names this run's session: what was recorded earlier proves nothing. Without
keys everything is taken, and `posko status` says so.
"""

import logging
import sqlite3
from collections import Counter
from collections.abc import Sequence

from appliance.actions.city import trusting
from appliance.domain.city import signature

log = logging.getLogger(__name__)

CODES = ("unsigned", "signature")
_WHAT_TO_DO = {
    "unsigned": "without a signature: either the command center does not sign "
    "(center.signing_key), or somebody else writes at the broker",
    "signature": "signed by no trusted key: if the city has a new key, put the line of "
    "`posko-center signing-key show` into sync.city_keys; else somebody forges at the broker",
}


class Gatekeeper:
    """Opens what comes down; `configured` are the keys of the settings."""

    def __init__(self, db: sqlite3.Connection, session: str, configured: Sequence[str]) -> None:
        self._db, self._session = db, session
        self._configured = configured
        self._refused: Counter[str] = Counter()
        self._of_other_runs = 0
        self.read_keys()

    def read_keys(self) -> None:
        """Trust what the settings and the city's own commands now say."""
        self._keys = trusting.trusted(self._db, self._configured)

    @property
    def configured(self) -> Sequence[str]:
        """The keys of the settings."""
        return self._configured

    def open(self, topic: str, payload: bytes) -> tuple[bytes, str]:
        """The body, and the key that signed it (empty where none is asked for).

        Raises WireError `unsigned` or `signature`.
        """
        if not self._configured:
            return signature.unsigned(payload), ""
        return signature.verified(payload, topic, self._keys)

    def is_for_us(self, session: str | None) -> bool:
        """Whether a message answers this run; where keys are set, it must say so.

        Others are counted apart: after a restart the city may still answer the run before.
        """
        is_ours = session == self._session or (session is None and not self._configured)
        self._of_other_runs += not is_ours
        return is_ours

    def refuse(self, code: str) -> bool:
        """Count a refused message; True for the first of its kind, which is logged."""
        self._refused[code] += 1
        is_first = self._refused[code] == 1
        if is_first:
            log.error("message refused, %s", _WHAT_TO_DO[code])
        return is_first

    def gauges(self) -> dict[str, str]:
        """What `posko status` shows of the city's signature."""
        return {
            "city_signature": self._trust(),
            "refused": self._refusals(),
            "for_other_runs": str(self._of_other_runs),
        }

    def _trust(self) -> str:
        if not self._configured:
            return (
                "not checked: whoever writes at the broker can pose as the city; put the line of "
                "`posko-center signing-key show` into sync.city_keys"
            )
        words = "checked, trusted: " + (", ".join(map(signature.short, self._keys)) or "none")
        if dropped := trusting.dropped(self._db, self._configured):
            keys = ", ".join(map(signature.short, dropped))
            words += f"; sync.city_keys still names what the city has dropped: {keys}"
        return words

    def _refusals(self) -> str:
        return "; ".join(
            f"{self._refused[code]} {_WHAT_TO_DO[code]}" for code in CODES if self._refused[code]
        )
