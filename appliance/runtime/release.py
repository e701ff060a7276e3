"""Which release this is, as it was installed."""

from importlib import metadata

SHOWN_CHARS = 40
"""Of a Conn on the wire."""


def version() -> str:
    """Like `0.1.0`; empty where nothing is installed."""
    try:
        return metadata.version("posko")[:SHOWN_CHARS]
    except metadata.PackageNotFoundError:
        return ""
