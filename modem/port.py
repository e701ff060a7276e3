"""The serial port: opened for us alone, and what its errors mean to a technician.

Knows pyserial and errno. Does not know what is said over it.
"""

import errno
from typing import Protocol

import serial

BAUD_RATE = 115_200
# How long one read blocks: bounds the reaction to a text queued by another process.
READ_TIMEOUT_S = 0.1
# A modem that takes no bytes for this long is as good as gone.
WRITE_TIMEOUT_S = 5.0

_MISSING = frozenset({errno.ENOENT, errno.ENODEV, errno.ENXIO, errno.EIO})
_BUSY = frozenset({errno.EBUSY, errno.EAGAIN})
_DENIED = frozenset({errno.EACCES, errno.EPERM})


class Port(Protocol):
    """The part of `serial.Serial` that is used."""

    @property
    def in_waiting(self) -> int:
        """How many bytes a read would return at once."""

    def read(self, size: int, /) -> bytes:
        """Read up to `size` bytes within the time-out."""

    def write(self, data: bytes, /) -> int | None:
        """Write all of `data`."""

    def close(self) -> None:
        """Close the device."""


def open_port(device: str, *, baud: int = BAUD_RATE) -> Port:
    """Open the device for us alone; a device without modem lines (ENOTTY) is fine."""
    return serial.Serial(
        device,
        baud,
        timeout=READ_TIMEOUT_S,
        write_timeout=WRITE_TIMEOUT_S,
        exclusive=True,
    )


def is_missing(error: OSError) -> bool:
    """Whether there is no such device now, as opposed to one that others use."""
    return error.errno in _MISSING


def advice_on(error: OSError) -> str:
    """What to do about a port that cannot be opened."""
    if error.errno in _BUSY:
        return (
            "another program has it open, often ModemManager: stop that program, or keep it off "
            'by the udev rule ENV{ID_MM_DEVICE_IGNORE}="1" (docs/modems.md)'
        )
    if error.errno in _DENIED:
        return "add the user of posko-modem to the group dialout"
    return "check the modem's cable, its power, and the path in [modem] device"
