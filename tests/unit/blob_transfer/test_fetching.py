"""Fetching large files over a line that loses, doubles, reorders and breaks: model-checked."""

from dataclasses import dataclass
from hashlib import sha256

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from appliance.domain.blobs import CHUNK_MAX_BYTES, ChunkPlace, short_name
from blob_transfer import fetching
from blob_transfer.fetching import (
    FIRST_TIMEOUT_S,
    LONGEST_TIMEOUT_S,
    RESTARTS_MAX,
    SMALLEST_CHUNK_BYTES,
    Fetch,
    Line,
    Question,
)

FILE = bytes(range(256)) * 400
NAME = sha256(FILE).hexdigest()
OTHER = sha256(b"other").hexdigest()


def line_for(*sizes: int) -> Line:
    names = (NAME, OTHER)
    return fetching.wanting(
        Line(), [Fetch(sha256=n, size_bytes=s) for n, s in zip(names, sizes, strict=False)]
    )


def asked(line: Line, now_s: float = 0.0) -> tuple[Line, Question]:
    line, question = fetching.ask(line, now_s, 1.0)
    assert question is not None
    return line, question


def answered(line: Line, question: Question, now_s: float, size: int | None = None) -> Line:
    size = question.size_bytes if size is None else size
    place = ChunkPlace(short_name(question.sha256), question.offset)
    fetch = fetching.continued(line, place, size)
    assert fetch is not None
    return fetching.stored(line, fetch.sha256, size, now_s)


def test_one_question_is_open_at_a_time() -> None:
    line, question = asked(line_for(SMALLEST_CHUNK_BYTES * 3))
    assert (question.offset, question.size_bytes) == (0, SMALLEST_CHUNK_BYTES)
    assert fetching.ask(line, FIRST_TIMEOUT_S - 0.1, 1.0) == (line, None)


def sizes_on(bytes_per_s: float, way_s: float, line: Line | None = None) -> tuple[Line, list[int]]:
    """Which chunks are asked for on a line of this speed and length."""
    line, now_s, sizes = line or line_for(8_000_000), 0.0, []
    for _ in range(8):
        line, question = asked(line, now_s)
        sizes.append(question.size_bytes)
        now_s += way_s + question.size_bytes / bytes_per_s
        line = answered(line, question, now_s)
    return line, sizes


def test_the_chunk_follows_the_speed_of_the_line_and_not_its_length() -> None:
    assert sizes_on(1e7, 0.01)[1] == [2048, 4096, 8192, 16384, *[CHUNK_MAX_BYTES] * 4]
    assert sizes_on(1e6, 0.65)[1][-1] == CHUNK_MAX_BYTES, "a satellite"
    assert sizes_on(8e3, 0.65)[1] == [2048, *[4096] * 7], "64 kbit/s: half a second each"
    assert max(sizes_on(1e3, 0.65)[1]) == 4096, "8 kbit/s"


def test_the_chunk_shrinks_when_the_line_becomes_slow_and_grows_when_it_is_only_longer() -> None:
    line, _ = sizes_on(1e7, 0.01)
    slower, sizes = sizes_on(8e3, 0.01, line)
    assert sizes == [CHUNK_MAX_BYTES, 16384, 8192, 4096, 2048, 4096, 4096, 4096]
    assert sizes_on(1e7, 2.0, slower)[1][-1] == CHUNK_MAX_BYTES


def test_silence_doubles_the_patience_and_lets_the_next_file_have_its_turn() -> None:
    line, now_s, waits, names = line_for(9000, 9000), 0.0, [], []
    for _ in range(9):
        line, question = asked(line, now_s)
        waits.append(question.deadline_s - now_s)
        names.append(question.sha256)
        now_s = question.deadline_s
    assert waits == [5, 10, 20, 40, 80, 160, LONGEST_TIMEOUT_S, LONGEST_TIMEOUT_S, 300]
    assert names[:4] == [NAME, OTHER, NAME, OTHER]


