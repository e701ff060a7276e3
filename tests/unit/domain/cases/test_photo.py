"""Photos lose what the camera wrote into them, and nothing that makes the picture."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.domain.cases import photo
from appliance.domain.cases.photo import cleaned, media_type
from appliance.domain.errors import BadInput
from tests.support import photos
from tests.support.photos import PIXELS, SECRET, exif, jpeg, png, png_chunk, segment, webp

WITH_SECRET = {
    "exif": jpeg(exif()),
    "exif of little endian": jpeg(exif(order="little")),
    "xmp": jpeg(segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + SECRET)),
    "iptc": jpeg(segment(0xED, b"Photoshop 3.0\0" + SECRET)),
    "comment": jpeg(segment(0xFE, SECRET)),
    "reserved": jpeg(segment(0xF0, SECRET), segment(0x02, SECRET)),
    "other photos": jpeg(segment(0xE2, b"MPF\0" + SECRET)),
    "thumbnail": jpeg(segment(0xE0, b"JFXX\0" + SECRET)),
    "film behind the picture": jpeg(after=SECRET),
    "png text": png(png_chunk(b"tEXt", b"Comment\0" + SECRET)),
    "png exif": png(png_chunk(b"eXIf", SECRET)),
    "behind a png": png(after=SECRET),
    "webp exif": webp(photos.webp_chunk(b"EXIF", SECRET), flags=0x08),
    "webp xmp": webp(photos.webp_chunk(b"XMP ", SECRET), flags=0x04),
    "behind a webp": webp(after=SECRET),
}
segments = st.builds(
    segment,
    st.sampled_from([*range(0xE0, 0xF0), 0xFE, 0xDB, 0xC4]),
    st.binary(max_size=40),
)


@pytest.mark.parametrize("data", WITH_SECRET.values(), ids=WITH_SECRET.keys())
def test_what_the_camera_wrote_is_gone(data: bytes) -> None:
    assert SECRET in data
    assert SECRET not in cleaned(data).content


@pytest.mark.parametrize(
    ("data", "name"),
    [(jpeg(), "image/jpeg"), (png(), "image/png"), (webp(), "image/webp")],
    ids=["jpeg", "png", "webp"],
)
def test_a_photo_is_known_by_its_first_bytes_and_stays_as_it_is(data: bytes, name: str) -> None:
    assert media_type(data) == name
    assert cleaned(data) == photo.Photo(content=data, media_type=name)


@pytest.mark.parametrize("order", ["big", "little"])
@pytest.mark.parametrize("orientation", range(2, 9))
def test_a_turned_photo_stays_turned(orientation: int, order: str) -> None:
    found = cleaned(jpeg(exif(orientation, order=order))).content
    assert found == jpeg()[:20] + oriented(orientation) + jpeg()[20:]


def oriented(orientation: int) -> bytes:
    """Exif with one tag: 0x0112, a short."""
    tiff = bytes.fromhex("4d4d002a00000008 0001 0112000300000001") + bytes([0, orientation, 0, 0])
    return segment(0xE1, b"Exif\0\0" + tiff + bytes(4))


def test_a_progressive_photo_keeps_all_its_scans() -> None:
    table, scan = segment(0xC4, b"a huffman table"), segment(0xDA, b"\x01\x01\0\x01\x3f\0")
    data = jpeg(pixels=PIXELS + table + scan + PIXELS + scan + PIXELS)
    assert cleaned(data).content == data


def test_colours_are_kept() -> None:
    profile = segment(0xE2, b"ICC_PROFILE\0\x01\x01a profile")
    adobe = segment(0xEE, b"Adobe\0\x64\0\0\0\0\x01")
    assert cleaned(jpeg(profile, adobe)).content == jpeg(profile, adobe)


def test_a_webp_does_not_promise_what_is_gone() -> None:
    data = webp(photos.webp_chunk(b"EXIF", SECRET), flags=0x08 | 0x20)
    assert cleaned(data).content == webp(flags=0x20)


@pytest.mark.parametrize(
    "data",
    [b"", b"GIF89a", b"%PDF-1.7", b"<svg/>", b"\xff\xd8", b"\xff\xd8\xff\xd9", b"RIFF\0\0\0\0WEBP"],
)
def test_what_is_no_photo_is_refused(data: bytes) -> None:
    with pytest.raises(BadInput):
        cleaned(data)


def pixels(width: int, height: int) -> dict[str, bytes]:
    """Small files that claim to be so large."""
    sides = height.to_bytes(2, "big") + width.to_bytes(2, "big")
    frame = segment(0xC2, b"\x08" + sides + b"\x01\x01\x11\0")
    head = width.to_bytes(4, "big") + height.to_bytes(4, "big") + b"\x08\0\0\0\0"
    canvas = b"".join(side.to_bytes(3, "little") for side in (width - 1, height - 1))
    packed = ((width - 1) | (height - 1) << 14).to_bytes(4, "little")
    sides = width.to_bytes(2, "little") + height.to_bytes(2, "little")
    chunk = photos.webp_chunk
    return {
        "jpeg": jpeg(frame),
        "png": png(png_chunk(b"IHDR", head)),
        "webp": webp(chunk(b"VP8 ", b"\0\0\0\x9d\x01\x2a" + sides)),
        "webp without loss": webp(chunk(b"VP8L", b"\x2f" + packed)),
        "webp with a canvas": webp(chunk(b"VP8X", bytes(4) + canvas)),
    }


@pytest.mark.parametrize("name", pixels(1, 1))
def test_a_small_file_that_would_fill_a_memory_is_refused(name: str) -> None:
    cleaned(pixels(12_000, 8_000)[name])
    with pytest.raises(BadInput, match="pixels"):
        cleaned(pixels(16_000, 16_000)[name])


@given(st.lists(segments, max_size=5), st.binary(max_size=30))
def test_cleaning_again_changes_nothing(extra: list[bytes], after: bytes) -> None:
    once = cleaned(jpeg(*extra, after=after)).content
    assert cleaned(once).content == once
    assert PIXELS in once
    kept = [part for part in extra if part[1] in (0xDB, 0xC4)]
    assert all(part in once for part in kept)


@given(st.sampled_from([jpeg(exif(6)), png(), webp()]), st.data())
def test_a_photo_cut_anywhere_or_damaged_is_refused_or_smaller(
    data: bytes, chance: st.DataObject
) -> None:
    place = chance.draw(st.integers(0, len(data) - 1))
    with pytest.raises(BadInput):
        cleaned(data[:place])
    damaged = data[:place] + chance.draw(st.binary(min_size=1, max_size=4)) + data[place + 1 :]
    try:
        found = cleaned(damaged).content
    except BadInput:
        return
    assert len(found) <= len(damaged)


@given(st.binary(max_size=300).map(lambda tail: b"\xff\xd8\xff" + tail))
def test_noise_that_begins_like_a_photo_breaks_nothing(data: bytes) -> None:
    try:
        cleaned(data)
    except BadInput:
        return


@pytest.mark.parametrize(
    "data",
    [
        b"\xff\xd8" + segment(0xDB, b"") * 1_300_000,
        jpeg(pixels=b"\xff" * 5_000_000 + b"\x00"),
        png(*[png_chunk(b"tEXt", b"")] * 430_000),
        webp(*[photos.webp_chunk(b"junk", b"")] * 650_000),
    ],
    ids=["jpeg of segments", "jpeg of fill bytes", "png", "webp"],
)
@pytest.mark.timeout(10)
def test_five_megabytes_of_malice_are_refused_or_read_at_once(data: bytes) -> None:
    try:
        cleaned(data)
    except BadInput:
        return
