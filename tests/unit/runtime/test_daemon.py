import contextlib
import errno
import shlex
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from appliance.domain.errors import PoskoError
from appliance.runtime import clock, daemon, ids
from appliance.runtime.logs import Masked
from appliance.runtime.settings import Settings

GOOD = '[site]\ncode = "14.71.07"\nname = "Bukit Raya"\ncity = "Kota Pekanbaru"\n'


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "posko.toml"
    path.write_text(GOOD)
    monkeypatch.setattr(sys, "argv", ["posko-x", "--config", str(path)])
    return path


def run(body: Callable[[Settings], None]) -> int:
    command_line = daemon.parser("posko-x", "does x")
    return daemon.run_with(command_line, lambda loaded, _args: body(loaded))


def test_a_daemon_that_returns_exits_0(config: Path) -> None:
    seen: list[Settings] = []
    assert run(seen.append) == 0
    assert seen[0].site.name == "Bukit Raya"


def test_a_wrong_configuration_exits_78_and_names_the_key(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config.write_text(GOOD + "[modem]\nbaud = 1\n")
    assert run(lambda _settings: None) == daemon.EXIT_CONFIG
    assert "modem.baud" in capsys.readouterr().err


def test_an_expected_error_is_told_without_a_traceback(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def body(_settings: Settings) -> None:
        raise PoskoError("the cable is out")

    assert run(body) == 1
    assert capsys.readouterr().err == "posko-x: the cable is out\n"


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (PermissionError(errno.EACCES, "Permission denied", "/x"), "/x: Permission denied; "),
        (OSError(errno.EROFS, "Read-only", "/x"), "/x: its disk is mounted read-only"),
        (OSError(errno.ENOSPC, "No space", "/x"), "/x: the disk is full; free space"),
        (OSError(errno.ENOSPC, "No space"), "the disk is full; free space"),
    ],
)
def test_what_the_system_refuses_a_command_is_told_without_a_traceback(
    capsys: pytest.CaptureFixture[str], error: OSError, told: str
) -> None:
    def body() -> None:
        raise error

    assert daemon.ordered("posko-x", body) == 1
    assert capsys.readouterr().err.startswith(f"posko-x: {told}")


ONE_LINE = (
    "posko config show",
    "posko doctor --only disk",
    "posko-center broker-config --out {home}/broker",
    "posko-firmware check",
    "posko-firmware render --out {home}/files",
    "posko-kiosk --kiosk-profile",
)


