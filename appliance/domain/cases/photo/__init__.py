"""A resident's photo without what the camera wrote into it: where, when, with which device.

Pure, and without a decoder: a photo is a list of parts with lengths, and only the parts that a
picture needs are kept. Pixels are not looked at. What follows the picture (thumbnails, films, a
second photo) is cut off.
"""

from dataclasses import dataclass

from appliance.domain.cases.photo import jpeg, png, webp
from appliance.domain.errors import BadInput

PHOTO_MAX_BYTES = 5 * 1024 * 1024

_FORMATS = {
    "image/jpeg": (jpeg.is_one, jpeg.cleaned),
    "image/png": (png.is_one, png.cleaned),
    "image/webp": (webp.is_one, webp.cleaned),
}


def media_type(data: bytes) -> str | None:
    """What these bytes are by their first ones, whatever a browser says; None if no photo."""
    return next((name for name, (is_one, _) in _FORMATS.items() if is_one(data)), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Photo:
    """A photo that may be kept."""

    content: bytes
    media_type: str


def cleaned(data: bytes) -> Photo:
    """The same picture without metadata; raises BadInput for what is no whole photo."""
    name = media_type(data)
    if name is None:
        raise BadInput("not a JPEG, PNG or WebP photo")
    _, clean = _FORMATS[name]
    return Photo(content=clean(data), media_type=name)
