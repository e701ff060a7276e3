"""What a box says is wrong, or is to be done, by its last words. Pure."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from appliance.domain.events.box import BoxHeartbeat

EMPTY_WHILE_WELL = ("problem", "advice", "settings_problem")
"""Gauges of any process."""
BACKUP_AT_MOST = timedelta(days=3)
"""Nights without a stick; both times are of the box's own clock."""


def of(beat: BoxHeartbeat | None) -> tuple[str, ...]:
    """One line each, for a technician; none where nothing is known."""
    return tuple(_found(beat)) if beat else ()


def _found(beat: BoxHeartbeat) -> Iterator[str]:
    for process, told in sorted(beat.gauges.items()):
        for name in EMPTY_WHILE_WELL:
            if told.get(name):
                yield f"{process}: {told[name]}"
    age = _age_of_backup(beat)
    if age is not None and age > BACKUP_AT_MOST:
        yield f"backup: the last is {age.days} days old"


def _age_of_backup(beat: BoxHeartbeat) -> timedelta | None:
    """How old the last good backup is; None where there was none, or nobody can tell."""
    try:
        last_at = datetime.fromisoformat(beat.gauges.get("backup", {}).get("last_at", ""))
        return beat.at - last_at
    except (ValueError, TypeError):
        return None