def ended(command: str, home: Path, stdout: str) -> tuple[int, str]:
    """How a command ends whose output goes where the shell says, and what it complains of."""
    path = home / "posko.toml"
    path.write_text(f'{GOOD}[store]\npath = "{home}/posko.db"\n')
    program, *words = command.format(home=home).split()
    line = shlex.join([str(Path(sys.executable).with_name(program)), *words])
    shell = f"{line} --config {path} {stdout}"
    done = subprocess.run(
        ["bash", "-c", shell],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    return done.returncode, done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("command", ONE_LINE)
@pytest.mark.parametrize("stdout", ["| true; exit ${PIPESTATUS[0]}", ">&-"])
def test_a_command_whose_reader_has_gone_ends_quietly(
    command: str, stdout: str, tmp_path: Path
) -> None:
    assert ended(command, tmp_path, stdout) == (0, "")


@pytest.mark.slow
@pytest.mark.parametrize("command", ONE_LINE)
def test_a_command_that_cannot_write_what_it_says_tells_why(command: str, tmp_path: Path) -> None:
    status, told = ended(command, tmp_path, ">/dev/full")
    assert (status, told.count("\n")) == (1, 1)
    assert "the disk is full" in told


def test_a_command_ends_with_the_status_that_its_body_gives() -> None:
    assert daemon.ordered("posko-x", lambda: 2) == 2


def test_ctrl_c_is_an_end_and_no_bug(capsys: pytest.CaptureFixture[str]) -> None:
    def body() -> None:
        raise KeyboardInterrupt

    assert daemon.answered("posko-x", body) == daemon.EXIT_INTERRUPTED
    assert capsys.readouterr().err == "\nposko-x: broken off\n"


def test_what_nobody_who_types_can_mend_is_loud() -> None:
    def body() -> None:
        raise ConnectionResetError(errno.ECONNRESET, "reset")

    with pytest.raises(ConnectionResetError):
        daemon.ordered("posko-x", body)


def test_systemd_is_told_through_its_socket(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    daemon.notify("READY=1")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(tmp_path / "notify"))
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        daemon.notify("READY=1")
        assert systemd.recv(100) == b"READY=1"


def test_a_daemon_lives_though_nobody_hears_that_it_is_ready(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
    daemon.notify("READY=1")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(tmp_path / "notify"))
    daemon.notify("READY=1")


def test_the_watchdog_is_told_four_times_in_its_patience(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(tmp_path / "notify"))
        systemd.setblocking(False)
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        monkeypatch.setenv("WATCHDOG_USEC", "8000000")
        now = [100.0]
        watchdog = daemon.Watchdog(lambda: now[0])
        told = []
        for now[0] in (100.0, 100.5, 101.9, 102.0, 103.0, 110.0):
            watchdog()
            with contextlib.suppress(BlockingIOError):
                told.append((now[0], systemd.recv(100)))
        assert told == [(at, b"WATCHDOG=1") for at in (100.0, 102.0, 110.0)]


def test_without_a_watchdog_nobody_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(tmp_path / "notify"))
        systemd.setblocking(False)
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        monkeypatch.delenv("WATCHDOG_USEC", raising=False)
        daemon.Watchdog()()
        with pytest.raises(BlockingIOError):
            systemd.recv(100)


def test_masked_values_do_not_show_their_middle() -> None:
    assert str(Masked("+6281234567890")) == "+62***90"
    assert str(Masked("Budi")) == "***"


def test_the_clock_tells_boot_and_monotonic_time() -> None:
    first, second = clock.now(), clock.now()
    assert first.boot_id == second.boot_id
    assert second.mono_ms >= first.mono_ms
    assert first.wall.tzinfo is not None


def test_ids_are_uuids_and_epochs_are_eight_hex_digits() -> None:
    assert ids.new_id()[14] == "7"
    assert ids.new_id() != ids.new_id()
    assert len(ids.new_epoch()) == 8
    int(ids.new_epoch(), 16)


@pytest.mark.parametrize(
    ("port_off", "for_whom", "is_used"), [(0, "$$", True), (1, "$$", False), (0, "1", False)]
)
def test_a_socket_that_systemd_passes_is_used_if_it_is_for_us_and_has_our_port(
    port_off: int, for_whom: str, *, is_used: bool
) -> None:
    program = (
        "import sys; from appliance.runtime import daemon\n"
        "print(daemon.passed_socket(f'127.0.0.1:{sys.argv[1]}') is not None)"
    )
    with socket.create_server(("127.0.0.1", 0)) as passed:
        port = str(passed.getsockname()[1] + port_off)
        passing = f'LISTEN_FDS=1 LISTEN_PID={for_whom} exec "$@" 3<&0'
        command = ["sh", "-c", passing, "sh", sys.executable, "-c", program, port]
        said = subprocess.check_output(command, stdin=passed, text=True)
    assert said.strip() == str(is_used)


def test_without_systemd_no_socket_is_passed() -> None:
    assert daemon.passed_socket("127.0.0.1:8080") is None


def test_a_systemd_that_does_not_read_stops_no_daemon(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(tmp_path / "notify"))
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        monkeypatch.setattr(daemon, "NOTIFIED_WITHIN_S", 0.1)
        for _ in range(most_that_wait() + 2):
            daemon.notify("WATCHDOG=1")
        assert systemd.recv(100) == b"WATCHDOG=1"


def most_that_wait() -> int:
    """So many datagrams the kernel keeps for who does not read."""
    return int(Path("/proc/sys/net/unix/max_dgram_qlen").read_text())
