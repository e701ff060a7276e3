"""The credentials in force: the newest in the files that can be used.

Raises two alarms: `files` while they cannot be used, `expiry` when a certificate will soon end.
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime

from mqtt_link import access, fault
from mqtt_link.access import Access, AccessError, Credentials

LOOK_EVERY_S = 10.0


class Keyring:
    """Reads the files for each connection and notices when they change under a living one."""

    def __init__(self, where: Access, alarm: Callable[[str, str], None]) -> None:
        """`alarm` takes a name and words, which are empty when all is well."""
        self._where = where
        self._alarm = alarm
        self._credentials: Credentials | None = None
        self._seen = b""
        self._look_at_s = 0.0

    def take(self) -> Credentials:
        """What to connect with: broken files leave the last good ones in use.

        Raises AccessError where there never were any.
        """
        self._look_again()
        try:
            return self._read()
        except AccessError as error:
            if self._credentials is None:
                raise
            self._keep_old(error)
            return self._credentials

    def has_new(self) -> bool:
        """Whether the files hold other credentials than those taken, and usable ones."""
        if time.monotonic() < self._look_at_s:
            return False
        if not self._look_again():
            self._watch_dates()
            return False
        try:
            self._read()
        except AccessError as error:
            self._keep_old(error)
            return False
        return True

    def _read(self) -> Credentials:
        self._credentials = access.load(self._where, datetime.now(UTC))
        self._alarm("files", "")
        self._watch_dates()
        return self._credentials

    def _keep_old(self, error: AccessError) -> None:
        self._alarm("files", f"{error}; the old ones stay in use")

    def _watch_dates(self) -> None:
        if self._credentials:
            self._alarm("expiry", fault.of_ends(self._credentials.ends, datetime.now(UTC)))

    def _look_again(self) -> bool:
        self._look_at_s = time.monotonic() + LOOK_EVERY_S
        before, self._seen = self._seen, access.fingerprint(self._where)
        return before != self._seen