def test_a_new_connection_is_asked_at_once() -> None:
    line, first = asked(line_for(9000))
    line, _ = asked(line, first.deadline_s)
    assert fetching.ask(line, first.deadline_s, 1.0)[1] is None
    _, question = asked(fetching.connected(line), first.deadline_s)
    assert question.deadline_s - question.asked_at_s == FIRST_TIMEOUT_S


def test_a_sender_may_answer_with_less_than_was_asked() -> None:
    line, question = asked(line_for(9000))
    line = answered(line, question, 0.1, size=100)
    assert asked(line, 0.2)[1].offset == 100


def test_only_what_continues_a_wanted_file_is_welcome() -> None:
    line = line_for(9000)
    name = short_name(NAME)
    assert fetching.continued(line, ChunkPlace(name, 0), 9001) is None
    assert fetching.continued(line, ChunkPlace(name, 0), 0) is None
    assert fetching.continued(line, ChunkPlace(name, 1), 10) is None
    assert fetching.continued(line, ChunkPlace("0" * 32, 0), 10) is None
    large = line_for(CHUNK_MAX_BYTES * 2)
    assert fetching.continued(large, ChunkPlace(name, 0), CHUNK_MAX_BYTES + 1) is None


def test_a_file_that_is_wanted_no_more_is_not_asked_for() -> None:
    line, question = asked(line_for(9000, 9000))
    line = fetching.wanting(line, [Fetch(sha256=OTHER, size_bytes=9000)])
    assert fetching.continued(line, ChunkPlace(short_name(NAME), question.offset), 10) is None
    assert asked(line)[1].sha256 == OTHER


def test_what_is_known_of_a_file_stands_when_the_list_is_read_again() -> None:
    line, question = asked(line_for(9000))
    line = answered(line, question, 0.1)
    line = fetching.wanting(line, [Fetch(sha256=NAME, size_bytes=9000)])
    assert asked(line)[1].offset == SMALLEST_CHUNK_BYTES


def test_a_file_that_is_wrong_again_and_again_is_given_up() -> None:
    line, tries = line_for(100), []
    for _ in range(RESTARTS_MAX + 1):
        line, question = asked(line)
        line = answered(line, question, 0.0)
        assert line.fetches[0].is_whole
        line, may_try = fetching.restarted(line, NAME)
        tries.append(may_try)
    assert tries == [True] * RESTARTS_MAX + [False]


@settings(deadline=None)
@given(st.lists(st.integers(1, 12), max_size=10))
def test_a_line_cut_ten_times_carries_no_byte_more_than_twice(cuts: list[int]) -> None:
    """The pure half of check 24: a cut loses the one chunk under way and no other."""
    line, now_s = line_for(len(FILE)), 0.0
    carried = [0] * len(FILE)
    for chunks in (*cuts, 10_000):
        line = fetching.connected(line)
        for number in range(chunks + 1):
            line, question = fetching.ask(line, now_s, 1.0)
            if question is None:
                break
            for place in range(question.offset, question.offset + question.size_bytes):
                carried[place] += 1
            now_s += 0.1
            if number < chunks:
                line = answered(line, question, now_s)
    assert line.fetches[0].is_whole
    doubled = sum(count - 1 for count in carried)
    assert doubled <= len(cuts) * CHUNK_MAX_BYTES
    assert max(carried) <= 2


@dataclass(frozen=True)
class Chunk:
    place: ChunkPlace
    data: bytes


