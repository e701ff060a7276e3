"""nftables by its library, in this process: a transaction takes a fraction of a millisecond."""

import ctypes
from ctypes import c_char_p, c_int, c_uint, c_void_p

from appliance.domain.errors import PoskoError

_LIBRARY = "libnftables.so.1"
_JSON = 1 << 4
"""NFT_CTX_OUTPUT_JSON (nftables/libnftables.h)."""
_NO_TABLE = "No such file or directory"
_SHOWN_CHARS = 300
_SIGNATURES: dict[str, tuple[type | None, list[type]]] = {
    "nft_ctx_new": (c_void_p, [c_uint]),
    "nft_ctx_free": (None, [c_void_p]),
    "nft_ctx_buffer_output": (c_int, [c_void_p]),
    "nft_ctx_buffer_error": (c_int, [c_void_p]),
    "nft_ctx_output_set_flags": (None, [c_void_p, c_uint]),
    "nft_ctx_get_output_buffer": (c_char_p, [c_void_p]),
    "nft_ctx_get_error_buffer": (c_char_p, [c_void_p]),
    "nft_run_cmd_from_buffer": (c_int, [c_void_p, c_char_p]),
}


class NftError(PoskoError, OSError):
    """The kernel or the library refused; nothing of the transaction is in force."""


class Nft:
    """A line to nf_tables of the network namespace that the calling thread is in.

    Each call has a context of its own: one that is kept holds a copy of every element.
    """

    def __init__(self) -> None:
        self._library = _load()
        self._libc = ctypes.CDLL(None)

    def apply(self, text: str) -> None:
        """Do all commands in one transaction; raises NftError."""
        self._run(text)

    def table(self, name: str) -> bytes | None:
        """A table with all in it, as JSON (libnftables-json(5)); None if there is none."""
        try:
            return self._run(f"list table {name}")
        except NftError as error:
            if _NO_TABLE in str(error):
                return None
            raise
        finally:
            # A listing takes megabytes for a moment, which glibc would keep.
            self._libc.malloc_trim(0)

    def _run(self, text: str) -> bytes:
        context = self._library.nft_ctx_new(0)
        if not context:
            raise NftError("nftables cannot be reached; posko-gate needs CAP_NET_ADMIN")
        try:
            self._library.nft_ctx_buffer_output(context)
            self._library.nft_ctx_buffer_error(context)
            self._library.nft_ctx_output_set_flags(context, _JSON)
            status = self._library.nft_run_cmd_from_buffer(context, text.encode())
            if status != 0:
                raise NftError(_reason(self._library.nft_ctx_get_error_buffer(context)))
            output: bytes = self._library.nft_ctx_get_output_buffer(context)
            return output
        finally:
            self._library.nft_ctx_free(context)


def _reason(words: bytes) -> str:
    """What was wrong, and with what kind of command; never the MAC and address in it."""
    what, *command = words.decode(errors="replace").strip().splitlines() or ["no reason given"]
    where = command[0].partition("{")[0].strip() if command else ""
    return f"{what.partition('Error: ')[2] or what}: {where}".rstrip(": ")[:_SHOWN_CHARS]


def _load() -> ctypes.CDLL:
    try:
        library = ctypes.CDLL(_LIBRARY)
    except OSError:
        raise NftError(f"{_LIBRARY} is missing: apt-get install libnftables1") from None
    for name, (result, arguments) in _SIGNATURES.items():
        function = getattr(library, name)
        function.restype, function.argtypes = result, arguments
    return library
