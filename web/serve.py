"""Serving one app in the foreground until SIGTERM, then finishing what has begun.

Knows waitress. Does not know systemd: readiness is a callback.
"""

import logging
import signal
import socket
from collections.abc import Callable
from contextlib import ExitStack
from types import FrameType

from flask import Flask
from waitress import create_server, wasyncore
from waitress.channel import HTTPChannel
from waitress.server import BaseWSGIServer

from web.bodies import BODY_MAX_BYTES, READ_BYTES, Spool, channel_class
from web.turning import each_turn, turning

THREADS = 4
CONNECTION_LIMIT = 200
"""Open sockets, not requests: a hall of phones keeps its connections alive for a while."""
CHANNEL_TIMEOUT_S = 30
"""A silent connection is closed after this long, so that slow senders do not fill the limit."""
PROXY = "127.0.0.1"
"""Only a proxy on this machine may say whom it speaks for, and whether over TLS."""


def serve(
    app: Flask,
    listen: str,
    *,
    passed: socket.socket | None = None,
    on_ready: Callable[[], None] = lambda: None,
    on_turn: Callable[[], None] | None = None,
    is_idle: Callable[[], bool] | None = None,
    body_max_bytes: int = BODY_MAX_BYTES,
    spool: Spool | None = None,
) -> socket.socket | None:
    """Listen on `host:port` and answer until SIGTERM or SIGINT, then return.

    `passed` is a socket that listens there already and outlives us: whoever asks meanwhile waits.
    `on_ready` is called once the port is open, `on_turn` again and again by a thread that answers
    requests, as long as both they and the loop come round. Once `is_idle` and no connection is
    open, the socket is returned, still listening: whoever asks from then on waits.
    `body_max_bytes` is the largest body that any page of the app takes, large ones go to `spool` if
    there is one. Requests that are running at the signal get up to five seconds to finish
    (waitress). Must be called from the main thread. Exits with a sentence when the address cannot
    be had.
    """
    sockets: dict[int, object] = {}
    channel = channel_class(body_max_bytes, spool)
    try:
        server = create_server(
            app,
            map=sockets,
            **({"sockets": [passed]} if passed else {"listen": listen}),
            threads=THREADS,
            connection_limit=CONNECTION_LIMIT,
            channel_timeout=CHANNEL_TIMEOUT_S,
            max_request_body_size=READ_BYTES,
            ident=None,
            trusted_proxy=PROXY,
            trusted_proxy_headers={"x-forwarded-for", "x-forwarded-proto"},
        )
    except (OSError, ValueError) as error:
        wasyncore.close_all(sockets)
        raise SystemExit(
            f"cannot listen on {listen}: {error}. Is the program running already? "
            "Otherwise set another `listen` in its section of the configuration."
        ) from None
    listeners = [known for known in sockets.values() if isinstance(known, BaseWSGIServer)]
    for listener in listeners:
        listener.channel_class = channel
    # waitress warns for each request that waits a moment; a burst would fill the journal.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _leave)
    on_ready()
    with ExitStack() as asked:
        if is_idle and len(listeners) == 1:
            asked.enter_context(each_turn(sockets, _idling(sockets, is_idle)))
        if on_turn:
            asked.enter_context(turning(sockets, server.task_dispatcher, on_turn))
        try:
            server.run()
        except _Idle:
            server.task_dispatcher.shutdown()
            found: socket.socket = listeners[0].socket
            return found
    return None


class _Idle(Exception):
    """Nobody is served, or has been for long."""


def _idling(sockets: dict[int, object], is_idle: Callable[[], bool]) -> Callable[[], None]:
    def leave() -> None:
        if is_idle() and not any(isinstance(known, HTTPChannel) for known in sockets.values()):
            raise _Idle

    return leave


def _leave(_number: int, _frame: FrameType | None) -> None:
    raise SystemExit(0)
