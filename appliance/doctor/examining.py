"""Runs the checks side by side, each within its own time, whatever one of them meets."""

import queue
import threading
import time
from collections.abc import Sequence

from appliance.doctor.case import Case
from appliance.doctor.checks import Check
from appliance.doctor.finding import Finding, fault, unseen
from appliance.runtime import refusal


def examine(case: Case, checks: Sequence[Check]) -> dict[str, list[Finding]]:
    """Every part's findings in the order of the table; without settings, what needs none."""
    due = [check for check in checks if case.settings or not check.needs_settings]
    done: queue.SimpleQueue[tuple[str, list[Finding]]] = queue.SimpleQueue()
    begun_s = time.monotonic()
    for check in due:
        # Daemons, since a thread that hangs in the kernel must not keep the command from ending.
        threading.Thread(target=_look, args=(check, case, done), daemon=True).start()
    found: dict[str, list[Finding]] = {}
    ends_s = {check.part: begun_s + check.limit_s for check in due}
    while len(found) < len(due):
        wait_s = min(ends_s[part] for part in ends_s if part not in found) - time.monotonic()
        try:
            part, findings = done.get(timeout=max(0.0, wait_s))
            found.setdefault(part, findings)
        except queue.Empty:
            for check in due:
                if check.part not in found and ends_s[check.part] <= time.monotonic():
                    found[check.part] = [_hanging(check)]
    return {check.part: found[check.part] for check in due}


def _look(check: Check, case: Case, done: "queue.SimpleQueue[tuple[str, list[Finding]]]") -> None:
    try:
        findings = list(check.run(case))
    except PermissionError as error:
        findings = [unseen(check.part, f"{error.filename or check.part} can be read")]
    except Exception as error:  # noqa: BLE001 - one check that fails must not hide the others
        findings = [_failed(check, error)]
    done.put((check.part, findings))


def _failed(check: Check, error: Exception) -> Finding:
    refused = refusal.of(error) if isinstance(error, OSError) else None
    if refused:
        found, _, what_next = str(refused).rpartition("; ")
        return fault(check.part, found, what_next)
    return fault(
        check.part,
        f"could not be looked at: {type(error).__name__}: {error}"[:300],
        "mend what it names; if nothing is wrong there, report this line",
    )


def _hanging(check: Check) -> Finding:
    return fault(
        check.part,
        f"no answer within {check.limit_s:.0f} s",
        f"a device or disk may hang: try `posko doctor --only {check.part}`, then restart the box",
    )
