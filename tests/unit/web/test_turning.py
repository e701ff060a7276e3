"""A server tells that it comes round while loop and threads do, and not when either hangs."""

import threading
from collections.abc import Iterator

import pytest
from waitress import wasyncore
from waitress.task import ThreadedTaskDispatcher

from web.turning import turning


class Request:
    """What a thread is at until it may go on."""

    def __init__(self) -> None:
        self.began, self.go_on = threading.Event(), threading.Event()

    def service(self) -> None:
        self.began.set()
        self.go_on.wait(10)

    def cancel(self) -> None:
        pass


@pytest.fixture
def threads() -> Iterator[ThreadedTaskDispatcher]:
    dispatcher = ThreadedTaskDispatcher()
    dispatcher.set_thread_count(1)
    yield dispatcher
    dispatcher.shutdown()


def test_a_turn_of_the_loop_is_told_by_a_thread(threads: ThreadedTaskDispatcher) -> None:
    told, sockets = threading.Event(), {}
    with turning(sockets, threads, told.set):
        assert not told.is_set()
        wasyncore.loop(0, map=sockets, count=1)
        assert told.wait(10)
    assert sockets == {}


def test_threads_that_hang_are_not_told_to_come_round(threads: ThreadedTaskDispatcher) -> None:
    told, sockets, request = threading.Event(), {}, Request()
    threads.add_task(request)
    assert request.began.wait(10)
    with turning(sockets, threads, told.set):
        wasyncore.loop(0, map=sockets, count=3)
        assert len(threads.queue) == 1
        assert not told.is_set()
        request.go_on.set()
        assert told.wait(10)
