"""Looking for words in bytes, however a program may have written them."""

import base64
import zlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from tests.sim import smscodec


def forms(word: str) -> dict[str, bytes]:
    """What to look for: encodings, Base64 and hex at every offset, septets at every bit offset."""
    found = {
        "utf-8": word.encode(),
        "utf-16-le": word.encode("utf-16-le"),
        "utf-16-be": word.encode("utf-16-be"),
        "hex": word.encode().hex().encode(),
        "HEX": word.encode().hex().upper().encode(),
        "utf-16 HEX": word.encode("utf-16-be").hex().upper().encode(),
    }
    for offset in range(3):
        coded = base64.b64encode(b"\0" * offset + word.encode())
        # The first and last signs also hold bits of what stands beside the word.
        found[f"base64+{offset}"] = coded[4 if offset else 0 : -4]
    for offset in range(8):
        packed = _packed(word, offset)
        found[f"gsm-7+{offset}"] = packed
        found[f"gsm-7+{offset} HEX"] = packed.hex().upper().encode()
    return found


def _packed(word: str, offset: int) -> bytes:
    """The whole octets of a word in the default alphabet that begins at a bit of an octet."""
    bits = sum(code << 7 * n for n, code in enumerate(smscodec.to_septets(word))) << offset
    octets = bits.to_bytes(-(-(7 * len(word) + 8) // 8) + 1, "little")
    return octets[1 if offset else 0 : (offset + 7 * len(word)) // 8]


def found_in(data: bytes, words: Iterable[str]) -> list[str]:
    """Which words are in the bytes, in which form, in any of their parts that zlib unpacks."""
    views = [data, *_unpacked(data)]
    return [
        f"{word} as {name}"
        for word in words
        for name, form in forms(word).items()
        if any(form in view for view in views)
    ]


def _unpacked(data: bytes) -> Iterator[bytes]:
    """Every stream of zlib or gzip in the bytes, wherever it begins."""
    for mark, unpack in ((b"\x78", zlib.decompressobj), (b"\x1f\x8b", _gzip)):
        at = data.find(mark)
        while at >= 0:
            with suppress(zlib.error):
                yield unpack().decompress(data[at:], 1 << 20)
            at = data.find(mark, at + 1)


def _gzip() -> Any:
    return zlib.decompressobj(wbits=31)


def found_below(folder: Path, words: Iterable[str], *, beside: Iterable[Path] = ()) -> list[str]:
    """The same for every file below a folder, but those `beside` the matter."""
    left_out, words = set(beside), list(words)
    files = [path for path in sorted(folder.rglob("*")) if path.is_file() and path not in left_out]
    return [f"{path.name}: {what}" for path in files for what in found_in(_read(path), words)]


def _read(path: Path) -> bytes:
    """What is in a file; nothing if somebody has removed it meanwhile."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""
