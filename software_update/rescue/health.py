"""Whether the release that runs now does what the one before did."""

import http.client
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from .children import answer
from .machine import Update

SYSTEMCTL = ("/usr/bin/systemctl",)
STATUS = ("/usr/bin/posko", "status", "--json")
_ANSWER_S = 10.0
_SHOWN = "--property=Id,LoadState,ActiveState,NRestarts,Result"
_BROKEN = 500


class Health:
    """What is missing; remembers how often each unit was started anew."""

    def __init__(
        self,
        update: Update,
        *,
        systemctl: Sequence[str] = SYSTEMCTL,
        status: Sequence[str] = STATUS,
    ) -> None:
        self._update, self._systemctl, self._status = update, systemctl, status
        self._restarts: dict[str, str] = {}

    def lost(self) -> frozenset[str]:
        """Units that are not active or were started anew since the last call, the portal, the
        database, the city.
        """
        found = self._lost_units()
        if self._update.portal and not _answers(self._update.portal):
            found.add("portal")
        return frozenset(found | self._lost_inside())

    def _lost_units(self) -> set[str]:
        lost = set()
        for state in shown(self._systemctl, self._update.units):
            if state.get("LoadState") == "not-found":  # the release has no such unit any more
                continue
            name, restarts = state.get("Id", "systemd"), state.get("NRestarts", "")
            is_anew = self._restarts.get(name, restarts) != restarts
            self._restarts[name] = restarts
            if state.get("Result") == "exec-condition":  # a browser whose screen was switched off
                continue
            if state.get("ActiveState") != "active" or is_anew:
                lost.add(name)
        return lost

    def _lost_inside(self) -> set[str]:
        if not self._update.database:
            return set()
        facts = asked(self._status, Path(self._update.database))
        if facts is None:
            return {"database"}
        before = self._update.acked_at
        return {"city"} if before and facts.get("acked_at") == before else set()


def shown(systemctl: Sequence[str], units: Sequence[str]) -> list[dict[str, str]]:
    """What systemd knows of units."""
    if not units:
        return []
    blocks = answer([*systemctl, "show", _SHOWN, *units]).split("\n\n")
    return [dict(line.split("=", 1) for line in b.splitlines() if "=" in line) for b in blocks]


def active_units(systemctl: Sequence[str]) -> tuple[str, ...]:
    """The units of the box that run now."""
    wanted = answer([*systemctl, "show", "--property=Wants", "--value", "posko.target"]).split()
    units = sorted(name for name in wanted if name.endswith(".service"))
    return tuple(s["Id"] for s in shown(systemctl, units) if s.get("ActiveState") == "active")


def asked(status: Sequence[str], database: Path) -> Mapping[str, Any] | None:
    """What `posko status` says, run as the owner of the database; nothing if it can't."""
    try:
        facts = json.loads(answer(status, database))
    except ValueError:
        return None
    return facts if isinstance(facts, dict) else None


def _answers(listen: str) -> bool:
    host, _, port = listen.rpartition(":")
    line = http.client.HTTPConnection(host.strip("[]"), int(port), timeout=_ANSWER_S)
    try:
        line.request("GET", "/")
        return line.getresponse().status < _BROKEN
    except (OSError, http.client.HTTPException):
        return False
    finally:
        line.close()
