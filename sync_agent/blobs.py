"""Large files at the box: answers what the city asks of photos, fetches documents from the city.

Which photos wait and which documents are wanted stands in the database; here is only what was asked
last. A question that is not answered now is asked again by whoever needs the answer.
"""

import logging
import random
import sqlite3
from collections.abc import Callable
from typing import Protocol

from appliance.actions.box import software as software_actions
from appliance.actions.cases import photos as photo_actions
from appliance.actions.public import documents as document_actions
from appliance.domain.blobs import ChunkPlace, short_name
from appliance.domain.city import wire
from appliance.domain.city.topics import Leaf
from appliance.domain.moment import Moment
from appliance.store import blob_files
from appliance.store.box import software
from appliance.store.cases import photos
from appliance.store.public import documents
from blob_transfer.fetching import Question
from blob_transfer.receiver import Chance, Receiver
from sync_agent.blob_sender import allowed_bytes
from sync_agent.link_machine import Link

log = logging.getLogger(__name__)

FETCHED_ABOVE_FREE_BYTES = photo_actions.TAKEN_ABOVE_FREE_BYTES
"""Documents are fetched only while this much of the disk stays free."""


ANSWER_AGAIN_S = 2.0
"""Who asks the same again sooner has crossed with our answer."""


class Publish(Protocol):
    """The link's way to send."""

    def __call__(
        self, leaf: Leaf, payload: bytes, *, qos: int, chunk: ChunkPlace | None = None
    ) -> None: ...


class Blobs:
    """Runs in the agent's thread."""

    def __init__(
        self,
        db: sqlite3.Connection,
        publish: Publish,
        *,
        now: Callable[[], Moment],
        monotonic_s: Callable[[], float],
    ) -> None:
        self._db, self._publish, self._now = db, publish, now
        self._folder = blob_files.of(db)
        self._monotonic_s = monotonic_s
        self._question: wire.Want | None = None
        self._answered: tuple[wire.Want, float] | None = None
        self._has_news = False
        self._receiver = Receiver(
            self._folder,
            self._ask,
            self._fetched,
            Chance(monotonic_s, lambda: random.uniform(0.8, 1.2)),  # noqa: S311
            leaves_bytes=FETCHED_ABOVE_FREE_BYTES,
        )
        self.look()

    def link_up(self) -> None:
        """The broker has accepted us; what the city asked before, it asks again."""
        self._question, self._answered = None, None
        self._receiver.connected()

    def look(self) -> None:
        """Read which documents are wanted, and which release."""
        wanted = [document.file for document in documents.in_state(self._db, "wanted")]
        offer = software.offered(self._db)
        if offer and offer.state == "wanted":
            wanted.insert(0, offer.file)  # the last to be fetched
        self._receiver.wanting(wanted[::-1])

    def asked(self, question: wire.Want) -> None:
        """The city asks for a chunk; it gets the answer to its latest question.

        A question that was answered just now, and whose answer is on its way, is left alone.
        """
        if self._answered is not None:
            answered, at_s = self._answered
            is_same = (answered.sha256, answered.first) == (question.sha256, question.first)
            if is_same and self._monotonic_s() - at_s < ANSWER_AGAIN_S:
                return
        self._question = question

    def arrived(self, place: ChunkPlace, data: bytes) -> None:
        """A chunk from the city."""
        if not self._receiver.arrived(place, data):
            log.debug("chunk not taken file=%s offset=%s", place.short_name, place.offset)

    def work(self, link: Link, *, has_room: bool) -> bool:
        """Ask for what is missing here, and answer the city if nothing more urgent wants to go.

        True if events were appended to the outbox.
        """
        self._has_news = False
        if link.is_up and has_room:
            self._receiver.work()
            self._answer(link)
        return self._has_news

    def keep_house(self, disk_free_bytes: int) -> bool:
        """Give up photos on a full disk, remove files that no row names, fetch what is gone.

        True as in `work`.
        """
        count = photo_actions.shed(self._db, disk_free_bytes, self._now())
        photo_actions.sweep(self._db)
        if document_actions.fetch_lost(self._db, self._now()):
            self.look()
        return count > 0

    def _answer(self, link: Link) -> None:
        if (want := self._question) is None:
            return
        size_bytes = allowed_bytes(link, want.size)
        if size_bytes == 0:
            return
        self._question, self._answered = None, (want, self._monotonic_s())
        data = None
        if photos.waiting_for(self._db, want.sha256):
            data = self._folder.read(want.sha256, want.first, size_bytes)
        if data is None:
            self._has_news |= photo_actions.missing(self._db, want.sha256, self._now())
        elif data:
            place = ChunkPlace(short_name(want.sha256), want.first)
            self._publish(Leaf.UP_BLOB, data, qos=0, chunk=place)

    def _ask(self, question: Question) -> None:
        want = wire.Want(sha256=question.sha256, first=question.offset, size=question.size_bytes)
        self._publish(Leaf.UP_WANT, wire.encode(want), qos=0)

    def _fetched(self, sha256: str, *, is_stored: bool) -> None:
        document_actions.fetched(self._db, sha256, self._now(), is_stored=is_stored)
        software_actions.fetched(self._db, sha256, self._now(), is_stored=is_stored)
        self._has_news = True
        log.info("file fetched sha256=%s is_stored=%s", sha256, is_stored)