class LossyTransfer(RuleBasedStateMachine):
    """Two files, a sender that forgets nothing and knows nothing, and a line that does its worst.

    `disk` is all that a receiver has after it died.
    """

    def __init__(self) -> None:
        super().__init__()
        contents = [FILE, bytes(1000)]
        self.files = {sha256(content).hexdigest(): content for content in contents}
        self.disk = dict.fromkeys(self.files, b"")
        self.done: set[str] = set()
        self.questions: list[Question] = []
        self.chunks: list[Chunk] = []
        self.now_s = 0.0
        self.line = Line()
        self.restart()

    @rule()
    def restart(self) -> None:
        """The receiver dies at any point; what was not on disk is lost."""
        wanted = [
            Fetch(sha256=name, size_bytes=len(content), have_bytes=len(self.disk[name]))
            for name, content in self.files.items()
            if name not in self.done
        ]
        self.line = fetching.wanting(Line(), wanted)

    @rule()
    def cut(self) -> None:
        self.questions, self.chunks = [], []
        self.line = fetching.connected(self.line)

    @rule(passed_s=st.sampled_from([0.01, 1.5, 4.0, 60.0]))
    def ask(self, passed_s: float) -> None:
        self.now_s += passed_s
        self.line, question = fetching.ask(self.line, self.now_s, 1.0)
        if question:
            assert question.size_bytes <= CHUNK_MAX_BYTES
            assert question.offset == len(self.disk[question.sha256])
            self.questions.append(question)

    @precondition(lambda self: self.questions)
    @rule(data=st.data(), stays=st.booleans(), share=st.integers(1, 4))
    def send(self, data: st.DataObject, stays: bool, share: int) -> None:
        """Any question, now or later, once or again, answered in full or in part."""
        place = data.draw(st.integers(0, len(self.questions) - 1))
        question = self.questions[place] if stays else self.questions.pop(place)
        end = question.offset + max(1, question.size_bytes // share)
        chunk = self.files[question.sha256][question.offset : end]
        self.chunks.append(Chunk(ChunkPlace(short_name(question.sha256), question.offset), chunk))

    @precondition(lambda self: self.chunks)
    @rule(data=st.data(), stays=st.booleans(), is_lost=st.booleans(), is_bad=st.booleans())
    def deliver(self, data: st.DataObject, stays: bool, is_lost: bool, is_bad: bool) -> None:
        place = data.draw(st.integers(0, len(self.chunks) - 1))
        chunk = self.chunks[place] if stays else self.chunks.pop(place)
        if not is_lost:
            self.take(chunk.place, bytes(len(chunk.data)) if is_bad else chunk.data)

    def take(self, place: ChunkPlace, data: bytes) -> None:
        fetch = fetching.continued(self.line, place, len(data))
        if fetch is None:
            return
        self.disk[fetch.sha256] += data
        self.line = fetching.stored(self.line, fetch.sha256, len(data), self.now_s)

    @rule()
    def check(self) -> None:
        for fetch in self.line.fetches:
            if not fetch.is_whole:
                continue
            name = fetch.sha256
            if sha256(self.disk[name]).hexdigest() == name:
                self.done.add(name)
                left = [f for f in self.line.fetches if f.sha256 != name]
                self.line = fetching.wanting(self.line, left)
            else:
                self.disk[name] = b""
                self.line, _ = fetching.restarted(self.line, name)

    @invariant()
    def the_machine_knows_what_is_on_disk(self) -> None:
        for fetch in self.line.fetches:
            assert fetch.have_bytes == len(self.disk[fetch.sha256]) <= fetch.size_bytes
        assert all(self.disk[name] == self.files[name] for name in self.done)

    def teardown(self) -> None:
        """On a good line everything that is left comes, in as many questions as it takes."""
        self.cut()
        least = sum(len(f) for f in self.files.values()) // SMALLEST_CHUNK_BYTES + 2
        for _ in range(3 * least):
            self.check()
            self.now_s += 0.1
            self.line, question = fetching.ask(self.line, self.now_s, 1.0)
            if question is None:
                break
            end = question.offset + question.size_bytes
            place = ChunkPlace(short_name(question.sha256), question.offset)
            self.take(place, self.files[question.sha256][question.offset : end])
        self.check()
        assert self.done == set(self.files)


TestLossyTransfer = LossyTransfer.TestCase
TestLossyTransfer.settings = settings(max_examples=120, stateful_step_count=40, deadline=None)
