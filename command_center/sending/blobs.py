"""Large files at the city: fetches photos from the boxes, answers what they ask of documents.

Runs in the receiver's thread, after what is urgent. The truth about what is wanted stands in the
database; here is only who was asked what.
"""

import logging
import random
import time
from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Engine

from appliance.domain.blobs import ChunkPlace, Manifest, short_name
from appliance.domain.city import wire
from appliance.domain.city.topics import Leaf, Topic
from appliance.domain.ids import SiteCode
from blob_transfer.fetching import Question
from blob_transfer.receiver import Chance, Receiver
from command_center.receiving import photo_intake
from command_center.sending.downlink import Publish
from command_center.store.database import reading
from command_center.store.fleet import software
from command_center.store.receiving import photos
from command_center.store.sending import blob_files, documents, downlinks

log = logging.getLogger(__name__)

SITES_AT_ONCE = 16
"""Each has one chunk under way, so that photos never fill the queue of messages."""
WANTED_PER_SITE = 4
"""Known at one time; when these are here the next follow. No box can make this long."""
LOOK_EVERY_S = 1.0
LOOK_SHARE = 0.05
"""Of the thread's time that looking may take: thousands of boxes may have photos after an outage,
and requests go before them."""
GIVE_UP_EVERY_S = 600.0
LEAVES_BYTES = 256 * 1024 * 1024
"""Of the city's disk: requests come first."""


class Blobs:
    """Both ends of large files; all its methods run in one thread."""

    def __init__(
        self,
        engine: Engine,
        publish: Publish,
        *,
        now: Callable[[], datetime],
        monotonic_s: Callable[[], float] = time.monotonic,
        serves: Callable[[SiteCode], bool] = lambda _: True,
    ) -> None:
        self._serves = serves
        self._engine, self._publish, self._now = engine, publish, now
        self._monotonic_s = monotonic_s
        self._folder = blob_files.of(engine)
        self._receivers: dict[SiteCode, Receiver] = {}
        self._questions: dict[SiteCode, wire.Want] = {}
        self._look_at_s = self._give_up_at_s = 0.0

    def connected(self, site: SiteCode) -> None:
        """A box has said hello: ask it at once; what it asked before it asks again."""
        self._questions.pop(site, None)
        if receiver := self._receivers.get(site):
            receiver.connected()

    def asked(self, site: SiteCode, question: wire.Want) -> None:
        """A box asks for a chunk; it gets the answer to its latest question."""
        self._questions[site] = question

    def arrived(self, site: SiteCode, place: ChunkPlace, data: bytes) -> None:
        """A chunk from a box."""
        receiver = self._receivers.get(site)
        if receiver is None or not receiver.arrived(place, data):
            log.debug("chunk not taken site=%s offset=%s", site, place.offset)

    def tick(self) -> None:
        """Ask for what is missing, answer what was asked."""
        now_s = self._monotonic_s()
        if now_s >= self._give_up_at_s:
            self._give_up_at_s = now_s + GIVE_UP_EVERY_S
            photo_intake.give_up_old(self._engine, self._now())
            blob_files.sweep(self._engine)
        if now_s >= self._look_at_s:
            self._look()
            took_s = self._monotonic_s() - now_s
            self._look_at_s = now_s + max(LOOK_EVERY_S, took_s / LOOK_SHARE)
        self._ask_boxes()
        self._answer_boxes()

    def _look(self) -> None:
        with reading(self._engine) as connection:
            wanted = photos.wanted(connection, per_site=WANTED_PER_SITE)
        by_site: dict[SiteCode, list[Manifest]] = {}
        for photo in filter(lambda photo: self._serves(photo.site), wanted):
            by_site.setdefault(photo.site, []).append(photo.file)
        for site in self._receivers.keys() - by_site.keys():
            del self._receivers[site]
        for site, files in by_site.items():
            self._receiver(site).wanting(files)

    def _receiver(self, site: SiteCode) -> Receiver:
        if site not in self._receivers:
            self._receivers[site] = Receiver(
                blob_files.of(self._engine, site),
                lambda question: self._ask(site, question),
                lambda sha256, *, is_stored: self._fetched(site, sha256, is_stored=is_stored),
                Chance(self._monotonic_s, lambda: random.uniform(0.8, 1.2)),  # noqa: S311
                leaves_bytes=LEAVES_BYTES,
            )
        return self._receivers[site]

    def _ask_boxes(self) -> None:
        """Ask as many boxes as may be asked at once; who has had a turn goes to the end."""
        free = SITES_AT_ONCE - sum(receiver.is_waiting for receiver in self._receivers.values())
        for site, receiver in list(self._receivers.items()):
            if free <= 0:
                break
            if receiver.is_waiting:
                continue
            receiver.work()
            free -= receiver.is_waiting
            self._receivers[site] = self._receivers.pop(site)

    def _ask(self, site: SiteCode, question: Question) -> None:
        want = wire.Want(sha256=question.sha256, first=question.offset, size=question.size_bytes)
        self._publish(str(Topic(site, Leaf.DOWN_WANT)), wire.encode(want), 0)

    def _fetched(self, site: SiteCode, sha256: str, *, is_stored: bool) -> None:
        photo_intake.fetched(self._engine, site, sha256, self._now(), is_stored=is_stored)
        log.info("photo fetched site=%s is_stored=%s", site, is_stored)

    def _answer_boxes(self) -> None:
        """Answer those for whom no event waits: files are the lowest lane."""
        if not self._questions:
            return
        with reading(self._engine) as connection:
            busy = {lane.site for lane in downlinks.waiting(connection)}
            due = [site for site in self._questions if site not in busy]
            meant = {
                site
                for site in due
                if documents.is_meant_for(connection, site, self._questions[site].sha256)
                or software.is_meant_for(connection, site, self._questions[site].sha256)
            }
        for site in due:
            want = self._questions.pop(site)
            if site in meant:
                self._answer(site, want)

    def _answer(self, site: SiteCode, want: wire.Want) -> None:
        data = self._folder.read(want.sha256, want.first, want.size)
        if data is None:
            log.error("the file of a document is gone sha256=%s; publish it again", want.sha256)
        elif data:
            place = ChunkPlace(short_name(want.sha256), want.first)
            self._publish(str(Topic(site, Leaf.DOWN_BLOB, chunk=place)), data, 0)
