"""The words of cmdline.txt: each once, what was there stays, and a second time changes nothing."""

from hypothesis import given
from hypothesis import strategies as st

from appliance.runtime.network_settings import Board
from firmware_config import boards

PI = Board(model="pi4", header_uart=True)
AS_SHIPPED = "console=serial0,115200 console=tty1 root=PARTUUID=5 rootfstype=ext4 rootwait\n"


def test_a_modem_on_the_header_takes_the_serial_console_away() -> None:
    line = boards.merged(AS_SHIPPED, boards.command_line(PI, "ID"))
    assert "serial0" not in line
    assert line.count("console=tty1") == 1
    assert "root=PARTUUID=5 rootfstype=ext4 rootwait" in line


def test_without_it_the_console_stays() -> None:
    line = boards.merged(AS_SHIPPED, boards.command_line(Board(model="pi4"), "ID"))
    assert "console=serial0,115200" in line


def test_another_country_replaces_the_one_before() -> None:
    once = boards.merged(AS_SHIPPED, boards.command_line(PI, "ID"))
    twice = boards.merged(once, boards.command_line(PI, "SG"))
    assert "regdom=ID" not in twice
    assert "regdom=SG" in twice


@given(st.lists(st.sampled_from(["quiet", "panic=1", "console=ttyS0,9600", "a=b c"]), max_size=6))
def test_twice_is_as_good_as_once(words: list[str]) -> None:
    once = boards.merged(" ".join(words), boards.command_line(PI, "ID"))
    assert boards.merged(once, boards.command_line(PI, "ID")) == once
    assert once.count("\n") == 1
