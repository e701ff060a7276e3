"""What the boot partition of a Raspberry Pi must say: a part of config.txt, words for cmdline.txt.

The part is a file of its own, which config.txt includes. `dtparam` and `dtoverlay` change the
device trees of the Pi's own kernels; those of Debian's have all but the overlays as it is wanted,
and are left as they are. So a clock chip is told of by udev (`system.py`), which both have. Pure.
"""

from collections.abc import Iterator, Sequence

from appliance.runtime.network_settings import Board

INCLUDE = "include posko.txt"
"""The line config.txt must have."""
_REMOVED = ("console=serial0,", "console=ttyAMA0,", "console=ttyS0,", "console=ttyAMA10,")


def is_pi(board: Board) -> bool:
    """Whether there is a boot partition to write to."""
    return board.model != "generic"


def taken_pins(board: Board) -> dict[int, str]:
    """GPIOs that the board itself needs, and what for."""
    serial = {14: "the UART's", 15: "the UART's"} if board.header_uart else {}
    clock = {2: "of the clock on I2C", 3: "of the clock on I2C"} if board.rtc != "none" else {}
    return serial | clock


def config(board: Board) -> str:
    """The part of config.txt."""
    return "\n".join(["# Written from posko.toml; change that instead.", *_lines(board)]) + "\n"


def command_line(board: Board, country: str) -> tuple[str, ...]:
    """Words that cmdline.txt must have."""
    console = ("console=tty1",) if board.header_uart else ()
    return (
        *console,
        f"cfg80211.ieee80211_regdom={country}",
        "cgroup_enable=memory",  # MemoryMax of units; the Pi's kernels leave it off
        "usbcore.autosuspend=-1",  # modems that are put to sleep lose their port
        "panic=10",
        "fsck.repair=yes",
    )


def merged(existing: str, words: Sequence[str]) -> str:
    """cmdline.txt with the words in it, each once, and all else as it was.

    A serial console goes where another console is among the words: a modem speaks on that line.
    """
    has_uart = any(_key(word) == "console" for word in words)
    keys = {_key(word) for word in words if _key(word) != "console"}
    kept = [
        word
        for word in existing.split()
        if _key(word) not in keys
        and word not in words
        and not (has_uart and word.startswith(_REMOVED))
    ]
    return " ".join([*kept, *words]) + "\n"


def _lines(board: Board) -> Iterator[str]:
    yield "[all]"
    if board.header_uart and board.model == "pi5":
        yield "dtparam=uart0=on"
    elif board.header_uart:
        yield "enable_uart=1"
        yield "# the good UART for the modem; Bluetooth goes"
        yield "dtoverlay=disable-bt"
    if board.watchdog:
        yield "dtparam=watchdog=on"
    if board.rtc != "none":
        yield "dtparam=i2c_arm=on"
    if board.model == "pi5" and board.usb_full_current:
        yield "usb_max_current_enable=1"
    elif board.usb_full_current:
        yield "# 1.2 A for USB is what this model gives by itself"
    if board.screen:
        yield "dtoverlay=vc4-kms-v3d"
        yield "disable_splash=1"
    else:
        yield "gpu_mem=16"


def _key(word: str) -> str:
    return word.partition("=")[0]
