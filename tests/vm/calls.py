"""What a test and the agent in its machine say to each other, pickled."""

import pickle
import struct
from typing import BinaryIO

_LENGTH = struct.Struct("!I")


class Raised(AssertionError):
    """What went wrong inside, with its traceback."""


def send(line: BinaryIO, message: object) -> None:
    """Write one message."""
    data = pickle.dumps(message)
    line.write(_LENGTH.pack(len(data)) + data)


def receive(line: BinaryIO) -> object:
    """Read one; EOFError where the other end is gone."""
    [length] = _LENGTH.unpack(_exactly(line, _LENGTH.size))
    return pickle.loads(_exactly(line, length))


def _exactly(line: BinaryIO, length: int) -> bytes:
    data = b""
    while len(data) < length:
        more = line.read(length - len(data))
        if not more:
            raise EOFError
        data += more
    return data
