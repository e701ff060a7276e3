"""A photo up and a document down while the processes at both ends die (check 24)."""

import random
from collections import Counter
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
import requests

from appliance.domain.cases import photo
from appliance.domain.city.topics import Leaf, parse
from command_center.staff.roles import Role
from command_center.store import database
from command_center.store.sending import blob_files as city_files
from tests.e2e.conftest import RunningHouse
from tests.support.people import report_with_photo
from tests.support.photos import SECRET, exif, jpeg
from tests.support.proxy import Faults, Proxy
from tests.support.waiting import wait_for

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]

KILLS = 2
SLOW = Faults(bytes_per_s=500_000)
"""So that a file takes long enough to be interrupted."""
PIXELS = random.Random(24).randbytes(4 * 1024 * 1024).replace(b"\xff", b"\x7f")
PHOTO = jpeg(exif(), pixels=PIXELS)


def documents(house: RunningHouse) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = house.center_says("documents", "--json")
    return listed


def most_sent(line: Proxy, leaf: Leaf) -> int:
    chunks = Counter(topic for topic in list(line.sent) if parse(topic).leaf is leaf)
    return max(chunks.values())


def parts(folder: Path) -> int:
    """Bytes of files that are still to come."""
    return sum(file.stat().st_size for file in folder.glob("*.part"))


def test_a_photo_reaches_the_city_whatever_dies(
    house_on_a_faulty_line: RunningHouse, faulty_line: Proxy
) -> None:
    house = house_on_a_faulty_line
    faulty_line.faults = SLOW
    clean = photo.cleaned(PHOTO).content
    ticket = report_with_photo(house.portal, "Jalan berlubang", PHOTO)
    engine = database.connect(house.settings.center.database)
    folder = city_files.of(engine)
    for number in range(1, 2 * KILLS + 1):
        share = len(clean) * number // (2 * KILLS + 1)
        wait_for(lambda: parts(folder.path) >= share, f"{number}. part", limit_s=60)
        victim = ("sync", "center")[number % 2]
        house.supervisor.kill(victim)
        house.supervisor.start_again(victim)
    wait_for(lambda: folder.has(sha256(clean).hexdigest()), "it is whole", limit_s=90)
    [row] = [row for row in house.at_city() if row["ticket"] == str(ticket)]
    address = f"{house.center}/permohonan/{row['request_id']}/foto"
    eyes = house.cookies(Role.VERIFIKATOR)

    def seen() -> requests.Response:
        return requests.get(address, cookies=eyes, timeout=9, allow_redirects=False)

    wait_for(lambda: seen().ok, "officers can see it", limit_s=30)
    shown = seen()
    assert shown.content == clean
    assert SECRET in PHOTO
    assert SECRET not in shown.content
    assert shown.headers["Content-Type"] == "image/jpeg"
    assert shown.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in shown.headers["Content-Security-Policy"]
    assert most_sent(faulty_line, Leaf.UP_BLOB) <= 3, "two, and one more for a kill in between"
    mine = house.settings.store.path.with_name("posko.db.blobs")
    wait_for(lambda: not list(mine.iterdir()), "the box has forgotten it", limit_s=60)
    engine.dispose()


def test_a_document_is_served_with_the_uplink_dead_and_taken_back(
    house_on_a_faulty_line: RunningHouse, faulty_line: Proxy, tmp_path: Path
) -> None:
    house = house_on_a_faulty_line
    faulty_line.faults = SLOW
    content = b"%PDF-1.7 " + PIXELS
    file = tmp_path / "jadwal.pdf"
    file.write_bytes(content)
    report_with_photo(house.portal, "Jalan berlubang", jpeg())
    wait_for(house.at_city, "the box is known")
    house.center_runs("publish-document", "all", str(file), "--title", "Jadwal Posyandu")
    folder = house.settings.store.path.with_name("posko.db.blobs")
    for number in range(1, 2 * KILLS + 1):
        share = len(content) * number // (2 * KILLS + 1)
        wait_for(lambda: parts(folder) >= share, f"{number}. part", limit_s=60)
        assert "Jadwal" not in requests.get(f"{house.portal}/dokumen", timeout=9).text
        victim = ("center", "sync")[number % 2]
        house.supervisor.kill(victim)
        house.supervisor.start_again(victim)
    wait_for(
        lambda: documents(house)[0]["sites"] == {"14.71.07": "stored"}, "it is there", limit_s=90
    )
    [document] = documents(house)
    house.lose_broker()
    assert "Jadwal Posyandu" in requests.get(f"{house.portal}/dokumen", timeout=9).text
    address = f"{house.portal}/dokumen/{document['document_id']}"
    served = requests.get(address, timeout=9)
    assert served.content == content
    assert served.headers["Content-Type"] == "application/pdf"
    assert served.headers["X-Content-Type-Options"] == "nosniff"
    disposition = served.headers["Content-Disposition"]
    assert disposition == 'attachment; filename="Jadwal Posyandu.pdf"'

    house.center_runs("withdraw-document", document["document_id"])
    house.find_broker()
    wait_for(lambda: requests.get(address, timeout=9).status_code == 404, "gone", limit_s=90)
    name = sha256(content).hexdigest()
    wait_for(lambda: not (folder / name).exists(), "its file is swept away", limit_s=60)
