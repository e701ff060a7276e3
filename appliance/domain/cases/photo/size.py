"""How large a picture may be when it is unpacked: a file of a few kilobytes can claim gigabytes."""

from appliance.domain.errors import BadInput

PIXELS_MAX = 100_000_000
"""Twice what phones make of less than 5 MB; an officer's browser needs 400 MB for it."""


def check_size(*, width: int, height: int) -> None:
    """Raise BadInput for a picture that would fill the memory of whoever looks at it."""
    if width * height > PIXELS_MAX:
        raise BadInput("a photo of too many pixels")
