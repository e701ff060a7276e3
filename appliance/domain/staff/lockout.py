"""How long who has failed to log in must wait before the next try, at a desk and at the city. Pure.

Time is the boot's, never the wall clock's: a box without a battery for its clock boots in the past.
What was noted in an earlier boot happened before this one began, so that at least the time since
then has passed; a restart can lengthen a wait, but never shorten it.
"""

import hashlib
from dataclasses import dataclass, replace

from appliance.domain.moment import Moment


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """`free` failures cost nothing; from then on each doubles the wait."""

    free: int
    first_wait_s: int
    longest_wait_s: int
    forgotten_after_s: int
    """Since the last failure."""


OF_ACCOUNT = Rule(free=5, first_wait_s=30, longest_wait_s=15 * 60, forgotten_after_s=24 * 3600)
"""At most four guesses an hour in the long run, whoever makes them."""
OF_CLIENT = Rule(free=20, first_wait_s=30, longest_wait_s=15 * 60, forgotten_after_s=3600)
"""An address may be a counter at which many log in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failures:
    """How often in a row, and when last."""

    count: int
    boot_id: str
    mono_ms: int


@dataclass(frozen=True, slots=True)
class Wait:
    """Too many failures; nothing was looked at."""

    seconds: int


def wait_s(rule: Rule, failures: Failures | None, now: Moment) -> int:
    """Seconds until the next try is allowed; 0 if it is now."""
    if failures is None or failures.count < rule.free:
        return 0
    doublings = min(failures.count - rule.free, rule.longest_wait_s.bit_length())
    wait_ms = min(rule.first_wait_s << doublings, rule.longest_wait_s) * 1000
    return -(-max(0, wait_ms - _elapsed_ms(failures, now)) // 1000)


def failed(rule: Rule, before: Failures | None, now: Moment) -> Failures:
    """Count one more failure."""
    count = 0 if before is None or is_forgotten(rule, before, now) else before.count
    return Failures(count=count + 1, boot_id=now.boot_id, mono_ms=now.mono_ms)


def taken_back(failures: Failures | None) -> Failures | None:
    """Without one try that was none of somebody who guesses; None if none is left."""
    if failures is None or failures.count <= 1:
        return None
    return replace(failures, count=failures.count - 1)


def of_account(name: str) -> tuple[Rule, str]:
    """What is counted for a name, whether there is such an account or not; what was typed may be a
    password."""
    return OF_ACCOUNT, "account:" + hashlib.sha256(name.encode("utf-8", "replace")).hexdigest()


def of_client(client: str) -> tuple[Rule, str]:
    """What is counted for an address."""
    return OF_CLIENT, f"client:{client}"[:80]


def is_forgotten(rule: Rule, failures: Failures, now: Moment) -> bool:
    """Whether failures are so old that counting begins anew."""
    return _elapsed_ms(failures, now) >= rule.forgotten_after_s * 1000


def _elapsed_ms(failures: Failures, now: Moment) -> int:
    since_ms = failures.mono_ms if failures.boot_id == now.boot_id else 0
    return max(0, now.mono_ms - since_ms)
