"""What every daemon does alike: find its settings, claim its database, obey signals."""

import argparse
import contextlib
import os
import select
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable

from appliance.domain.errors import PoskoError
from appliance.runtime import logs, refusal, settings
from appliance.runtime.asleep import LISTENS

EXIT_CONFIG = 78
"""EX_CONFIG of sysexits.h: the unit must not be restarted before someone mends a setting."""
NOTIFIED_WITHIN_S = 2.0
"""A systemd that is busy for longer hears nothing: a daemon must not wait for it."""
EXIT_INTERRUPTED = 130
"""As shells say of a program that Ctrl-C has ended."""


def parser(program: str, description: str) -> argparse.ArgumentParser:
    """The command line that all daemons share."""
    shared = argparse.ArgumentParser(prog=program, description=description)
    shared.add_argument(
        "--config",
        metavar="PATH",
        help=f"TOML file (default: ${settings.CONFIG_VARIABLE}, then {settings.DEFAULT_PATH})",
    )
    return shared


def accept_config(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Let `--config` stand behind any command as well as before it."""
    for command in commands.choices.values():
        command.add_argument("--config", metavar="PATH", default=argparse.SUPPRESS)
        for action in command._actions:
            if isinstance(action, argparse._SubParsersAction):
                accept_config(action)


def run_with(
    command_line: argparse.ArgumentParser,
    body: Callable[[settings.Settings, argparse.Namespace], None],
) -> int:
    """Run a daemon in the foreground until SIGTERM or SIGINT; return its exit status.

    A PoskoError is an answer to the technician, so it is printed without a traceback; everything
    else is a bug and crashes loudly.
    """
    args = command_line.parse_args()

    def load_and_run() -> None:
        loaded = settings.load(settings.find(args.config))
        logs.configure(command_line.prog, loaded.log.level)
        body(loaded, args)

    return answered(command_line.prog, load_and_run)


def answered(program: str, body: Callable[[], int | None]) -> int:
    """Run a program's body and return its exit status, with expected errors told on stderr.

    What it creates is for its user and the group `posko` only. A reader of its output who has gone
    (`COMMAND | head`, `COMMAND >&-`) and Ctrl-C are ends, no bugs.
    """
    os.umask(0o007)
    try:
        status = _spoken(body) or 0
    except BrokenPipeError:
        if not _is_unread():
            raise
        return 0
    except KeyboardInterrupt:
        print(f"\n{program}: broken off", file=sys.stderr)
        return EXIT_INTERRUPTED
    except settings.ConfigError as error:
        _explain(program, error)
        return EXIT_CONFIG
    except PoskoError as error:
        _explain(program, error)
        return 1
    return status


def ordered(program: str, body: Callable[[], int | None]) -> int:
    """The same for a command that somebody types: what the system refuses is an answer, too."""

    def refusable() -> int | None:
        with refusal.refusals_told():
            return _spoken(body)

    return answered(program, refusable)


def _spoken(body: Callable[[], int | None]) -> int | None:
    """Run it, and have out what it printed: only then is it known whether that could be."""
    status = body()
    if sys.stdout:
        sys.stdout.flush()
    return status


def _is_unread() -> bool:
    """Whether the reader of our output has gone; the rest is dropped."""
    reader = select.poll()
    reader.register(sys.stdout, 0)
    if not reader.poll(0):
        return False
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return True


def _explain(program: str, error: PoskoError) -> None:
    print(f"{program}: {error}", file=sys.stderr)
    notify("STATUS=" + "; ".join(str(error).splitlines()))


def stop_event() -> threading.Event:
    """An event that SIGTERM and SIGINT set; loops finish their transaction and look at it."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: stop.set())
    return stop


def notify(state: str) -> None:
    """Tell systemd `state`, e.g. READY=1 (sd_notify(3)); where nobody listens, or nobody reads what
    waits, nothing happens."""
    if line := notify_line():
        with line, contextlib.suppress(ConnectionRefusedError, TimeoutError):
            line.send(state.encode())


def notify_line() -> socket.socket | None:
    """Where systemd is told so, if it listens."""
    address = os.environ.get("NOTIFY_SOCKET")
    if not address:
        return None
    if address.startswith("@"):
        address = "\0" + address[1:]
    line = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    line.settimeout(NOTIFIED_WITHIN_S)
    try:
        line.connect(address)
    except (FileNotFoundError, ConnectionRefusedError):
        line.close()
        return None
    return line


def passed_socket(listen: str) -> socket.socket | None:
    """The socket with this port that systemd holds open for us (sd_listen_fds(3)), if it does."""
    if os.environ.get("LISTEN_PID") != str(os.getpid()):
        return None
    port = int(listen.rpartition(":")[2])
    for number in range(LISTENS, LISTENS + int(os.environ["LISTEN_FDS"])):
        passed = socket.socket(fileno=number)
        if passed.getsockname()[1] == port:
            passed.set_inheritable(False)
            return passed
        passed.close()
    return None


class Watchdog:
    """Tells systemd that a daemon still turns, four times in each WatchdogSec= of its unit."""

    def __init__(self, monotonic_s: Callable[[], float] = time.monotonic) -> None:
        self._monotonic_s = monotonic_s
        self.every_s = int(os.environ.get("WATCHDOG_USEC", "0")) / 4e6
        self._next_s = 0.0

    def __call__(self) -> None:
        """The daemon has come round; may be called as often as it does."""
        now_s = self._monotonic_s()
        if self.every_s and now_s >= self._next_s:
            self._next_s = now_s + self.every_s
            notify("WATCHDOG=1")
