"""The table of units, for this city and for another."""

import json
from pathlib import Path

import pytest

from appliance.domain.errors import BadInput
from command_center.handling import units
from command_center.handling.files import shipped_units
from tests.unit.command_center.city import Run

HEAD = {"agency": "DLHK", "unit": "LPS", "name": "LPS {place}", "scope": "kelurahan"}


def test_the_shipped_table_has_an_lps_for_each_kelurahan_of_pekanbaru() -> None:
    known = shipped_units("1471")
    lps = [unit for unit in known["DLHK"].values() if unit.id.startswith("LPS-")]
    assert len(lps) == 83
    assert len(known["KECAMATAN"]) == 15 + 83


def test_another_city_needs_no_other_table() -> None:
    places = {unit.place[:5] for units in shipped_units("6371").values() for unit in units.values()}
    assert places <= {"63.71", ""}


def test_the_unit_of_a_kelurahan_is_the_likely_one() -> None:
    known = shipped_units("1471")
    found = units.likely(known, "DLHK", "14.71.07.1005")
    assert units.name(known, "DLHK", found).startswith("LPS ")
    assert units.likely(known, "DLHK", None) == ""
    assert units.likely(known, "PUPR", "14.71.07.1005") == ""


def test_a_unit_that_the_table_no_longer_has_is_shown_by_its_id() -> None:
    assert units.name(shipped_units("1471"), "DLHK", "UPT_OLD") == "UPT_OLD"


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"agency": "dlhk"}, "A-Z"),
        ({"unit": ""}, "A-Z"),
        ({"name": ""}, "characters"),
        ({"name": "LPS"}, "scope"),
        ({"scope": ""}, "scope"),
        ({"scope": "rw"}, "scope is"),
    ],
)
def test_a_row_that_does_not_fit_is_told_by_its_line(change: dict[str, str], problem: str) -> None:
    with pytest.raises(BadInput, match=f"line 2: .*{problem}"):
        units.parse([(2, HEAD | change)], "1471")


def test_a_unit_stands_there_once() -> None:
    with pytest.raises(BadInput, match="line 3: DLHK has"):
        units.parse([(2, HEAD), (3, HEAD)], "1471")


def test_the_command_lists_them_with_their_ids(run: Run, config: Path, tmp_path: Path) -> None:
    code, out, _ = run("units", "DP3APM")
    assert (code, out.split()) == (0, ["AGENCY", "UNIT", "NAME", "DP3APM", "UPT_PPA", "UPT", "PPA"])
    own = tmp_path / "units.csv"
    own.write_text("agency,unit,name,scope\nDLHK,TPA,TPA Muara Fajar,\n")
    with config.open("a") as file:
        file.write(f'units = "{own}"\n')
    assert [unit["id"] for unit in json.loads(run("units", "--json")[1])] == ["TPA"]


def test_a_file_that_does_not_fit_is_told_with_its_line(
    run: Run, config: Path, tmp_path: Path
) -> None:
    own = tmp_path / "units.csv"
    own.write_text("agency,unit,name,scope\nDLHK,TPA,,\n")
    with config.open("a") as file:
        file.write(f'units = "{own}"\n')
    code, _, errors = run("units")
    assert code != 0
    assert f"{own}, line 2" in errors
