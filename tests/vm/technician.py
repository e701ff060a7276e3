"""What a technician does to posko.toml and with `posko-firmware` on the box."""

from typing import Any

SITE = "/etc/posko/posko.toml"
REJECTED = f"{SITE}.rejected"
_STATE = "/etc/posko/firmware"
SHELL_PORT = 22
"""The one port that the box has open to its uplink, for a technician."""
_SHELL = "test-shell.service"


def settings(box: Any) -> str:
    """The site file as it is now."""
    return box.run("cat", SITE)


def change(box: Any, old: str, new: str) -> None:
    """Edit the one place where `old` stands."""
    before = settings(box)
    assert before.count(old) == 1, f"{old!r} stands {before.count(old)} times in {before}"
    write(box, before.replace(old, new))


def write(box: Any, text: str) -> None:
    """Put another text in its place; owner and mode stay."""
    box.run("cp", "/dev/stdin", SITE, given=text)


def is_on_trial(box: Any) -> bool:
    """Whether one lasts."""
    return box.exists(f"{_STATE}/trial.json")


def outcome(box: Any) -> str:
    """What became of the last trial; empty while one lasts."""
    return "" if is_on_trial(box) else box.run("cat", f"{_STATE}/outcome.txt")


def let_in(box: Any) -> None:
    """Give a shell to whoever comes by TCP."""
    listen = ["systemd-socket-activate", f"--listen={SHELL_PORT}", "--accept", "--inetd", "sh"]
    box.run("systemd-run", "--quiet", "--collect", f"--unit={_SHELL}", *listen)


def end_shells(box: Any) -> None:
    """Kill them and what they have started, as happens to a login whose connection is gone."""
    box.run("systemctl", "kill", "--signal=KILL", _SHELL)
