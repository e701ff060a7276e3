from pathlib import Path

import pytest

from appliance.domain.box import software
from appliance.domain.box.schema_rule import BASELINE
from appliance.domain.city import signature
from appliance.domain.errors import BadInput
from command_center.updates import making
from durable_files.key_files import KeyFileError
from tests.support.tiny_package import KEY, package, update

HOME = "usr/lib/posko/lib/python3.11/site-packages/appliance/store/migrations"


def test_an_update_says_what_its_package_says(tmp_path: Path) -> None:
    made = package(tmp_path, "1.2.0~rc1")
    signed = update(made, minimum="1.1.0", floor="1.0.0").read_bytes()
    head = software.read_head(signed, [KEY])
    manifest = head.manifest
    assert (manifest.version, manifest.architecture) == ("1.2.0~rc1", "all")
    assert (manifest.minimum, manifest.floor) == ("1.1.0", "1.0.0")
    assert manifest.installed_bytes == 12 * 1024
    assert signed[head.size_bytes :] == made.read_bytes()


def test_it_says_what_its_migrations_mean_for_older_programs(tmp_path: Path) -> None:
    names = [f"{number:03}-add-one.sql" for number in range(1, BASELINE + 3)]
    files = {f"{HOME}/{name}": "CREATE TABLE t (x);\n" for name in names}
    files[f"{HOME}/{names[-1]}"] = f"-- oldest program: {names[-2]}\nDROP TABLE t;\n"
    described = making.described(package(tmp_path, "1.2.0", files=files), minimum=None, floor=None)
    assert (described.schema, described.compatible_from) == (BASELINE + 2, BASELINE + 1)


def test_a_release_key_is_made_once_and_never_printed(tmp_path: Path) -> None:
    path = tmp_path / "release.key"
    public = making.create_key(path)
    assert signature.parse_key(public)
    assert path.stat().st_mode & 0o777 == 0o600
    with pytest.raises(KeyFileError, match="never overwritten"):
        making.create_key(path)


def test_what_cannot_be_an_update_is_refused_with_what_to_do(tmp_path: Path) -> None:
    other, no_package = package(tmp_path, "1.0.0", name="cowsay"), tmp_path / "x.deb"
    no_package.write_text("not one")
    for path, words in ((other, "make deb"), (no_package, "not a Debian package")):
        with pytest.raises(BadInput, match=words):
            making.described(path, minimum=None, floor=None)
    with pytest.raises(BadInput, match="--minimum"):
        making.described(package(tmp_path, "1.2.0"), minimum="newest", floor=None)


def test_a_file_that_is_there_is_not_replaced(tmp_path: Path) -> None:
    made = package(tmp_path, "1.2.0")
    update(made)
    with pytest.raises(BadInput, match="--out"):
        update(made)
