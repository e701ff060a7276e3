"""What to ask of one peer next: the receiving end of large files as a pure state machine.

It knows names, sizes and how many bytes are safely on disk. It does not know the bytes, files, MQTT
or the clock: times come in as monotonic seconds, randomness as a factor. Rules:

1. One question at a time, for one chunk: the first byte that is missing and how many to send. So a
   transfer never has more than one chunk on the line, whatever its size.
2. Any chunk that continues a wanted file is welcome, whichever question it answers; every other is
   ignored. So loss, duplicates, reordering and restarts need no rule of their own.
3. The chunk follows the line. What an answer takes beyond the quickest one is the time that its
   bytes fill the line: below PROMPT_S the chunk grows, above LATE_S, or when no answer
   comes, it halves. So an urgent message behind it waits about that long, and a line that is only
   far (a satellite) is used all the same.
4. Silence doubles the patience and gives the next file its turn; an answer, or a new connection,
   restores it.
5. A file whose whole is not what its name says starts again, a bounded number of times.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from appliance.domain.blobs import CHUNK_MAX_BYTES, ChunkPlace, short_name

SMALLEST_CHUNK_BYTES = 2 * 1024
PROMPT_S = 0.2
LATE_S = 0.4
FIRST_TIMEOUT_S = 5.0
LONGEST_TIMEOUT_S = 300.0
RESTARTS_MAX = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetch:
    """One file on its way in."""

    sha256: str
    size_bytes: int
    have_bytes: int = 0
    """On disk, from the first byte on."""
    restarts: int = 0

    @property
    def is_whole(self) -> bool:
        """Whether nothing is missing; what it is worth only its hash can tell."""
        return self.have_bytes >= self.size_bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What the peer has been asked and has not answered."""

    sha256: str
    offset: int
    size_bytes: int
    asked_at_s: float
    deadline_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Everything that is fetched from one peer."""

    fetches: tuple[Fetch, ...] = ()
    """The next to be asked for first."""
    question: Question | None = None
    chunk_bytes: int = SMALLEST_CHUNK_BYTES
    quickest_s: float | None = None
    """The shortest answer: the way there and back."""
    timeout_s: float = FIRST_TIMEOUT_S


def connected(line: Line) -> Line:
    """The peer is (again) there: whatever was asked is lost, and silence meant nothing."""
    return replace(line, question=None, timeout_s=FIRST_TIMEOUT_S)


def wanting(line: Line, wanted: Sequence[Fetch]) -> Line:
    """Fetch exactly these files from now on; what is known of a file already stands."""
    names = {fetch.sha256 for fetch in wanted}
    kept = [fetch for fetch in line.fetches if fetch.sha256 in names]
    known = {fetch.sha256 for fetch in kept}
    new = {fetch.sha256: fetch for fetch in wanted if fetch.sha256 not in known}
    question = line.question if line.question and line.question.sha256 in names else None
    return replace(line, fetches=(*kept, *new.values()), question=question)


def ask(line: Line, now_s: float, jitter: float) -> tuple[Line, Question | None]:
    """Name the question to put now, if one is due. `jitter` in [0.8, 1.2] spreads the peers."""
    if line.question is not None:
        if now_s < line.question.deadline_s:
            return line, None
        line = _unanswered(line, line.question)
    missing = next((fetch for fetch in line.fetches if not fetch.is_whole), None)
    if missing is None:
        return line, None
    question = Question(
        sha256=missing.sha256,
        offset=missing.have_bytes,
        size_bytes=min(line.chunk_bytes, missing.size_bytes - missing.have_bytes),
        asked_at_s=now_s,
        deadline_s=now_s + line.timeout_s * jitter,
    )
    return replace(line, question=question), question


def _unanswered(line: Line, question: Question) -> Line:
    last = [fetch for fetch in line.fetches if fetch.sha256 == question.sha256]
    others = [fetch for fetch in line.fetches if fetch.sha256 != question.sha256]
    return replace(
        line,
        fetches=(*others, *last),
        question=None,
        chunk_bytes=max(line.chunk_bytes // 2, SMALLEST_CHUNK_BYTES),
        timeout_s=min(line.timeout_s * 2, LONGEST_TIMEOUT_S),
    )


def continued(line: Line, place: ChunkPlace, size_bytes: int) -> Fetch | None:
    """The file that a chunk continues; None if nobody waits for it."""
    for fetch in line.fetches:
        if short_name(fetch.sha256) == place.short_name:
            end = place.offset + size_bytes
            is_next = place.offset == fetch.have_bytes and end <= fetch.size_bytes
            return fetch if is_next and 0 < size_bytes <= CHUNK_MAX_BYTES else None
    return None


def stored(line: Line, sha256: str, size_bytes: int, now_s: float) -> Line:
    """A chunk that `continued` accepted is on disk."""
    fetches = tuple(
        replace(fetch, have_bytes=fetch.have_bytes + size_bytes)
        if fetch.sha256 == sha256
        else fetch
        for fetch in line.fetches
    )
    line = replace(line, fetches=fetches, timeout_s=FIRST_TIMEOUT_S)
    question = line.question
    if question is None or question.sha256 != sha256:
        return line
    return _adapted(replace(line, question=None), now_s - question.asked_at_s)


def _adapted(line: Line, took_s: float) -> Line:
    """The smallest chunk takes what the way takes, also where the way has become longer."""
    is_smallest = line.chunk_bytes == SMALLEST_CHUNK_BYTES
    if is_smallest or line.quickest_s is None or took_s < line.quickest_s:
        line = replace(line, quickest_s=took_s)
    assert line.quickest_s is not None
    beyond_s = took_s - line.quickest_s
    chunk_bytes = line.chunk_bytes
    if beyond_s > LATE_S:
        chunk_bytes = max(chunk_bytes // 2, SMALLEST_CHUNK_BYTES)
    elif beyond_s < PROMPT_S:
        chunk_bytes = min(chunk_bytes * 2, CHUNK_MAX_BYTES)
    return replace(line, chunk_bytes=chunk_bytes)


def restarted(line: Line, sha256: str) -> tuple[Line, bool]:
    """A whole file is not what its name says: begin again; False when that was tried enough."""
    fetches = tuple(
        replace(fetch, have_bytes=0, restarts=fetch.restarts + 1)
        if fetch.sha256 == sha256
        else fetch
        for fetch in line.fetches
    )
    may_try = all(f.restarts <= RESTARTS_MAX for f in fetches if f.sha256 == sha256)
    return replace(line, fetches=fetches), may_try
