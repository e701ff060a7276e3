"""Write firmware_config/regulatory.csv from the database that the kernel itself reads.

    python3 scripts/freeze_regulatory.py "wireless-regdb 2026.05.30" > new.csv

The format is that of net/wireless/reg.c: big-endian, pointers in units of four bytes.
"""

import struct
import sys
from collections.abc import Iterator
from pathlib import Path

DATABASE = Path("/lib/firmware/regulatory.db")
COUNTRIES = ["ID", "US", "DE", "SG", "MY", "TH", "PH", "AU", "JP", "IN", "NL", "GB"]
BAND_KHZ = (2_400_000, 5_900_000)
FLAGS = ("NO-OFDM", "NO-OUTDOOR", "DFS", "NO-IR", "AUTO-BW")


def rules(data: bytes) -> Iterator[str]:
    """Every rule of the wanted countries below 5.9 GHz, as a line."""
    place = 8
    while (country := data[place : place + 2]) != b"\0\0":
        collection = struct.unpack_from(">H", data, place + 2)[0] << 2
        place += 4
        if country.decode() in COUNTRIES:
            length, count = data[collection], data[collection + 1]
            pointers = struct.unpack_from(f">{count}H", data, collection + ((length + 1) & ~1))
            for pointer in pointers:
                yield from _rule(country.decode(), data, pointer << 2)


def _rule(country: str, data: bytes, place: int) -> Iterator[str]:
    _, bits, eirp, start, end, width = struct.unpack_from(">BBHIII", data, place)
    if BAND_KHZ[0] <= start and end <= BAND_KHZ[1]:
        flags = " ".join(name for bit, name in enumerate(FLAGS) if bits >> bit & 1)
        yield f"{country},{start / 1000:g},{end / 1000:g},{width // 1000},{eirp / 100:g},{flags}"


if __name__ == "__main__":
    print(f"# {sys.argv[1]}, by scripts/freeze_regulatory.py")
    print("country,from_mhz,to_mhz,width_mhz,eirp_dbm,flags")
    print("\n".join(rules(DATABASE.read_bytes())))
