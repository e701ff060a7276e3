"""The token that LAPOR! has given to the city: one line in a file of its own."""

from pathlib import Path

from durable_files.key_files import KeyFileError

_MAX_CHARS = 4_096


def load(path: Path) -> str:
    """The token; raises KeyFileError, without any of it."""
    try:
        if path.stat().st_mode & 0o077:
            raise KeyFileError(
                f"lapor.token_file: {path} is readable by others; run chmod 600 {path}"
            )
        text = path.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise KeyFileError(
            f"lapor.token_file: {path} cannot be read: {error.strerror}; write the token that "
            "LAPOR! has given there, in one line"
        ) from None
    except UnicodeDecodeError:
        text = ""
    if not 1 <= len(text) <= _MAX_CHARS or not text.isprintable():
        raise KeyFileError(f"lapor.token_file: {path} holds no token in one line")
    return text
