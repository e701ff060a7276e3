"""What the city wants of the box's settings, in force: from the database to the file all read.

A new revision is on trial until the city was heard some time after it came into force; if it is not
heard in time, the revision before comes back, and this one is never taken again.
"""

import logging
import sqlite3
from collections.abc import Callable, Collection
from dataclasses import replace
from pathlib import Path

from appliance.domain.city import pushed_settings
from appliance.domain.city.pushed_settings import TABLE, Layer
from appliance.domain.errors import BadInput
from appliance.runtime import city_layer
from appliance.runtime.city_layer import NONE, CityLayer
from appliance.store.city import city_tables

log = logging.getLogger(__name__)

TRIAL_S = 15 * 60.0
SETTLE_S = 60.0
"""What is heard of the city so soon after a change does not show yet that all is well."""
Check = Callable[[Layer], None]
"""Raises BadInput for a layer with which the settings of this box would be wrong."""


class SettingsKeeper:
    """Turned by the agent; `monotonic_s` in all methods."""

    def __init__(
        self, db: sqlite3.Connection, store: Path, check: Check, keep: Collection[str] = ()
    ) -> None:
        self._db, self._store, self._check, self._keep = db, store, check, keep
        self._trial_since_s: float | None = None
        self._heard_at_s = float("-inf")

    def accept(self, layer: Layer) -> None:
        """Whether a layer may come into force; raises BadInput with the reason."""
        self._check(layer)

    def heard(self, now_s: float) -> None:
        """The city has spoken to this run."""
        self._heard_at_s = now_s

    def look(self, now_s: float) -> dict[str, str]:
        """Bring into force what the city has published last, confirm it or take it back; return
        the gauges."""
        layer = city_layer.read(self._store)
        changed = self._next(layer, now_s)
        try:
            if changed is not layer:
                city_layer.write(self._store, changed)
                log.info("settings revision=%s refused=%s", changed.revision, changed.refused)
        except OSError as error:
            return self._gauges(layer) | {"settings_problem": f"not written: {error.strerror}"}
        return self._gauges(changed)

    def _next(self, layer: CityLayer, now_s: float) -> CityLayer:
        version = city_tables.versions(self._db).get(TABLE, 0)
        if version > max(layer.revision, layer.refused):
            self._trial_since_s = now_s
            return CityLayer(
                revision=version,
                values=pushed_settings.parse(city_tables.rows(self._db, TABLE)),
                is_confirmed=False,
                before=replace(layer, before=None) if layer.is_confirmed else layer.before,
            )
        if layer.is_confirmed:
            return layer
        if self._trial_since_s is None:
            self._trial_since_s = now_s
        if self._heard_at_s >= self._trial_since_s + SETTLE_S:
            return replace(layer, is_confirmed=True, before=None)
        if now_s >= self._trial_since_s + TRIAL_S:
            return replace(layer.before or NONE, refused=layer.revision)
        return layer

    def _gauges(self, layer: CityLayer) -> dict[str, str]:
        return {
            "settings": str(layer.revision or ""),
            "settings_problem": self._problem(layer),
            "settings_kept": " ".join(sorted(self._keep)) if layer.values else "",
        }

    def _problem(self, layer: CityLayer) -> str:
        if layer.refused > layer.revision:
            return (
                f"revision {layer.refused} was taken back: the city was not heard for "
                f"{TRIAL_S // 60:.0f} minutes after it; publish it again"
            )
        try:
            self._check(layer.values)
        except BadInput as error:
            return f"revision {layer.revision} is not in force: {error}"
        return ""
