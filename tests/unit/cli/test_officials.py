import json
import sqlite3
from pathlib import Path

from appliance.actions.officials import directory
from appliance.domain.events.orders import TablePublished
from appliance.store.database import transaction
from tests.conftest import at
from tests.unit.cli.conftest import Command

CSV = """agency,rank,name,phone,valid_until
DLHK,1,Kepala Dinas,081200000001,
DLHK,2,Sekretaris,0812 0000 0002,2026-12-31
"""


def names(command: Command) -> list[str]:
    return [row["name"] for row in json.loads(command("officials", "list", "--json")[1])]


def test_officials_are_entered_listed_and_removed(
    command: Command,
    db: sqlite3.Connection,
) -> None:
    words = ["officials", "add", "dlhk", "0812 0000 0001", "Bapak Kadis", "--post", "Kepala"]
    more = ["--from", "2026-01-01", "--until", "2026-12-31", "--quiet-hours", "22:00-05:00"]
    assert command(*words, *more)[0] == 0
    _, out, _ = command("officials", "list", "--json", "--numbers")
    assert json.loads(out) == [
        {
            "agency": "DLHK",
            "rank": 1,
            "name": "Bapak Kadis",
            "post": "Kepala",
            "phone": "+6281200000001",
            "valid_from": "2026-01-01",
            "valid_until": "2026-12-31",
            "quiet_hours": "22:00-05:00",
            "source": "box",
            "in_force": True,
        }
    ]
    assert command("officials", "remove", "DLHK")[0] == 0
    assert names(command) == []
    assert command("officials", "remove", "DLHK")[0] == 1


def test_numbers_are_masked_unless_asked_for(
    command: Command,
    db: sqlite3.Connection,
) -> None:
    command("officials", "add", "DLHK", "0812 3456 7890", "Kepala")
    for listing in (command("officials", "list")[1], command("officials", "list", "--json")[1]):
        assert "345678" not in listing
        assert "+62812" in listing
    assert "+6281234567890" in command("officials", "list", "--numbers")[1]


def test_a_file_is_the_whole_directory_or_nothing(
    command: Command,
    db: sqlite3.Connection,
    tmp_path: Path,
) -> None:
    file = tmp_path / "pejabat.csv"
    file.write_text("\ufeff" + CSV, encoding="utf-8")
    status, out, _ = command("officials", "import", str(file))
    assert (status, out) == (0, "2 officials entered, in the place of 0\n")
    file.write_text(CSV.replace("Kepala Dinas", "Yang Baru").replace("0812 0000 0002", "112"))
    status, _, err = command("officials", "import", str(file))
    assert status == 1
    assert "line 3: phone" in err
    assert names(command) == ["Kepala Dinas", "Sekretaris"]
    file.write_text(CSV.replace("Kepala Dinas", "Yang Baru").rsplit("DLHK", 1)[0])
    assert command("officials", "import", str(file))[1].startswith("1 officials entered")
    assert names(command) == ["Yang Baru"]
    file.write_bytes(b"\xff\xfe")
    assert "UTF-8" in command("officials", "import", str(file))[2]
    assert "cannot be read" in command("officials", "import", str(tmp_path / "none.csv"))[2]


def test_the_list_says_which_directory_counts(
    command: Command,
    db: sqlite3.Connection,
) -> None:
    command("officials", "add", "DLHK", "0812 0000 0001", "Dari kotak")
    rows = [{"agency": "DLHK", "rank": "1", "name": "Dari kota", "phone": "0812 0000 0009"}]
    with transaction(db):
        directory.publish(db, TablePublished(name="officials", version=1, rows=rows), at())
    listed = json.loads(command("officials", "list", "--json")[1])
    assert [(row["name"], row["source"], row["in_force"]) for row in listed] == [
        ("Dari kotak", "box", False),
        ("Dari kota", "city", True),
    ]
