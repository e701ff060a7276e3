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
    "nft_ctx_set_dry_run": (None, [c_void_p, ctypes.c_bool]),
    "nft_run_cmd_from_buffer": (c_int, [c_void_p, c_char_p]),
}


class NftError(PoskoError, OSError):
    """The kernel or the library refused; nothing of the transaction is in force."""


class Nft:
    """A line to nf_tables of the network namespace it was made in; needs CAP_NET_ADMIN."""

    def __init__(self) -> None:
        self._library = _load()
        self._context = self._library.nft_ctx_new(0)
        if not self._context:
            raise NftError("nftables cannot be reached; posko-gate needs CAP_NET_ADMIN")
        self._library.nft_ctx_buffer_output(self._context)
        self._library.nft_ctx_buffer_error(self._context)
        self._library.nft_ctx_output_set_flags(self._context, _JSON)

    def close(self) -> None:
        """Give the line back."""
        self._library.nft_ctx_free(self._context)

    def apply(self, text: str) -> None:
        """Do all commands in one transaction; raises NftError."""
        self._run(text)

    def check(self, text: str) -> None:
        """Let the kernel judge the commands and do none; raises NftError."""
        self._library.nft_ctx_set_dry_run(self._context, True)
        try:
            self._run(text)
        finally:
            self._library.nft_ctx_set_dry_run(self._context, False)

    def table(self, name: str) -> bytes | None:
        """A table with all in it, as JSON (libnftables-json(5)); None if there is none."""
        try:
            return self._run(f"list table {name}")
        except NftError as error:
            if _NO_TABLE in str(error):
                return None
            raise

    def _run(self, text: str) -> bytes:
        status = self._library.nft_run_cmd_from_buffer(self._context, text.encode())
        output: bytes = self._library.nft_ctx_get_output_buffer(self._context)
        if status != 0:
            words = self._library.nft_ctx_get_error_buffer(self._context).decode(errors="replace")
            raise NftError(f"nftables: {' '.join(words.split())[:_SHOWN_CHARS]}")
        return output


def _load() -> ctypes.CDLL:
    try:
        library = ctypes.CDLL(_LIBRARY)
    except OSError:
        raise NftError(f"{_LIBRARY} is missing: apt-get install libnftables1") from None
    for name, (result, arguments) in _SIGNATURES.items():
        function = getattr(library, name)
        function.restype, function.argtypes = result, arguments
    return library
