"""The receiving end towards one peer: questions out, chunks to disk, whole files checked."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from appliance.domain.blobs import ChunkPlace, Manifest
from blob_transfer import fetching
from blob_transfer.fetching import Fetch, Line, Question
from blob_transfer.folder import Folder

log = logging.getLogger(__name__)


class Settle(Protocol):
    """Commits how a fetch ended; afterwards the file is wanted no more."""

    def __call__(self, sha256: str, *, is_stored: bool) -> None: ...


@dataclass(frozen=True, slots=True)
class Chance:
    """Time and chance."""

    monotonic_s: Callable[[], float]
    jitter: Callable[[], float]


class Receiver:
    """Fetches files from one peer into a folder. One thread; the disk may refuse at any time."""

    def __init__(
        self,
        folder: Folder,
        put: Callable[[Question], None],
        settle: Settle,
        chance: Chance,
        *,
        leaves_bytes: int,
    ) -> None:
        """`put` sends a question; `leaves_bytes` of the disk are for others."""
        self._folder, self._put, self._settle = folder, put, settle
        self._chance, self._leaves_bytes = chance, leaves_bytes
        self._line = Line()
        self._trouble = ""

    @property
    def is_waiting(self) -> bool:
        """Whether a question is open, and not yet for too long."""
        question = self._line.question
        return question is not None and self._chance.monotonic_s() < question.deadline_s

    def connected(self) -> None:
        """The peer is there: ask at once."""
        self._line = fetching.connected(self._line)

    def wanting(self, wanted: Sequence[Manifest]) -> None:
        """Fetch exactly these; a file that is here already is settled by the next `work`."""
        known = {fetch.sha256 for fetch in self._line.fetches}
        self._line = fetching.wanting(
            self._line,
            [
                Fetch(
                    sha256=manifest.sha256,
                    size_bytes=manifest.size_bytes,
                    have_bytes=0 if manifest.sha256 in known else self._have(manifest),
                )
                for manifest in wanted
            ],
        )

    def arrived(self, place: ChunkPlace, data: bytes) -> bool:
        """Take a chunk; False if it is not (or no more) waited for, or the disk refuses it."""
        fetch = fetching.continued(self._line, place, len(data))
        if fetch is None:
            return False
        try:
            self._folder.append(fetch.sha256, place.offset, data)
        except OSError as error:
            self._say(f"the disk refuses a chunk: {error}")
            return False
        now_s = self._chance.monotonic_s()
        self._line = fetching.stored(self._line, fetch.sha256, len(data), now_s)
        return True

    def work(self) -> None:
        """Settle what is whole, then ask for what is missing."""
        if not self._line.fetches:
            return
        try:
            for fetch in self._line.fetches:
                if fetch.is_whole:
                    self._finish(fetch)
            if not self._line.fetches or not self._has_room():
                return
        except OSError as error:
            self._say(f"the disk refuses a file: {error}")
            return
        now_s, jitter = self._chance.monotonic_s(), self._chance.jitter()
        self._line, question = fetching.ask(self._line, now_s, jitter)
        if question is not None:
            self._put(question)

    def _finish(self, fetch: Fetch) -> None:
        if self._folder.finish(fetch.sha256):
            self._settle(fetch.sha256, is_stored=True)
            self._forget(fetch)
            return
        self._line, may_try = fetching.restarted(self._line, fetch.sha256)
        log.error("a file is not what its name says sha256=%s again=%s", fetch.sha256, may_try)
        if not may_try:
            self._settle(fetch.sha256, is_stored=False)
            self._forget(fetch)

    def _forget(self, fetch: Fetch) -> None:
        left = [other for other in self._line.fetches if other.sha256 != fetch.sha256]
        self._line = fetching.wanting(self._line, left)

    def _have(self, manifest: Manifest) -> int:
        if self._folder.has(manifest.sha256):
            return manifest.size_bytes
        return min(self._folder.partial_bytes(manifest.sha256), manifest.size_bytes)

    def _has_room(self) -> bool:
        missing = max(f.size_bytes - f.have_bytes for f in self._line.fetches)
        free = self._folder.free_bytes()
        if free - missing >= self._leaves_bytes:
            self._trouble = ""
            return True
        self._say(f"no room for a file: {free // 1024} kB are free beside {self._folder.path}")
        return False

    def _say(self, trouble: str) -> None:
        """Log a trouble when it begins, not at every turn."""
        if not self._trouble:
            log.error("%s; fetching goes on when there is room", trouble)
        self._trouble = trouble
