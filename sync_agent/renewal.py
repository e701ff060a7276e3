"""The box's own certificate, renewed before it ends, as far as enrolment has made it.

Looked at once an hour. Whoever was given files by hand keeps them: those are the city's to replace.
"""

import logging
import sqlite3
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from appliance.actions.city import renewing
from appliance.domain.ids import SiteCode
from appliance.domain.moment import Moment
from appliance.runtime import credential
from appliance.runtime.credential import CredentialError
from mqtt_link import certificate
from mqtt_link.fault import WARN_BEFORE

log = logging.getLogger(__name__)

LOOK_EVERY_S = 3600.0
ASK_EVERY_S = 24 * 3600.0


class Renewal:
    """Called every half minute. `pair` is the file that the settings name for both, if for both."""

    def __init__(
        self,
        db: sqlite3.Connection,
        store: Path,
        site: SiteCode,
        pair: Path | None,
        *,
        now: Callable[[], Moment],
        monotonic_s: Callable[[], float],
    ) -> None:
        self._db, self._site, self._now, self._monotonic_s = db, site, now, monotonic_s
        self._own = credential.of_store(store)
        self._is_ours = pair == self._own.pair
        self._look_at_s = 0.0

    def __call__(self) -> None:
        """Ask the city if it is time."""
        if not self._is_ours or self._monotonic_s() < self._look_at_s:
            return
        self._look_at_s = self._monotonic_s() + LOOK_EVERY_S
        now = self._now()
        try:
            if self._ends_at() > now.wall + WARN_BEFORE:
                return
            renewing.ask(self._db, self._own.request(self._site.site), now)
        except (CredentialError, ValueError) as error:
            log.error("our certificate cannot be renewed: %s", error)
            return
        self._look_at_s = self._monotonic_s() + ASK_EVERY_S
        log.info("asked the city for a new certificate")

    def _ends_at(self) -> datetime:
        return certificate.validity(credential.certificate_of(self._own.pair)).ends
