"""Router advertisements as a device reads them."""

URI = "https://bukitraya.posko.example/captive"


def options(message: bytes) -> dict[int, bytes]:
    """Options by type, each without its two bytes of type and length."""
    found, rest = {}, message[16:]
    while rest:
        size = rest[1] * 8
        assert 0 < size <= len(rest)
        found[rest[0]] = rest[2:size]
        rest = rest[size:]
    return found
