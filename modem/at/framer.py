"""Bytes from the port to tokens: whole lines, and the prompt that has no line end (27.005 3.5.1).

Knows line ends and the prompt, and looks for the prompt only while told that a command awaits one.
Bounded: a port that streams noise costs one buffer. Does not know what a line means.
"""

from collections.abc import Iterator
from dataclasses import dataclass

# The longest honest line is a PDU of 176 octets in hex; noise beyond this is dropped.
MAX_LINE_BYTES = 1024
_LINE_ENDS = b"\r\n"
_PROMPT = b">"
_SPACE = 0x20


@dataclass(frozen=True, slots=True)
class Line:
    """One line without its end, read as latin-1 so that every byte is a character."""

    text: str


@dataclass(frozen=True, slots=True)
class Prompt:
    """The modem waits for a PDU."""


Token = Line | Prompt


class Framer:
    """Cuts the byte stream; feeding byte by byte gives the same tokens as feeding it whole."""

    def __init__(self) -> None:
        self._partial = bytearray()
        self._is_prompt_due = False

    def expect_prompt(self, is_due: bool) -> None:
        """Say whether the command just written is answered by a prompt; one prompt disarms."""
        self._is_prompt_due = is_due

    def reset(self) -> None:
        """Forget an unfinished line, as after reopening the port."""
        self._partial.clear()
        self._is_prompt_due = False

    def feed(self, data: bytes) -> Iterator[Token]:
        """Take what was read and yield, lazily, the tokens completed by it."""
        for byte in data:
            token = self._take(byte)
            if token is not None:
                yield token

    def _take(self, byte: int) -> Token | None:
        if byte in _LINE_ENDS:
            return self._end_line()
        if len(self._partial) >= MAX_LINE_BYTES:
            return None
        if byte == _SPACE and not self._partial:
            # Most modems put one behind the sign.
            return None
        self._partial.append(byte)
        return self._take_prompt() if byte == _PROMPT[0] and self._is_prompt() else None

    def _end_line(self) -> Token | None:
        if not self._partial:
            return None
        text = self._partial.decode("latin-1")
        self._partial.clear()
        return Line(text)

    def _is_prompt(self) -> bool:
        """Noise from the line (unprintable bytes) may stand before the sign."""
        if not self._is_prompt_due:
            return False
        return bytes(byte for byte in self._partial if 0x20 <= byte <= 0x7E).strip() == _PROMPT

    def _take_prompt(self) -> Prompt:
        self._partial.clear()
        self._is_prompt_due = False
        return Prompt()
